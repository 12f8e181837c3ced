"""What Python code asks of the run process while a call runs, for example a completion of the model."""

import asyncio
import itertools
import threading
from concurrent.futures import Future
from typing import Any

from .channel import Channel
from .prints import CURRENT_CALL


class HostError(RuntimeError):
    """The run process could not do what it was asked."""


class Requests:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._ids = itertools.count(1)
        self._waiting: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()

    def ask(self, name: str, payload: Any) -> "Future[Any]":
        call = CURRENT_CALL.get()
        if call is None:
            raise HostError(f"'{name}' can be asked for within a call only, not from a thread of its own or at import.")
        future: Future[Any] = Future()
        ask = next(self._ids)
        with self._lock:
            self._waiting[ask] = future
        self._channel.post({"k": "ask", "ask": ask, "id": call, "name": name, "payload": payload}, flush=True)
        return future

    def told(self, message: dict[str, Any]) -> None:
        with self._lock:
            future = self._waiting.pop(message["ask"], None)
        if future is None or future.cancelled():
            return
        if message["ok"]:
            future.set_result(message.get("value"))
        else:
            future.set_exception(HostError(message["message"]))


_requests: Requests | None = None


def open_requests(channel: Channel) -> Requests:
    global _requests
    _requests = Requests(channel)
    return _requests


def _opened() -> Requests:
    if _requests is None:
        raise HostError("There is no run process to ask: this code was not started by Galley.")
    return _requests


def request(name: str, payload: Any = None) -> Any:
    """Asks the run process and waits for its answer. Raises HostError when it refuses or the call is over."""
    return _opened().ask(name, payload).result()


async def request_async(name: str, payload: Any = None) -> Any:
    """The same for coroutines: other calls go on meanwhile."""
    return await asyncio.wrap_future(_opened().ask(name, payload))
