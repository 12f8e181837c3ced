"""Hooks of a rollout worker, their results as plain values."""

import inspect
from typing import Any


class Working:
    """Every hook of the worker under its own name; `run_agent` gives one form, whatever the recipe's own returns."""

    def __init__(self, worker: Any) -> None:
        self.inner = worker

    def run_agent(self, task: dict[str, Any]) -> Any:
        result = self.inner.run_agent(task)
        return _later(result) if inspect.isawaitable(result) else _plain(result)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


async def _later(result: Any) -> dict[str, Any]:
    return _plain(await result)


def _plain(result: Any) -> dict[str, Any]:
    """An agent's output, alone or, as the reference framework's examples have it, with an evaluation beside it."""
    output, evaluation = result if isinstance(result, tuple) else (result, None)
    rl_params = getattr(output, "rl_params", None) or {}
    return {
        "finalAnswer": str(getattr(output, "final_answer", "") or ""),
        "observation": list(getattr(output, "observation", None) or []),
        "trajectory": list(rl_params.get("trajectory", []) if isinstance(rl_params, dict) else []),
        "evaluation": None if evaluation is None else _evaluation(evaluation),
    }


def _evaluation(evaluation: Any) -> dict[str, Any]:
    return {
        "reward": evaluation.reward,
        "groundTruth": evaluation.ground_truth,
        "metrics": evaluation.metrics,
        "extraInfo": evaluation.extra_info,
    }
