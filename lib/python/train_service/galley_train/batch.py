"""A batch of sequences as the protocol sends it."""

from array import array
from dataclasses import dataclass

from .refusal import Refusal
from .tensor_body import Vector

COLUMNS = ("weights", "logprobs", "advantages", "reference_logprobs")


@dataclass(frozen=True)
class Sequence:
    """Entry i of a column belongs to the prediction of token i. A column that was not sent is None."""

    tokens: array
    weights: array
    logprobs: array | None
    advantages: array | None
    reference_logprobs: array | None


def read_batch(tensors: dict[str, Vector]) -> list[Sequence]:
    lengths = _values(tensors, "lengths", "i")
    if lengths is None or len(lengths) == 0:
        raise Refusal("invalid_request", "The batch is empty")
    columns = {"tokens": _values(tensors, "tokens", "i")}
    columns.update({name: _values(tensors, name, "f") for name in COLUMNS})
    total = sum(lengths)
    for name, values in columns.items():
        if values is not None and len(values) != total:
            raise Refusal("invalid_request", f"The tensor lengths adds up to {total}, but {name} has {len(values)}")
    tokens = columns["tokens"]
    if tokens is None or min(lengths) < 1:
        raise Refusal("invalid_request", "The tensor tokens is missing, or a sequence is empty")
    if columns["weights"] is None:
        columns["weights"] = array("f", bytes(4 * total))
    sequences = []
    start = 0
    for length in lengths:
        end = start + length
        sequences.append(
            Sequence(**{name: None if values is None else values[start:end] for name, values in columns.items()})
        )
        start = end
    return sequences


def _values(tensors: dict[str, Vector], name: str, code: str) -> array | None:
    vector = tensors.get(name)
    if vector is None:
        return None
    if vector.dtype != ("F32" if code == "f" else "I32"):
        raise Refusal("invalid_request", f"The tensor {name} is {vector.dtype}")
    values = array(code)
    values.frombytes(vector.data)
    return values


def check_batch(batch: list[Sequence], loss: dict, context: int, vocabulary_size: int) -> None:
    """Refuses what the model cannot take, before anything is computed."""
    check_tokens(batch, context, vocabulary_size)
    for index, sequence in enumerate(batch):
        if loss["kind"] != "cross_entropy" and (sequence.logprobs is None or sequence.advantages is None):
            raise Refusal("invalid_request", f"Sequence {index} has no logprobs or no advantages")
        if loss.get("kl") is not None and sequence.reference_logprobs is None:
            raise Refusal("invalid_request", f"Sequence {index} has no reference_logprobs, which the kl term needs")


def check_tokens(batch: list[Sequence], context: int, vocabulary_size: int) -> None:
    for index, sequence in enumerate(batch):
        if len(sequence.tokens) > context:
            raise Refusal("invalid_request", f"Sequence {index} has {len(sequence.tokens)} tokens; the model takes {context}")
        if min(sequence.tokens) < 0 or max(sequence.tokens) >= vocabulary_size:
            raise Refusal("invalid_request", f"Sequence {index} has a token outside of the vocabulary of {vocabulary_size}")
