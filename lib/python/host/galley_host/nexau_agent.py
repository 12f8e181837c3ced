"""An agent that the `nexau` package runs; the model that answers it is the run's.

The API is that of github.com/nex-agi/NexAU at 1df3fd2: `Agent.from_yaml(config_path=Path)` and
`Agent.run(message=, custom_llm_client_provider=)` in nexau/archs/main_sub/agent.py, and, of a client,
`chat.completions.create(**kwargs)` in nexau/archs/main_sub/execution/llm_caller.py. Its asynchronous path reads
`agent.executor.llm_caller.async_openai_client` and never asks the provider.
"""

from pathlib import Path
from typing import Any, Callable

from .prints import CURRENT_CALL
from .requests import HostError, request, request_async


class Reply(dict):  # type: ignore[type-arg]
    """A JSON object whose keys are attributes, too, as OpenAI's own replies have it."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def model_dump(self, **_: Any) -> dict[str, Any]:
        return dict(self)

    @classmethod
    def of(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return cls({key: cls.of(item) for key, item in value.items()})
        return [cls.of(item) for item in value] if isinstance(value, list) else value


class _Client:
    """The part of OpenAI's client that NexAU uses, for one call of `run_agent`."""

    def __init__(self, is_trained: bool) -> None:
        # NexAU asks from threads of its own, which do not know whose call they serve
        self._call = CURRENT_CALL.get()
        self._is_trained = is_trained
        self.chat = Reply(completions=self)

    def _payload(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        if kwargs.get("stream"):
            raise HostError("The run's model does not stream. Set llm_config.stream to false in the agent's file.")
        limit = kwargs.get("max_completion_tokens") or kwargs.get("max_tokens")
        return {
            "messages": [{**message, "content": _text(message.get("content"))} for message in kwargs["messages"]],
            "tools": kwargs.get("tools"),
            "is_trained": self._is_trained,
            **({} if limit is None else {"max_tokens": int(limit)}),
        }


class SyncClient(_Client):
    def create(self, **kwargs: Any) -> Any:
        token = CURRENT_CALL.set(self._call)
        try:
            return _reply(request("generate", self._payload(kwargs)))
        finally:
            CURRENT_CALL.reset(token)

    def close(self) -> None:
        pass


class AsyncClient(_Client):
    async def create(self, **kwargs: Any) -> Any:
        token = CURRENT_CALL.set(self._call)
        try:
            return _reply(await request_async("generate", self._payload(kwargs)))
        finally:
            CURRENT_CALL.reset(token)

    async def close(self) -> None:
        pass


def load_nexau_agent(file: str) -> tuple[Any, Callable[[str], Any]]:
    """The agent of a YAML file, and what to give its `run` as `custom_llm_client_provider`."""
    from nexau import Agent

    agent = Agent.from_yaml(config_path=Path(file))
    name = getattr(getattr(agent, "config", None), "name", None)
    caller = getattr(getattr(agent, "executor", None), "llm_caller", None)
    if hasattr(caller, "async_openai_client"):
        caller.async_openai_client = AsyncClient(is_trained=True)
    # sub-agents use the same model; what they say is not trained on
    return agent, lambda agent_name: SyncClient(is_trained=name is None or agent_name == name)


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in content)
    return "" if content is None else str(content)


def _reply(answer: dict[str, Any]) -> Any:
    return Reply.of({"usage": None, "model": "galley", "object": "chat.completion", **answer})
