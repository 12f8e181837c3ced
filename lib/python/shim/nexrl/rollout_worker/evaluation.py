"""What an evaluator gets and gives."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any


@dataclass
class BaseEvaluationTarget:
    """What the model or agent answered."""

    final_answer: str


@dataclass
class NexAUEvaluationTarget(BaseEvaluationTarget):
    """The same with all that the agent did on the way."""

    observation: list[dict[str, Any]] = field(default_factory=list)
    is_truncated: bool = False


@dataclass
class EvaluationRunResult:
    """A score: `metrics` are finite scalars and become curves, `extra_info` is shown beside the rollout."""

    reward: float = 0.0
    ground_truth: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    extra_info: dict[str, Any] = field(default_factory=dict)


class Evaluator(ABC):
    """Scores one rollout of one data row. `evaluator_args` of the recipe go to the constructor."""

    def __init__(self) -> None:
        pass

    @abstractmethod
    def evaluate(self, data: dict[str, Any], evaluation_target: BaseEvaluationTarget) -> EvaluationRunResult:
        """Called by `super()`: 1.0 for exactly the text of `data["ground_truth"]`."""
        truth = data.get("ground_truth", "")
        is_right = isinstance(truth, str) and evaluation_target.final_answer == truth
        return EvaluationRunResult(reward=1.0 if is_right else 0.0, ground_truth=str(truth))
