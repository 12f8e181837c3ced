"""The worker that recipes subclass to say how a task is asked and what of its trace is trained on."""

from dataclasses import dataclass, field
from typing import Any

from galley_host.requests import request

from .base_rollout_worker import BaseRolloutWorker
from .evaluation import (  # recipes import these from here, too
    BaseEvaluationTarget as BaseEvaluationTarget,
    EvaluationRunResult as EvaluationRunResult,
    Evaluator as Evaluator,
    NexAUEvaluationTarget as NexAUEvaluationTarget,
)


@dataclass
class AgentOutput:
    """What came of an agent's run."""

    final_answer: str
    observation: list[dict[str, Any]] = field(default_factory=list)
    rl_params: dict[str, Any] = field(default_factory=dict)


class HostedAgent:
    """The recipe's agent. Galley's run process drives it; this object asks it to."""

    def __init__(self, task: dict[str, Any] | None = None) -> None:
        self._task = task
        self.history: list[dict[str, Any]] = []
        self.trajectory: list[dict[str, Any]] = []

    def run(self, message: Any = None, **_: Any) -> str:
        answer = request("run_agent", {"query": message, "task": self._task})
        self.history = answer.get("observation", [])
        self.trajectory = answer.get("trajectory", [])
        return str(answer.get("finalAnswer", ""))


class BaseNexAURolloutWorker(BaseRolloutWorker):
    """Override `format_task_query`, `get_train_loss_mask` or `run_agent`; Galley calls what a recipe overrides."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.nexau_agent_config_path = config.get("nexau_agent_config_path", None)
        self.nexau_agent_workspace = config.get("nexau_agent_workspace", None)
        self.evaluator_module_path = config.get("evaluator_module_path", None)
        self.task_name = config.get("task_name", None)

    def format_task_query(self, data_item: dict[str, Any]) -> str:
        """The query for a row: its first of prompt, query and question that is not empty."""
        for key in ("prompt", "query", "question"):
            if data_item.get(key):
                return data_item[key]  # type: ignore[no-any-return]
        raise ValueError("The row has none of prompt, query and question. Override format_task_query.")

    def get_train_loss_mask(self, trajectory_infos: list[dict[str, Any]]) -> list[bool]:
        """Which calls of the model are trained on, one answer for each: all of them."""
        return [True] * len(trajectory_infos)

    def load_agent_from_config(self, custom_llm_client_provider: Any = None) -> tuple[HostedAgent, Any]:
        """The agent of nexau_agent_config_path, and the provider as the second of the pair."""
        return HostedAgent(), custom_llm_client_provider

    def run_agent(self, task: dict[str, Any]) -> Any:
        """One rollout: asks the query of the recipe's agent and gives what it answered and did."""
        agent = HostedAgent(task)
        answer = agent.run(message=self.format_task_query(task))
        return AgentOutput(answer, agent.history, {"trajectory": agent.trajectory})

    def child_processor(self, child: dict[str, Any], trajectories: list[dict[str, Any]]) -> None:
        """Adds the call of a model that a trace's node holds, and those of the nodes below it first."""
        if child.get("type") != "LLM":
            return
        outputs = child.get("outputs", {})
        choices = outputs.get("choices") or [{}]
        if "nexrl_train" in outputs:
            for below in child.get("children", []):
                self.child_processor(below, trajectories)
            tokens = outputs["nexrl_train"].get("response_tokens", [])
        else:
            tokens = _tokens_of(choices[0].get("logprobs") or {})
            if tokens is None:
                return
        inputs = child.get("inputs", {})
        trajectories.append(
            {
                "prompt_messages": inputs.get("messages", []),
                "tools": inputs.get("tools", []),
                "response_message": choices[0].get("message", {}),
                "response_tokens": tokens,
                "finish_reason": choices[0].get("finish_reason", ""),
                **outputs,
            }
        )

    def trace_processor(self, traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """All calls of the model in a list of traces, in their order."""
        found: list[dict[str, Any]] = []
        for trace in traces:
            for child in trace.get("children", []):
                self.child_processor(child, found)
        return found

    def add_loss_mask(
        self,
        prompt_tokens: list[int],
        response_tokens: list[int],
        response_logprobs: list[float] | None = None,
    ) -> dict[str, list[Any]]:
        """One sequence of a prompt (mask 0, logprob 0.0) and a response (mask 1 and its own logprobs)."""
        logprobs = response_logprobs or []
        if len(logprobs) != len(response_tokens):
            raise ValueError(f"{len(response_tokens)} response tokens have {len(logprobs)} logprobs.")
        return {
            "tokens": prompt_tokens + response_tokens,
            "loss_mask": [0] * len(prompt_tokens) + [1] * len(response_tokens),
            "logprobs": [0.0] * len(prompt_tokens) + logprobs,
        }

    def trace_prefix_merge(self, trajectories: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Joins each sequence to the one before it where it continues that one's tokens."""
        merged: list[dict[str, Any]] = []
        for one in trajectories:
            before = merged[-1] if merged else None
            length = len(before["tokens"]) if before else 0
            if before is None or one["tokens"][:length] != before["tokens"]:
                merged.append(dict(one))
                continue
            for key in ("tokens", "loss_mask", "logprobs"):
                before[key] = before[key] + one[key][length:]
        return merged


def _tokens_of(logprobs: dict[str, Any]) -> list[int] | None:
    if "tokens" in logprobs:
        return [int(token) for token in logprobs["tokens"] if token is not None]
    if "content" in logprobs:
        return [int(item["token"]) for item in logprobs["content"] if item is not None]
    return None
