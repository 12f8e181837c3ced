"""Losses of tokens and their slopes: reads a list of cases as JSON, writes as many answers. For the comparison with lib/rl/loss."""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from galley_train.losses import token_kl, token_loss


def answer(case: dict) -> dict:
    logprob = torch.tensor(case["logprobs"], dtype=torch.float64, requires_grad=True)
    if "estimator" in case:
        loss = token_kl(case["estimator"], logprob, torch.tensor(case["references"], dtype=torch.float64))
    else:
        loss = token_loss(
            case["spec"],
            logprob,
            torch.tensor(case["old"], dtype=torch.float64),
            torch.tensor(case["advantages"], dtype=torch.float64),
            torch.zeros(len(logprob), dtype=torch.long),
        ).loss
    loss.sum().backward()
    return {"loss": loss.tolist(), "slope": logprob.grad.tolist()}


print(json.dumps([answer(case) for case in json.load(sys.stdin)]))
