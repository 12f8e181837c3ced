"""Sequences put side by side for one pass of the model."""

from array import array
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

from .batch import Sequence


@dataclass(frozen=True)
class MicroBatch:
    """`tokens`, `attention` and `chosen` are [sequences, longest]; the rest has one entry per chosen token."""

    tokens: Tensor
    attention: Tensor
    chosen: Tensor
    targets: Tensor
    weight: Tensor
    old: Tensor
    advantage: Tensor
    reference: Tensor
    sequence: Tensor
    indices: tuple[int, ...]
    is_idle: bool

    def rows_of(self, values: Tensor) -> dict[int, list[float]]:
        """Values of all tokens but the first ones, as rows by the sequences' places in the batch."""
        if self.is_idle:
            return {}
        flat = values.cpu().tolist()
        rows: dict[int, list[float]] = {}
        start = 0
        for row, index in enumerate(self.indices):
            count = int(self.chosen[row].sum())
            rows[index] = [0.0, *flat[start : start + count]]
            start += count
        return rows

    def idle_term(self, logprob: Tensor) -> Tensor:
        """Joins parameters to the graph of a pass that has nothing to train."""
        return logprob.sum() * 0.0


def micro_batches(
    sequences: list[tuple[int, Sequence]], max_tokens: int, device: torch.device, *, needs_all: bool
) -> list[MicroBatch]:
    """In order, each of at most `max_tokens` with its padding, or of one sequence. Chosen: all tokens, or those with a weight."""
    groups: list[list[tuple[int, Sequence]]] = []
    longest = 0
    for item in sequences:
        length = len(item[1].tokens)
        if groups and max(longest, length) * (len(groups[-1]) + 1) <= max_tokens:
            groups[-1].append(item)
            longest = max(longest, length)
        else:
            groups.append([item])
            longest = length
    return [_micro_batch(group, device, needs_all=needs_all, is_idle=False) for group in groups]


def pad_for_ranks(own: list[MicroBatch], device: torch.device) -> list[MicroBatch]:
    """As many as the rank with the most: what is missing are passes without a trained token."""
    most = torch.tensor(len(own), device=device)
    dist.all_reduce(most, op=dist.ReduceOp.MAX)
    empty = Sequence(array("i", [0, 0]), array("f", [0.0, 1.0]), None, None, None)
    idle = _micro_batch([(0, empty)], device, needs_all=True, is_idle=True)
    return own + [idle] * (int(most) - len(own))


def _micro_batch(
    group: list[tuple[int, Sequence]], device: torch.device, *, needs_all: bool, is_idle: bool
) -> MicroBatch:
    longest = max(2, *(len(sequence.tokens) for _, sequence in group))
    count = len(group)
    tokens = torch.zeros(count, longest, dtype=torch.long)
    attention = torch.zeros(count, longest, dtype=torch.long)
    columns = {name: torch.zeros(count, longest) for name in ("weights", "logprobs", "advantages", "reference_logprobs")}
    chosen = torch.zeros(count, longest, dtype=torch.bool)
    for row, (_, sequence) in enumerate(group):
        length = len(sequence.tokens)
        tokens[row, :length] = torch.tensor(sequence.tokens)
        attention[row, :length] = 1
        for name, column in columns.items():
            values = getattr(sequence, name)
            if values is not None:
                column[row, :length] = torch.tensor(values)
        # the first token of a sequence is never predicted
        chosen[row, 1:length] = True if needs_all else columns["weights"][row, 1:length] != 0
    picked = {name: column[chosen].to(device) for name, column in columns.items()}
    places = torch.arange(count).unsqueeze(1).expand(count, longest)[chosen]
    return MicroBatch(
        tokens=tokens.to(device),
        attention=attention.to(device),
        chosen=chosen.to(device),
        targets=tokens[chosen].to(device),
        weight=picked["weights"] * (0.0 if is_idle else 1.0),
        old=picked["logprobs"],
        advantage=picked["advantages"],
        reference=picked["reference_logprobs"],
        sequence=places.to(device),
        indices=tuple(index for index, _ in group),
        is_idle=is_idle,
    )
