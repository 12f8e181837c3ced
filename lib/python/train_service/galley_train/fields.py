"""Fields of a request, checked where they enter. Standard library only."""

import math
import re
from typing import Any

from .refusal import Refusal

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
_CLIPPING = ("ppo", "gspo", "cispo")


class Fields:
    def __init__(self, body: Any, where: str = "") -> None:
        if not isinstance(body, dict):
            raise Refusal("invalid_request", f"{where or 'The body'} is not an object")
        self._body = body
        self._where = where

    def section(self, name: str) -> "Fields":
        return Fields(self._body.get(name), f"{self._where}{name}.")

    def text(self, name: str) -> str:
        value = self._body.get(name)
        if not isinstance(value, str) or not 1 <= len(value) <= 1000:
            raise self._wrong(name, "a text of 1 to 1000 characters")
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self._body.get(name)
        if value not in choices:
            raise self._wrong(name, f"one of {', '.join(choices)}")
        return value

    def number(self, name: str) -> float:
        value = self._body.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self._wrong(name, "a number")
        return value

    def positive(self, name: str) -> float:
        value = self.number(name)
        if value <= 0:
            raise self._wrong(name, "a number above 0")
        return value

    def share(self, name: str, below: float = math.inf) -> float:
        value = self.number(name)
        if not 0 <= value < below:
            raise self._wrong(name, f"a number from 0 to below {below}")
        return value

    def count(self, name: str) -> int:
        value = self._body.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(name, "a whole number from 0")
        return value

    def optional_count(self, name: str) -> int | None:
        return None if self._body.get(name) is None else self.count(name)

    def flag(self, name: str) -> bool:
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def write(self) -> dict:
        """What every call that changes the model begins with."""
        return {"epoch": self.count("epoch"), "operation_id": self.text("operation_id")}

    def initialize(self) -> dict:
        if not _NAME.match(self.text("identifier")):
            raise self._wrong("identifier", "a name (letters, digits, dot, dash, underscore)")
        tuning = self.section("tuning")
        kind = tuning.one_of("kind", ("full", "lora"))
        seed = self._body.get("seed")
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise self._wrong("seed", "a whole number")
        config = self._body.get("config")
        return {
            "operation_id": self.text("operation_id"),
            "identifier": self.text("identifier"),
            "base_model": self.text("base_model"),
            "tuning": {"kind": "full"} if kind == "full" else {"kind": "lora", "rank": max(1, tuning.count("rank"))},
            "seed": seed,
            "config": config if isinstance(config, dict) else {},
        }

    def loss(self, losses: list[str], estimators: list[str]) -> dict:
        kind = self.text("kind")
        if kind not in losses:
            raise Refusal("unsupported", f"The loss {kind} is not here; there are {', '.join(losses)}")
        spec: dict[str, Any] = {
            "kind": kind,
            "entropy_coefficient": self.number("entropy_coefficient"),
            "temperature": self.positive("temperature"),
            "normalizer": self.positive("normalizer"),
        }
        if kind in _CLIPPING:
            spec.update(clip_low=self.share("clip_low"), clip_high=self.share("clip_high"))
        if kind == "ppo":
            spec["dual_clip"] = None if self._body.get("dual_clip") is None else self.positive("dual_clip")
        if self._body.get("kl") is not None:
            kl = self.section("kl")
            estimator = kl.text("estimator")
            if estimator not in estimators:
                raise Refusal("unsupported", f"The KL estimator {estimator} is not here; there are {', '.join(estimators)}")
            spec["kl"] = {"estimator": estimator, "coefficient": kl.number("coefficient")}
        return spec

    def optimizer(self) -> dict:
        return {
            "learning_rate": self.share("learning_rate"),
            "beta1": self.share("beta1", 1.0),
            "beta2": self.share("beta2", 1.0),
            "epsilon": self.positive("epsilon"),
            "weight_decay": self.share("weight_decay"),
            "grad_clip": self.share("grad_clip"),
        }

    def _wrong(self, name: str, wanted: str) -> Refusal:
        return Refusal("invalid_request", f"{self._where}{name} must be {wanted}, not {self._body.get(name)!r:.200}")
