"""A base model of transformers, ready to be trained: adapters, precision, sharding."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from .learner import LearnerSettings
from .refusal import Refusal

# as the peft documentation recommends for a rank that is not tuned; twice the rank
_ALPHA_PER_RANK = 2


@dataclass(frozen=True)
class OpenedModel:
    model: nn.Module
    config: Any
    tokenizer: Any | None
    context: int
    vocabulary_size: int
    save_dtype: torch.dtype
    """By which the adapters' products are multiplied; 1 without adapters."""
    lora_scaling: float
    notes: list[str]


def open_model(asked: dict, settings: LearnerSettings) -> OpenedModel:
    from transformers import AutoConfig, AutoModelForCausalLM

    name = asked["base_model"]
    torch.manual_seed(asked["seed"])
    try:
        config = AutoConfig.from_pretrained(name)
        # weights in 32 bits: updates of a small learning rate vanish in 16
        model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise Refusal("unknown_base_model", f"Could not load the base model {name}: {str(error).splitlines()[0]}") from error
    _without_dropout(model)
    if settings.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    notes: list[str] = []
    scaling = 1.0
    if asked["tuning"]["kind"] == "lora":
        rank = asked["tuning"]["rank"]
        model = _with_adapters(model, rank)
        scaling = float(_ALPHA_PER_RANK)
        notes.append(f"LoRA of rank {rank} on all linear layers, alpha {_ALPHA_PER_RANK * rank}.")
    model.to(settings.device)
    if dist.is_initialized() and dist.get_world_size() > 1:
        _shard(model, settings)
        notes.append(f"Sharded over {dist.get_world_size()} ranks.")
    dtype = getattr(config, "dtype", None) or torch.float32
    return OpenedModel(
        model=model,
        config=config,
        tokenizer=_tokenizer_of(name),
        context=getattr(config, "max_position_embeddings", None) or 1_048_576,
        vocabulary_size=config.vocab_size,
        save_dtype=dtype if isinstance(dtype, torch.dtype) else getattr(torch, dtype),
        lora_scaling=scaling,
        notes=notes,
    )


def _with_adapters(model: nn.Module, rank: int) -> nn.Module:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise Refusal("unsupported", "LoRA needs the package peft: install it, or train all weights") from error
    return get_peft_model(
        model, LoraConfig(r=rank, lora_alpha=_ALPHA_PER_RANK * rank, lora_dropout=0.0, target_modules="all-linear")
    )


def _without_dropout(model: nn.Module) -> None:
    """The policy that is trained is the one that sampled."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(getattr(module, "attention_dropout", None), float):
            module.attention_dropout = 0.0


def _shard(model: nn.Module, settings: LearnerSettings) -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    mesh = init_device_mesh(settings.device.type, (dist.get_world_size(),))
    policy = MixedPrecisionPolicy()
    if settings.device.type == "cuda":
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for block in _blocks_of(model):
        fully_shard(block, mesh=mesh, mp_policy=policy)
    fully_shard(model, mesh=mesh, mp_policy=policy)


def _blocks_of(model: nn.Module) -> list[nn.Module]:
    """The layers of the decoder: the longest list of modules."""
    lists = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    return list(max(lists, key=len, default=[]))


def _tokenizer_of(name: str) -> Any | None:
    """Inference servers want it beside the weights. A folder without one has none to copy."""
    from transformers import AutoTokenizer

    if Path(name).is_dir() and not any(Path(name).glob("token*")):
        return None
    return AutoTokenizer.from_pretrained(name)
