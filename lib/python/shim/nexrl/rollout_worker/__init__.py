"""Evaluators and rollout workers: the names that recipes import."""

from .base_nexau_rollout_worker import BaseNexAURolloutWorker
from .base_rollout_worker import BaseRolloutWorker
from .evaluation import (
    BaseEvaluationTarget,
    EvaluationRunResult,
    Evaluator,
    NexAUEvaluationTarget,
)

__all__ = [
    "BaseEvaluationTarget",
    "BaseNexAURolloutWorker",
    "BaseRolloutWorker",
    "EvaluationRunResult",
    "Evaluator",
    "NexAUEvaluationTarget",
]
