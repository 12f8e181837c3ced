"""The server around a model that computes nothing: one weight, moved by each step. Every call it gets is a line of output."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from galley_train.__main__ import serve, server_options
from galley_train.batch import Sequence, check_batch, check_tokens
from galley_train.folders import Folders, write_folder
from galley_train.refusal import Refusal
from galley_train.service import Service

CONTEXT = 64
VOCABULARY = 300


class FakeModel:
    def __init__(self, asked: dict) -> None:
        if asked["base_model"] != "fake":
            raise Refusal("unknown_base_model", f"Could not load the base model {asked['base_model']}")
        self.base_model = asked["base_model"]
        self.tuning = asked["tuning"]
        self.context = CONTEXT
        self.vocabulary_size = VOCABULARY
        self.notes: list[str] = []
        self.weight_version = 0
        self._weight = 0.0
        self._steps = 0
        self._gathered = 0

    def compute_log_prob(self, batch: list[Sequence], model: str, temperature: float) -> list[list[float]]:
        check_tokens(batch, CONTEXT, VOCABULARY)
        return [[0.0, *(-token / temperature for token in sequence.tokens[1:])] for sequence in batch]

    def forward_backward(self, batch: list[Sequence], loss: dict) -> tuple[dict[str, float], int, float]:
        check_batch(batch, loss, CONTEXT, VOCABULARY)
        _tell("forward_backward", len(batch))
        if any(sequence.tokens[0] == VOCABULARY - 1 for sequence in batch):
            raise RuntimeError("out of memory")
        self._gathered += len(batch)
        return {"loss": float(len(batch)), "pg_loss": float("nan")}, len(batch), float(len(batch))

    def optim_step(self, optimizer: dict) -> dict[str, float]:
        _tell("optim_step", self._gathered)
        self._weight += optimizer["learning_rate"] * self._gathered
        self._gathered = 0
        self._steps += 1
        return {"grad_norm": float(self._steps), "lr": optimizer["learning_rate"], "weight": self._weight}

    def forget_gradient(self) -> None:
        _tell("forget_gradient", self._gathered)
        self._gathered = 0

    def freeze_reference(self) -> None:
        _tell("freeze_reference", 1)

    def save_state(self, target: Path) -> int:
        return write_folder(target, lambda folder: (folder / "state.json").write_text(json.dumps([self._weight, self._steps])) and None)

    def save_weights(self, target: Path) -> int:
        self.weight_version += 1
        return write_folder(target, lambda folder: (folder / "config.json").write_text("{}") and None)

    def load_state(self, folder: Path) -> None:
        try:
            self._weight, self._steps = json.loads((folder / "state.json").read_text())
        except OSError as error:
            raise Refusal("invalid_state", f"Could not read the training state {folder}: {error}") from error
        _tell("load_state", 1)

    def close(self) -> None:
        _tell("close", 1)


def _tell(name: str, size: int) -> None:
    print(json.dumps({"name": name, "size": size}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    server_options(parser)
    options = parser.parse_args()
    service = Service(
        FakeModel,
        Folders(options.folder, options.allow),
        losses=("cross_entropy", "ppo"),
        kl_estimators=("k3",),
        max_body_bytes=options.max_body_mb * 1024 * 1024,
        lease_s=options.lease,
    )
    serve(service, options)


if __name__ == "__main__":
    main()
