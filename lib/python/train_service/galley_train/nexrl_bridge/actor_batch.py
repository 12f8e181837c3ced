"""A batch in the form of NexRL's actor: padded rows, of which all tokens but the first are the response."""

from typing import Any

import torch

from ..batch import Sequence
from ..refusal import Refusal


def actor_batch(batch: list[Sequence], world_size: int, *, training: bool) -> dict[str, torch.Tensor]:
    """Rows are filled up to a multiple of `world_size` with rows that nothing is learned from."""
    rows = len(batch) + -len(batch) % world_size
    width = max(2, *(len(sequence.tokens) for sequence in batch))
    ids = torch.zeros(rows, width, dtype=torch.long)
    attention = torch.zeros(rows, width, dtype=torch.long)
    scoring = torch.zeros(rows, width, dtype=torch.long)
    old = torch.zeros(rows, width)
    advantages = torch.zeros(rows, width)
    for row in range(rows):
        sequence = batch[row] if row < len(batch) else batch[0]
        length = len(sequence.tokens)
        ids[row, :length] = torch.tensor(sequence.tokens)
        attention[row, :length] = 1
        if row >= len(batch) or not training:
            continue
        weights = torch.tensor(sequence.weights)
        if not bool(((weights == 0) | (weights == 1)).all()):
            raise Refusal(
                "unsupported",
                f"Sequence {row} has token weights other than 0 and 1. NexRL aggregates by its own actor.loss_agg_mode: set config.loss_agg_mode to token-mean.",
            )
        scoring[row, 1:length] = weights[1:].long()
        old[row, :length] = torch.tensor(sequence.logprobs)
        advantages[row, :length] = torch.tensor(sequence.advantages)
    # numbers of tokens without a weight may be anything, and a product with a mask of 0 keeps NaN
    tensors = {
        "input_ids": ids,
        "attention_mask": attention,
        "position_ids": (attention.cumsum(-1) - 1).clamp(min=0),
        "responses": ids[:, 1:].clone(),
    }
    if training:
        mask = scoring[:, 1:] == 1
        tensors.update(
            scoring_attention_mask=scoring,
            old_log_probs=torch.where(mask, old[:, 1:], 0.0),
            advantages=torch.where(mask, advantages[:, 1:], 0.0),
        )
    return tensors


def actor_meta(tensors: dict[str, torch.Tensor], temperature: float, step: int) -> dict[str, Any]:
    counted = tensors.get("scoring_attention_mask", tensors["attention_mask"])
    return {
        "batch_size": len(counted),
        "temperature": temperature,
        "global_token_num": counted.sum(-1).tolist(),
        "global_step": step,
    }
