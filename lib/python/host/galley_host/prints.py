"""What user code prints, as lines that know their call."""

import io
import os
import sys
from contextvars import ContextVar
from typing import Any

from .channel import Channel

#: The call that runs here; None in threads that user code started, and between calls.
CURRENT_CALL: ContextVar[int | None] = ContextVar("galley_call", default=None)

LONGEST_LINE = 4000
MOST_LINES = 1000


class PrintedLines(io.TextIOBase):
    """Takes the place of sys.stdout and sys.stderr: whole lines leave with the id of the call that printed them."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._open: dict[int | None, str] = {}
        self._counts: dict[int | None, int] = {}

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        call = CURRENT_CALL.get()
        *lines, rest = (self._open.pop(call, "") + text).split("\n")
        if len(rest) > LONGEST_LINE:
            lines.append(rest)
            rest = ""
        if rest:
            self._open[call] = rest
        self._post(call, lines)
        return len(text)

    @property
    def buffer(self) -> Any:
        """For code that writes bytes: the error stream, whose lines nobody knows the call of."""
        return os.fdopen(1, "wb", buffering=0, closefd=False)

    def reconfigure(self, **_: Any) -> None:
        """Code that asks for UTF-8 or unbuffered lines has both already."""

    def fileno(self) -> int:
        return 2

    def finish(self, call: int) -> None:
        """The call is over: a line without an end is a line all the same."""
        if call in self._open:
            self._post(call, [self._open.pop(call)])
        self._counts.pop(call, None)

    def _post(self, call: int | None, lines: list[str]) -> None:
        if call is not None:
            seen = self._counts.get(call, 0)
            self._counts[call] = seen + len(lines)
            if seen >= MOST_LINES:
                return
            if seen + len(lines) > MOST_LINES:
                lines = [*lines[: MOST_LINES - seen], f"… more than {MOST_LINES} lines; the rest is left out"]
        if lines:
            cut = [line[:LONGEST_LINE] for line in lines]
            # nobody else flushes for a thread of the recipe's own
            self._channel.post({"k": "print", "id": call, "lines": cut}, flush=call is None)


def capture_prints(channel: Channel) -> PrintedLines:
    printed = PrintedLines(channel)
    sys.stdout = sys.stderr = printed  # type: ignore[assignment]
    return printed
