"""Bodies with tensors: a safetensors file whose metadata hold the JSON part. Standard library only."""

import json
import struct
from dataclasses import dataclass
from typing import Any

from .refusal import Refusal

TENSOR_TYPE = "application/x-safetensors"
_WORD = 4


@dataclass(frozen=True)
class Vector:
    """`data` holds little-endian 32-bit words: floats for F32, integers for I32."""

    dtype: str
    data: memoryview

    def __len__(self) -> int:
        return len(self.data) // _WORD


def encode(body: Any, tensors: dict[str, Vector]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"json": json.dumps(body)}}
    at = 0
    for name, vector in tensors.items():
        end = at + len(vector.data)
        header[name] = {"dtype": vector.dtype, "shape": [len(vector)], "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *(v.data for v in tensors.values())])


def decode(raw: bytes) -> tuple[Any, dict[str, Vector]]:
    try:
        (length,) = struct.unpack_from("<Q", raw)
        header = json.loads(raw[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        values = memoryview(raw)[8 + length :]
        return json.loads(metadata["json"]), {
            name: _vector(name, entry, values) for name, entry in header.items()
        }
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise Refusal("invalid_request", f"The body is no whole safetensors file: {error!r}") from error


def _vector(name: str, entry: dict[str, Any], values: memoryview) -> Vector:
    start, end = entry["data_offsets"]
    size = _WORD
    for length in entry["shape"]:
        size *= length
    if entry["dtype"] not in ("F32", "I32") or end - start != size or end > len(values) or start < 0:
        raise ValueError(f"the tensor {name} is cut off or of another type than F32 and I32")
    return Vector(entry["dtype"], values[start:end])
