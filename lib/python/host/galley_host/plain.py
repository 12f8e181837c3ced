"""Values of Python as JSON can hold them."""

import dataclasses
from typing import Any

LONGEST_REPR = 1000


def plain(value: Any) -> Any:
    """For json's `default`: arrays and scalars of numpy and torch, dataclasses, sets; all else as its repr."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return list(value)
    to_list = getattr(value, "tolist", None)
    if callable(to_list):
        return to_list()
    return repr(value)[:LONGEST_REPR]
