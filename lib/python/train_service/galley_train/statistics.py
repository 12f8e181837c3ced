"""Sums over trained tokens, and the protocol's metrics of them."""

import torch
import torch.distributed as dist
from torch import Tensor

from .losses import TokenLoss
from .micro_batches import MicroBatch

_SUMS = ("tokens", "weight", "loss", "entropy", "kl", "drift", "divergence", "ratio", "low", "high", "dual", "gap")


class Statistics:
    """Loss, entropy and KL are weighted as the objective weighs them; the rest are plain means over tokens."""

    def __init__(self) -> None:
        self._sums = {name: 0.0 for name in _SUMS}
        self._largest_gap = 0.0

    def add(self, micro: MicroBatch, logprob: Tensor, entropy: Tensor, kl: Tensor, token: TokenLoss) -> None:
        if micro.is_idle or len(logprob) == 0:
            return
        weight = micro.weight.double()
        change = (logprob - micro.old).double()
        ratio = change.exp()
        values = {
            "tokens": torch.ones_like(weight),
            "weight": weight,
            "loss": weight * token.loss.detach().double(),
            "entropy": weight * entropy.double(),
            "kl": weight * kl.double(),
            "drift": -change,
            "divergence": ratio - 1 - change,
            "ratio": ratio,
            "low": token.low.double(),
            "high": token.high.double(),
            "dual": token.dual.double(),
            "gap": change.abs(),
        }
        for name, value in values.items():
            self._sums[name] += float(value.sum())
        self._largest_gap = max(self._largest_gap, float(change.abs().max()))

    def reduce(self, device: torch.device) -> None:
        """Sums over all ranks."""
        sums = torch.tensor([self._sums[name] for name in _SUMS], dtype=torch.float64, device=device)
        gap = torch.tensor(self._largest_gap, dtype=torch.float64, device=device)
        dist.all_reduce(sums)
        dist.all_reduce(gap, op=dist.ReduceOp.MAX)
        self._sums = dict(zip(_SUMS, sums.tolist(), strict=True))
        self._largest_gap = float(gap)

    def tokens(self) -> int:
        return round(self._sums["tokens"])

    def weight(self) -> float:
        return self._sums["weight"]

    def metrics(self, loss: dict) -> dict[str, float]:
        sums, normalizer = self._sums, loss["normalizer"]
        policy, kl = sums["loss"] / normalizer, sums["kl"] / normalizer
        total = policy - loss["entropy_coefficient"] * sums["entropy"] / normalizer + kl
        entropy = sums["entropy"] / sums["weight"] if sums["weight"] > 0 else 0.0
        common = {"loss": total, "entropy_loss": entropy, "tokens": sums["tokens"]}
        if loss["kind"] == "cross_entropy":
            return common
        count = max(sums["tokens"], 1.0)
        low, high, dual = (sums[name] / count for name in ("low", "high", "dual"))
        if loss.get("kl") is not None:
            common.update(kl_loss=kl, kl_loss_coef=loss["kl"]["coefficient"])
        return {
            **common,
            "pg_loss": policy,
            "ppo_kl": sums["drift"] / count,
            "approx_kl": sums["divergence"] / count,
            "avg_ratio": sums["ratio"] / count,
            "pg_clipfrac": low + high + dual,
            "pg_clipfrac_low": low,
            "pg_clipfrac_high": high,
            "pg_clipfrac_dual": dual,
            "logprob_gap_mean": sums["gap"] / count,
            "logprob_gap_max": self._largest_gap,
        }
