"""Frames to and from Node: four bytes of length, then a JSON array of messages."""

import json
import os
import struct
import threading
import time
from typing import Any

from .plain import plain

#: Results gather for so long (seconds): a write per result would cost more than a usual evaluation.
GATHER = 0.002

_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=plain)
_tolerant = json.JSONEncoder(separators=(",", ":"), default=plain)


def encode(message: dict[str, Any]) -> str:
    """JSON of a message. What JSON has no word for (NaN, infinities) becomes text."""
    try:
        return _encoder.encode(message)
    except ValueError as error:
        if "Circular" in str(error):
            raise
        return _encoder.encode(_without_nan(json.loads(_tolerant.encode(message))))


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return value


class Channel:
    """The real standard input and output. User code gets an empty input, and the error stream as its output."""

    def __init__(self) -> None:
        self._input = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
        self._output = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._gathered: list[str] = []
        self._busy_seconds = 0.0
        self._busy_calls = 0
        self.flushed_at = time.monotonic()

    def read(self) -> list[dict[str, Any]] | None:
        """The messages of the next frame; None when Node has gone or is done with us."""
        header = self._input.read(4)
        if len(header) < 4:
            return None
        (length,) = struct.unpack(">I", header)
        body = self._input.read(length)
        return json.loads(body) if len(body) == length else None

    def post(self, message: dict[str, Any], flush: bool = False) -> None:
        text = encode(message)
        with self._lock:
            self._gathered.append(text)
        if flush:
            self.flush()

    def spent(self, seconds: float) -> None:
        """Time of one call in the main thread, by which Node knows how many calls to send ahead."""
        self._busy_seconds += seconds
        self._busy_calls += 1

    def flush_if_due(self, now: float) -> None:
        if now - self.flushed_at > GATHER:
            self.flush()

    def flush(self) -> None:
        with self._lock:
            self.flushed_at = time.monotonic()
            if not self._gathered:
                return
            if self._busy_calls > 0:
                spent = {"k": "spent", "seconds": self._busy_seconds, "calls": self._busy_calls}
                self._gathered.append(_encoder.encode(spent))
                self._busy_seconds, self._busy_calls = 0.0, 0
            body = ("[" + ",".join(self._gathered) + "]").encode()
            self._gathered = []
            rest = memoryview(struct.pack(">I", len(body)) + body)
            while rest:
                rest = rest[os.write(self._output, rest) :]
