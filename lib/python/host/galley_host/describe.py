"""Errors of user code in words: type, message, and the recipe's own line that is nearest to them."""

import os
import sys
import traceback
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_LONGEST = 4000
_MOST_LINES = 60


class Refusal(Exception):
    """Something is wrong with what user code is or returned; the message is complete and needs no traceback."""


def describe_error(error: BaseException, roots: list[str]) -> dict[str, Any]:
    if isinstance(error, Refusal):
        return {"type": None, "message": str(error), "file": None, "line": None, "traceback": []}
    summary = traceback.TracebackException.from_exception(error)
    place = _place(error, summary.stack, roots)
    _drop_own_frames(summary)
    lines = "".join(summary.format()).rstrip("\n").split("\n")
    return {
        "type": _type_name(error),
        "message": str(error)[:_LONGEST],
        "file": place[0],
        "line": place[1],
        "traceback": [line[:_LONGEST] for line in lines[-_MOST_LINES:]],
    }


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _place(error: BaseException, frames: traceback.StackSummary, roots: list[str]) -> tuple[str | None, int | None]:
    if isinstance(error, SyntaxError) and error.filename and _is_own(error.filename, roots):
        return error.filename, error.lineno
    for frame in reversed(frames):
        if _is_own(frame.filename, roots):
            return frame.filename, frame.lineno
    return None, None


def _is_own(file: str, roots: list[str]) -> bool:
    path = os.path.abspath(file)
    if path.startswith(sys.prefix + os.sep) or "site-packages" in path:
        return False
    return any(path.startswith(root + os.sep) for root in roots)


def _drop_own_frames(summary: traceback.TracebackException) -> None:
    kept = [frame for frame in summary.stack if not frame.filename.startswith(_HERE)]
    summary.stack = traceback.StackSummary.from_list(kept)
    for cause in (summary.__cause__, summary.__context__):
        if cause is not None:
            _drop_own_frames(cause)
