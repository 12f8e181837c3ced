"""A model with its optimizer, on one device or sharded over the ranks of a process group."""

import contextlib
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.fsdp import FSDPModule

from .batch import Sequence
from .losses import token_kl, token_loss
from .micro_batches import MicroBatch, micro_batches, pad_for_ranks
from .statistics import Statistics


@dataclass(frozen=True)
class LearnerSettings:
    device: torch.device
    """Padded tokens of one forward pass; more is split."""
    max_tokens_per_pass: int
    gradient_checkpointing: bool


class Learner:
    """Every rank calls the same methods in the same order, with the whole batch; each computes its share of the sequences."""

    def __init__(self, model: nn.Module, settings: LearnerSettings) -> None:
        self.model = model
        self._settings = settings
        self._is_distributed = dist.is_initialized() and dist.get_world_size() > 1
        self._rank = dist.get_rank() if self._is_distributed else 0
        self._world = dist.get_world_size() if self._is_distributed else 1
        self._has_adapters = hasattr(model, "disable_adapter")
        self._trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(self._trained, lr=0.0)
        self._reference: dict[str, Tensor] | None = None
        model.train()

    def log_probs(self, batch: list[Sequence], temperature: float) -> list[list[float]]:
        """Natural-log probabilities of every token; entry 0 of a sequence is 0."""
        rows: dict[int, list[float]] = {}
        self.model.eval()
        try:
            with torch.no_grad():
                for micro in self._share(batch, needs_all=True):
                    logprob, _ = self._forward(micro, temperature, with_entropy=False)
                    rows.update(micro.rows_of(logprob))
        finally:
            self.model.train()
            self._reshard()
        return _gathered(rows, len(batch), self._is_distributed)

    @contextlib.contextmanager
    def reference_weights(self):
        """Within it the model is the reference. With LoRA that is the base model; otherwise what `freeze_reference` kept."""
        if self._has_adapters:
            with self.model.disable_adapter():
                yield
            return
        if self._reference is None:
            raise LookupError("The model has no reference: freeze one first")
        parameters = dict(self.model.named_parameters())
        current = {name: parameter.detach().clone() for name, parameter in parameters.items()}
        try:
            _copy_into(parameters, self._reference)
            yield
        finally:
            _copy_into(parameters, current)

    def freeze_reference(self) -> None:
        if self._has_adapters:
            return
        self._reference = {name: parameter.detach().clone() for name, parameter in self.model.named_parameters()}

    def accumulate(self, batch: list[Sequence], loss: dict) -> tuple[dict[str, float], int, float]:
        """Adds to the gradient. Metrics, trained tokens and the sum of their weights."""
        statistics = Statistics()
        needs_entropy = loss["entropy_coefficient"] != 0
        for micro in self._share(batch, needs_all=False):
            logprob, entropy = self._forward(micro, loss["temperature"], with_entropy=True, entropy_gradient=needs_entropy)
            objective = self._objective(micro, loss, logprob, entropy, statistics)
            # sharded gradients are averaged over the ranks, and a sum is wanted
            (objective * self._world).backward()
        if self._is_distributed:
            statistics.reduce(self._settings.device)
        return statistics.metrics(loss), statistics.tokens(), statistics.weight()

    def _objective(self, micro: MicroBatch, loss: dict, logprob: Tensor, entropy: Tensor, statistics: Statistics) -> Tensor:
        token = token_loss(loss, logprob, micro.old, micro.advantage, micro.sequence)
        kl = torch.zeros_like(logprob)
        if loss.get("kl") is not None:
            kl = loss["kl"]["coefficient"] * token_kl(loss["kl"]["estimator"], logprob, micro.reference)
        total = token.loss - loss["entropy_coefficient"] * entropy + kl
        statistics.add(micro, logprob.detach(), entropy.detach(), kl.detach(), token)
        # a rank without sequences takes part with a pass whose gradient is 0
        return (micro.weight * total).sum() / loss["normalizer"] + micro.idle_term(logprob)

    def step(self, optimizer: dict) -> dict[str, float]:
        """One step of AdamW; none along a gradient that is not finite."""
        limit = optimizer["grad_clip"] if optimizer["grad_clip"] > 0 else float("inf")
        norm = nn.utils.clip_grad_norm_(self._trained, limit)
        if hasattr(norm, "full_tensor"):
            norm = norm.full_tensor()
        for group in self._optimizer.param_groups:
            group["lr"] = optimizer["learning_rate"]
            group["betas"] = (optimizer["beta1"], optimizer["beta2"])
            group["eps"] = optimizer["epsilon"]
            group["weight_decay"] = optimizer["weight_decay"]
        if bool(torch.isfinite(norm)):
            self._optimizer.step()
        self.forget()
        return {"grad_norm": float(norm), "lr": optimizer["learning_rate"]}

    def forget(self) -> None:
        self._optimizer.zero_grad(set_to_none=True)

    def full_weights(self) -> dict[str, Tensor]:
        """All weights on the CPU of rank 0; empty elsewhere."""
        return get_model_state_dict(self.model, options=_FULL)

    def full_state(self) -> dict[str, Any]:
        """What a saved state holds, on the CPU of rank 0: `model`, `optimizer`, and `reference` if there is one."""
        weights = self.full_weights()
        if self._has_adapters:
            # the base model's weights stay what they are
            weights = {name: value for name, value in weights.items() if ".lora_" in name}
        state = {"model": weights, "optimizer": self._moments()}
        if self._reference is not None:
            state["reference"] = {name: _whole(value) for name, value in self._reference.items()}
        return state

    def load_full_state(self, state: dict[str, Any]) -> None:
        """The inverse of `full_state`; every rank gives the same state. Raises a ValueError, changing nothing, for one of another model."""
        parameters = dict(self.model.named_parameters())
        saved = {name: value for name, value in parameters.items() if not self._has_adapters or ".lora_" in name}
        for name, parameter in saved.items():
            found = state["model"].get(name)
            if found is None or found.shape != parameter.shape:
                raise ValueError(f"the state lacks {name} of the shape {list(parameter.shape)}")
        self.forget()
        with torch.no_grad():
            for name, parameter in saved.items():
                parameter.copy_(_like(parameter, state["model"][name]))
        self._optimizer.state.clear()
        for name, values in state["optimizer"].items():
            parameter = parameters[name]
            self._optimizer.state[parameter] = {
                "step": torch.tensor(values["step"]),
                **{moment: _like(parameter, values[moment]) for moment in MOMENTS},
            }
        self._reference = None
        if "reference" in state:
            self._reference = {name: _like(parameters[name], value) for name, value in state["reference"].items()}

    def _moments(self) -> dict[str, dict[str, Any]]:
        """By parameter. Not torch's own helper: that one takes a step of an optimizer that has no state yet."""
        names = {parameter: name for name, parameter in self.model.named_parameters()}
        return {
            names[parameter]: {"step": float(values["step"]), **{moment: _whole(values[moment]) for moment in MOMENTS}}
            for parameter, values in self._optimizer.state.items()
        }

    def _forward(self, micro: MicroBatch, temperature: float, *, with_entropy: bool, entropy_gradient: bool = False) -> tuple[Tensor, Tensor]:
        """Log-probability and entropy of the trained tokens of a micro-batch, in order."""
        with self._precision():
            logits = self.model(input_ids=micro.tokens, attention_mask=micro.attention, use_cache=False).logits
        chosen = logits[:, :-1][micro.chosen[:, 1:]].float() / temperature
        distribution = torch.log_softmax(chosen, dim=-1)
        logprob = distribution.gather(-1, micro.targets.unsqueeze(-1)).squeeze(-1)
        if not with_entropy:
            return logprob, torch.zeros_like(logprob)
        with contextlib.nullcontext() if entropy_gradient else torch.no_grad():
            entropy = -(distribution.exp() * distribution).sum(-1)
        return logprob, entropy

    def _reshard(self) -> None:
        """After a pass without a backward one the outermost module keeps whole parameters, which nothing must be written to."""
        for module in self.model.modules():
            if isinstance(module, FSDPModule):
                module.reshard()

    def _precision(self):
        if self._settings.device.type == "cuda":
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return contextlib.nullcontext()

    def _share(self, batch: list[Sequence], *, needs_all: bool) -> list[MicroBatch]:
        """This rank's micro-batches. All ranks have equally many, since each pass is one of all ranks."""
        own = [(index, sequence) for index, sequence in enumerate(batch) if index % self._world == self._rank]
        found = micro_batches(own, self._settings.max_tokens_per_pass, self._settings.device, needs_all=needs_all)
        return pad_for_ranks(found, self._settings.device) if self._is_distributed else found


# of AdamW, as torch names them
MOMENTS = ("exp_avg", "exp_avg_sq")
_FULL = StateDictOptions(full_state_dict=True, cpu_offload=True)


def _gathered(rows: dict[int, list[float]], count: int, is_distributed: bool) -> list[list[float]]:
    if is_distributed:
        parts: list[Any] = [None] * dist.get_world_size()
        dist.all_gather_object(parts, rows)
        rows = {index: row for part in parts for index, row in part.items()}
    return [rows[index] for index in range(count)]


def _copy_into(parameters: dict[str, nn.Parameter], values: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])


def _like(parameter: nn.Parameter, whole: Tensor) -> Tensor:
    """A whole tensor in the parameter's place and share."""
    value = whole.to(parameter.device)
    if not hasattr(parameter, "device_mesh"):
        return value.clone()
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(value, parameter.device_mesh, parameter.placements)


def _whole(value: Tensor) -> Tensor:
    return (value.full_tensor() if hasattr(value, "full_tensor") else value).cpu()
