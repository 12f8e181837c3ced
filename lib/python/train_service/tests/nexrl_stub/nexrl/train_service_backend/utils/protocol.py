"""The part of NexRL 1.4.0's utils/protocol.py that crosses the wire: a class that pickles by this module's name."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class DataProto:
    batch: Any = None
    non_tensor_batch: dict = field(default_factory=dict)
    meta_info: dict = field(default_factory=dict)

    @classmethod
    def from_dict(cls, tensors: dict, non_tensors: dict | None = None, meta_info: dict | None = None) -> "DataProto":
        assert len(tensors) > 0, "tensors must not be empty"
        assert len({len(tensor) for tensor in tensors.values()}) == 1, "one batch size"
        return cls(dict(tensors), non_tensors or {}, meta_info or {})
