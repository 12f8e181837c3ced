"""A model of NexRL's workers under the service's interface."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ..batch import Sequence, check_batch, check_tokens
from ..folders import write_folder
from ..refusal import Refusal
from .actor_batch import actor_batch, actor_meta
from .actor_settings import ActorSettings
from .coordination import Coordination
from .workers import Workers

LOSSES = ("importance_sampling", "ppo")
KL_ESTIMATORS: tuple[str, ...] = ()
_VERSION_FILE = "galley_weight_version"


class BridgedModel:
    """Gradients stay here as batches until the step: NexRL's `update_actor` is forward, backward and step in one."""

    def __init__(self, asked: dict, url: str, folder: Path) -> None:
        if asked["tuning"]["kind"] != "full":
            raise Refusal("unsupported", "NexRL trains all weights: leave LoRA out")
        self._settings = ActorSettings(asked["config"])
        self._coordination = Coordination(url, asked["config"].get("identifier") or asked["identifier"])
        group = self._coordination.group()
        self._coordination.initialize(asked["config"], asked["config"].get("role", "actor"))
        self._workers = Workers(group, self._coordination.host)
        self._start_anew(folder / "nexrl-initial" / _fingerprint(asked))
        self._gathered: list[Sequence] = []
        self._loss: dict | None = None
        self._steps = 0
        self.base_model = asked["base_model"]
        self.tuning = {"kind": "full"}
        self.context = 1_048_576
        self.vocabulary_size = 2**31 - 1
        self.weight_version = 0
        self.notes = [
            "NexRL's loss, optimizer and aggregation are those of its actor's settings; steps that differ are refused.",
            "NexRL's metrics are those of its first rank.",
        ]

    def compute_log_prob(self, batch: list[Sequence], model: str, temperature: float) -> list[list[float]]:
        if model == "reference":
            raise Refusal("unsupported", "NexRL's workers have no reference model")
        if temperature != self._settings.sampling_temperature:
            raise Refusal("unsupported", f"NexRL computes at actor.rollout.temperature {self._settings.sampling_temperature}, not at {temperature}")
        check_tokens(batch, self.context, self.vocabulary_size)
        tensors = actor_batch(batch, self._workers.world_size, training=False)
        result = self._run("compute_log_prob", tensors, temperature)
        values = result.batch["old_log_probs"]
        return [[0.0, *values[row, : len(sequence.tokens) - 1].tolist()] for row, sequence in enumerate(batch)]

    def forward_backward(self, batch: list[Sequence], loss: dict) -> tuple[dict[str, float], int, float]:
        check_batch(batch, loss, self.context, self.vocabulary_size)
        self._settings.check_loss(loss)
        # says now what is wrong with the batch, not at the step
        actor_batch(batch, 1, training=True)
        self._gathered = [*self._gathered, *batch]
        self._loss = loss
        weights = [weight for sequence in batch for weight in sequence.weights if weight != 0]
        return {"tokens": float(len(weights))}, len(weights), sum(weights)

    def optim_step(self, optimizer: dict) -> dict[str, float]:
        self._settings.check_optimizer(optimizer)
        if self._loss is None:
            raise Refusal("invalid_request", "There is no gradient")
        tensors = actor_batch(self._gathered, self._workers.world_size, training=True)
        self._settings.check_rows(len(tensors["input_ids"]), self._workers.world_size)
        result = self._run("update_actor", tensors, self._loss["temperature"])
        self.forget_gradient()
        self._steps += 1
        return _means(result.meta_info.get("metrics", {}), optimizer)

    def forget_gradient(self) -> None:
        self._gathered = []
        self._loss = None

    def freeze_reference(self) -> None:
        raise Refusal("unsupported", "NexRL's workers have no reference model: set config.use_kl_loss to false")

    def save_state(self, target: Path) -> int:
        def fill(folder: Path) -> None:
            self._coordination.save(str(folder / "nexrl"), weights_only=False)
            (folder / _VERSION_FILE).write_text(str(self.weight_version))

        return write_folder(target, fill)

    def save_weights(self, target: Path) -> int:
        size = write_folder(target, lambda folder: self._coordination.save(str(folder), weights_only=True))
        self.weight_version += 1
        return size

    def load_state(self, folder: Path) -> None:
        try:
            version = int((folder / _VERSION_FILE).read_text())
        except (OSError, ValueError) as error:
            raise Refusal("invalid_state", f"{folder} is not a training state of this bridge: {error}") from error
        self._coordination.load(str(folder / "nexrl"))
        self.weight_version = version
        self.forget_gradient()

    def close(self) -> None:
        self._workers.close()

    def _run(self, operation: str, tensors: dict[str, Any], temperature: float) -> Any:
        from nexrl.train_service_backend.utils.protocol import DataProto

        data = DataProto.from_dict(tensors=tensors, meta_info=actor_meta(tensors, temperature, self._steps))
        return self._workers.run(operation, data, self._coordination.execute)

    def _start_anew(self, initial: Path) -> None:
        """Live workers ignore a second `initialize`: they keep what they have learned, unless their first state is loaded."""
        if initial.exists():
            self._coordination.load(str(initial / "nexrl"))
        else:
            write_folder(initial, lambda folder: self._coordination.save(str(folder / "nexrl"), weights_only=False))


def _fingerprint(asked: dict) -> str:
    """Models that begin alike have one: base model and settings, not the run."""
    text = json.dumps([asked["base_model"], asked["config"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _means(metrics: dict[str, Any], optimizer: dict) -> dict[str, float]:
    """NexRL gives a list per micro-batch; its names lose the prefix that Galley adds again."""
    found = {"lr": optimizer["learning_rate"]}
    for name, values in metrics.items():
        numbers = [float(value) for value in (values if isinstance(values, list) else [values]) if value is not None]
        if numbers:
            found[name.removeprefix("actor/")] = sum(numbers) / len(numbers)
    return found
