"""A random Qwen3 of two layers, with no download: `python tiny_model.py FOLDER`."""

import sys

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM


def make(folder: str) -> None:
    torch.manual_seed(7)
    config = Qwen3Config(
        vocab_size=259,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=128,
        tie_word_embeddings=True,
    )
    Qwen3ForCausalLM(config).float().save_pretrained(folder)


if __name__ == "__main__":
    make(sys.argv[1])
