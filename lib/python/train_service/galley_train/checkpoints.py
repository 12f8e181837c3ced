"""Training states and Hugging Face checkpoints on disk."""

import json
import re
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from .learner import MOMENTS
from .open_model import OpenedModel
from .refusal import Refusal

FORMAT = "galley-train-state-1"


def save_state(folder: Path, state: dict[str, Any], facts: dict[str, Any]) -> None:
    """Weights, moments, reference and counters; no pickles, so that reading one runs no code."""
    save_file(_contiguous(state["model"]), folder / "model.safetensors")
    moments: dict[str, Tensor] = {}
    steps: dict[str, float] = {}
    for name, values in state["optimizer"].items():
        steps[name] = values["step"]
        moments.update({f"{moment}.{name}": values[moment] for moment in MOMENTS})
    save_file(_contiguous(moments), folder / "optimizer.safetensors")
    if "reference" in state:
        save_file(_contiguous(state["reference"]), folder / "reference.safetensors")
    record = {"format": FORMAT, "steps": steps, **facts}
    (folder / "state.json").write_text(json.dumps(record))


def load_state(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The state and its facts."""
    try:
        record = json.loads((folder / "state.json").read_text())
        if record.get("format") != FORMAT:
            raise Refusal("invalid_state", f"{folder} is not a training state of this server")
        moments = load_file(folder / "optimizer.safetensors")
        optimizer = {
            name: {"step": step, **{moment: moments[f"{moment}.{name}"] for moment in MOMENTS}}
            for name, step in record["steps"].items()
        }
        state: dict[str, Any] = {"model": load_file(folder / "model.safetensors"), "optimizer": optimizer}
        if (folder / "reference.safetensors").exists():
            state["reference"] = load_file(folder / "reference.safetensors")
        return state, record
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise Refusal("invalid_state", f"Could not read the training state {folder}: {error}") from error


def save_hugging_face(folder: Path, weights: dict[str, Tensor], opened: OpenedModel) -> None:
    """A checkpoint as transformers, SGLang and vLLM load it, in shards of 5 GB."""
    from huggingface_hub import save_torch_state_dict

    merged = merge_lora(weights, opened.lora_scaling)
    if getattr(opened.config, "tie_word_embeddings", False):
        merged.pop("lm_head.weight", None)
    typed = {name: value.to(opened.save_dtype) for name, value in merged.items()}
    save_torch_state_dict(_contiguous(typed), folder, max_shard_size="5GB")
    opened.config.save_pretrained(folder)
    if opened.tokenizer is not None:
        opened.tokenizer.save_pretrained(folder)


_LORA = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_A\.default\.weight$")


def merge_lora(weights: dict[str, Tensor], scaling: float) -> dict[str, Tensor]:
    """Weights by the base model's names, with the adapters' products added. Without adapters, the weights as they are."""
    adapters = {found["module"]: name for name in weights if (found := _LORA.match(name))}
    if not adapters:
        return dict(weights)
    merged: dict[str, Tensor] = {}
    for name, value in weights.items():
        if ".lora_" not in name:
            merged[name.removeprefix("base_model.model.").replace(".base_layer.", ".")] = value
    for module, name in adapters.items():
        delta = weights[name.replace(".lora_A.", ".lora_B.")].float() @ weights[name].float()
        base = merged[f"{module}.weight"]
        merged[f"{module}.weight"] = (base.float() + scaling * delta).to(base.dtype)
    return merged


def _contiguous(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    # safetensors refuses tensors that share memory: tied embeddings, and views of what ranks gathered
    return {name: value.detach().clone().contiguous() for name, value in tensors.items()}
