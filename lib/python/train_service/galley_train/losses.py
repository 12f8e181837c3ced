"""Losses of tokens, by the formulas of docs/protocols/train-service.md, as functions of log-probabilities."""

from dataclasses import dataclass

import torch
from torch import Tensor

LOSSES = ("cross_entropy", "importance_sampling", "ppo", "gspo", "cispo")
KL_ESTIMATORS = ("kl", "k1", "abs", "mse", "k2", "k3", "low_var_kl")
_LOG_RATIO_BOUND = 5.0
_VALUE_BOUND = 10.0


@dataclass(frozen=True)
class TokenLoss:
    """One entry per token. `loss` has the gradient; the flags say which bound made it 0."""

    loss: Tensor
    low: Tensor
    high: Tensor
    dual: Tensor


def token_loss(spec: dict, logprob: Tensor, old: Tensor, advantage: Tensor, sequence: Tensor) -> TokenLoss:
    """`sequence` numbers the sequence of each token, from 0; only `gspo` looks at it."""
    kind = spec["kind"]
    if kind == "cross_entropy":
        return _unclipped(-logprob)
    ratio = torch.exp(logprob - old)
    if kind == "importance_sampling":
        return _unclipped(-advantage * ratio)
    if kind == "ppo":
        return _clipped(spec, advantage, ratio, spec["dual_clip"])
    if kind == "gspo":
        held = torch.exp(_mean_by(sequence, (logprob - old).detach()))
        # the value of the sequence's ratio, with the slope of the token's own log-probability
        return _clipped(spec, advantage, held * torch.exp(logprob - logprob.detach()), None)
    if kind == "cispo":
        held = ratio.detach().clamp(1 - spec["clip_low"], 1 + spec["clip_high"])
        low = ratio.detach() < 1 - spec["clip_low"]
        high = ratio.detach() > 1 + spec["clip_high"]
        return TokenLoss(-held * advantage * logprob, low, high, torch.zeros_like(low))
    raise ValueError(f"there is no loss {kind}")


def token_kl(estimator: str, logprob: Tensor, reference: Tensor) -> Tensor:
    """An estimate of KL(policy || reference) at each token, in nats."""
    d = reference - logprob
    if estimator in ("kl", "k1"):
        return -d
    if estimator == "abs":
        return d.abs()
    if estimator in ("mse", "k2"):
        return 0.5 * d * d
    if estimator == "k3":
        return _distance(d)
    if estimator == "low_var_kl":
        return _distance(d.clamp(-_LOG_RATIO_BOUND, _LOG_RATIO_BOUND)).clamp(max=_VALUE_BOUND)
    raise ValueError(f"there is no KL estimator {estimator}")


def _distance(d: Tensor) -> Tensor:
    return (torch.expm1(d) - d).clamp(min=0)


def _clipped(spec: dict, advantage: Tensor, ratio: Tensor, dual_clip: float | None) -> TokenLoss:
    floor, ceiling = 1 - spec["clip_low"], 1 + spec["clip_high"]
    loss = torch.maximum(-advantage * ratio, -advantage * ratio.clamp(floor, ceiling))
    low = (advantage < 0) & (ratio < floor)
    high = (advantage > 0) & (ratio > ceiling)
    dual = torch.zeros_like(low)
    if dual_clip is not None:
        dual = (advantage < 0) & (ratio > dual_clip)
        loss = torch.where(dual, -advantage * dual_clip, loss)
    return TokenLoss(loss, low, high, dual)


def _unclipped(loss: Tensor) -> TokenLoss:
    none = torch.zeros_like(loss, dtype=torch.bool)
    return TokenLoss(loss, none, none, none)


def _mean_by(sequence: Tensor, values: Tensor) -> Tensor:
    """The mean of its sequence, at each token."""
    count = int(sequence.max()) + 1 if len(sequence) > 0 else 0
    sums = torch.zeros(count, dtype=values.dtype, device=values.device).index_add_(0, sequence, values)
    counts = torch.zeros_like(sums).index_add_(0, sequence, torch.ones_like(values))
    return (sums / counts.clamp(min=1))[sequence]
