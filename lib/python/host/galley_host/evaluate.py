"""Calls of an evaluator: targets made, results checked. Recipes are code of others."""

import inspect
import math
import numbers
import sys
from decimal import Decimal
from typing import Any

from .describe import Refusal


class Evaluating:
    def __init__(self, evaluator: Any, name: str, label: str) -> None:
        self.inner = evaluator
        self._who = f"{name} in {label}"
        if not callable(getattr(evaluator, "evaluate", None)):
            raise Refusal(f"{self._who} has no method evaluate(data, evaluation_target). Add it.")
        self._make_target = _target_maker()

    def evaluate(self, data: dict[str, Any], target: dict[str, Any]) -> Any:
        result = self.inner.evaluate(data, self._make_target(target))
        return self._later(result) if inspect.isawaitable(result) else self._checked(result)

    async def _later(self, result: Any) -> dict[str, Any]:
        return self._checked(await result)

    def _checked(self, result: Any) -> dict[str, Any]:
        if not hasattr(result, "reward"):
            raise self._refusal(f"{_show(result)}; evaluate must return EvaluationRunResult(reward=…)")
        metrics = getattr(result, "metrics", None)
        metrics = {} if metrics is None else metrics
        if not isinstance(metrics, dict):
            raise self._refusal(f"metrics {_show(metrics)}; it must map names to finite numbers")
        extra = getattr(result, "extra_info", None)
        truth = getattr(result, "ground_truth", "")
        return {
            "reward": self._number(result.reward, "reward {}; a reward must be a finite number"),
            "groundTruth": truth if isinstance(truth, str) else "" if truth is None else str(truth),
            "metrics": {
                str(name): self._number(value, f"metric {name} = {{}}; a metric must be a finite number")
                for name, value in metrics.items()
            },
            "extraInfo": extra if isinstance(extra, dict) else {} if extra is None else {"value": extra},
        }

    def _number(self, value: Any, problem: str) -> float:
        kind = type(value)
        if kind is float:
            number: float = value
        else:
            try:
                number = _float_of(value)
            except (TypeError, ValueError, OverflowError, RuntimeError):
                raise self._refusal(problem.replace("{}", _show(value))) from None
        if not math.isfinite(number):
            raise self._refusal(problem.replace("{}", _show(value)))
        return number

    def _refusal(self, problem: str) -> Refusal:
        return Refusal(f"{self._who} returned {problem}.")


def _float_of(value: Any) -> float:
    """A scalar of Python, numpy or torch; text and arrays are none."""
    if isinstance(value, (numbers.Real, Decimal)):
        return float(value)
    item = getattr(value, "item", None)
    if callable(item):
        return _float_of(item())
    raise TypeError("not a scalar")


def _target_maker() -> Any:
    """Builds what evaluators of the nexrl in use expect; older ones know no `is_truncated`."""
    worker = sys.modules["nexrl.rollout_worker"]
    kind = getattr(worker, "NexAUEvaluationTarget", None) or worker.BaseEvaluationTarget
    known = set(inspect.signature(kind).parameters)

    def make(target: dict[str, Any]) -> Any:
        facts = {
            "final_answer": target["finalAnswer"],
            "observation": target.get("observation", []),
            "is_truncated": target["isTruncated"],
        }
        made = kind(**{name: value for name, value in facts.items() if name in known})
        if "is_truncated" not in known:
            made.is_truncated = facts["is_truncated"]
        return made

    return make


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
