"""A model of transformers under the service's interface: what every rank does for each operation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from .batch import Sequence, check_batch, check_tokens
from .checkpoints import load_state, save_hugging_face, save_state
from .folders import write_folder
from .learner import Learner, LearnerSettings
from .losses import KL_ESTIMATORS, LOSSES
from .open_model import OpenedModel, open_model
from .refusal import Refusal


class TrainedModel:
    """All ranks make the same calls in the same order. Refusals are decided alike on all of them, before anything changes."""

    losses = LOSSES
    kl_estimators = KL_ESTIMATORS

    def __init__(self, asked: dict, settings: LearnerSettings) -> None:
        opened: OpenedModel = open_model(asked, settings)
        self._opened = opened
        self._learner = Learner(opened.model, settings)
        self._is_first = not dist.is_initialized() or dist.get_rank() == 0
        self.base_model: str = asked["base_model"]
        self.tuning: dict = asked["tuning"]
        self.context = opened.context
        self.vocabulary_size = opened.vocabulary_size
        self.notes = opened.notes
        self.weight_version = 0

    def compute_log_prob(self, batch: list[Sequence], model: str, temperature: float) -> list[list[float]]:
        check_tokens(batch, self.context, self.vocabulary_size)
        if model == "policy":
            return self._learner.log_probs(batch, temperature)
        try:
            with self._learner.reference_weights():
                return self._learner.log_probs(batch, temperature)
        except LookupError as error:
            raise Refusal("invalid_request", str(error)) from error

    def forward_backward(self, batch: list[Sequence], loss: dict) -> tuple[dict[str, float], int, float]:
        check_batch(batch, loss, self.context, self.vocabulary_size)
        return self._learner.accumulate(batch, loss)

    def optim_step(self, optimizer: dict) -> dict[str, float]:
        return self._learner.step(optimizer)

    def forget_gradient(self) -> None:
        self._learner.forget()

    def freeze_reference(self) -> None:
        self._learner.freeze_reference()

    def save_state(self, target: Path) -> int:
        state = self._learner.full_state()
        facts = {"base_model": self.base_model, "tuning": self.tuning, "weight_version": self.weight_version}
        return self._write(target, lambda folder: save_state(folder, state, facts))

    def save_weights(self, target: Path) -> int:
        """Counts as a publication."""
        weights = self._learner.full_weights()
        opened = self._opened
        self.weight_version += 1
        return self._write(target, lambda folder: save_hugging_face(folder, weights, opened))

    def load_state(self, folder: Path) -> None:
        state, facts = load_state(folder)
        if facts["tuning"] != self.tuning:
            raise Refusal(
                "invalid_state",
                f"The state {folder} was trained with tuning {json.dumps(facts['tuning'])}, this model has {json.dumps(self.tuning)}",
            )
        try:
            self._learner.load_full_state(state)
        except ValueError as error:
            raise Refusal("invalid_state", f"The training state {folder} is not of this model: {error}") from error
        self.weight_version = facts["weight_version"]

    def close(self) -> None:
        del self._learner, self._opened
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _write(self, target: Path, fill: Callable[[Path], None]) -> int:
        """The first rank writes; what it says holds for all."""
        outcome: list[Any] = [None]
        if self._is_first:
            try:
                outcome = [(write_folder(target, fill), None)]
            except Refusal as refusal:
                outcome = [(0, (refusal.code, str(refusal)))]
        if dist.is_initialized():
            dist.broadcast_object_list(outcome, src=0)
        size, refused = outcome[0]
        if refused is not None:
            raise Refusal(*refused)
        return size
