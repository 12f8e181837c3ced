"""What every rollout worker has: its configuration and a way to the model."""

from typing import Any

from galley_host.requests import request


class InferenceClient:
    """The run's inference service, asked through Galley's run process. Answers have the form of OpenAI's API."""

    def generate(self, messages: list[dict[str, Any]], **kwargs: Any) -> dict[str, Any]:
        answer: dict[str, Any] = request("generate", {"messages": messages, **kwargs})
        return answer

    def completion(self, prompt: str, **kwargs: Any) -> dict[str, Any]:
        answer: dict[str, Any] = request("completion", {"prompt": prompt, **kwargs})
        return answer


class BaseRolloutWorker:
    """`config` is the recipe's rollout_worker section: a mapping whose keys are attributes, too."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self._inference_client = InferenceClient()
