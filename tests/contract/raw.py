"""A generation's own API, called as a newcomer would: right by default, wrong where a test says so. Knows no backend."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from tests.contract.double import World, model
from tests.contract.harness import stand_in_world

WIDTH = 64
"""Blocks of the page table: a window of 4,096 tokens."""
BLOCKS = list(range(1, 33))
PACKAGE = {
    "P1": "tt_transformers.models.llama3_8b.generator",
    "P2": "tt_transformers.models.llama3_8b.vllm_generator",
}


class Raw:
    """A Generator, its cache, and how its calls look in this generation."""

    def __init__(self, world: World, mesh: Any, generator: Any, cache: Any, sampling: Any) -> None:
        self.world = world
        self.mesh = mesh
        self.generator = generator
        self.cache = cache
        self._sampling = sampling

    @property
    def package(self) -> bool:
        return self.world.generation in PACKAGE

    def prefill(
        self, tokens: Sequence[int], blocks: Sequence[int], start: int = 0, traced: bool = False, **wrong: Any
    ) -> torch.Tensor:
        """Logits of the last token, in one row."""
        given: dict[str, Any] = {
            "tokens": torch.tensor([list(tokens)]),
            "page_table": table(blocks),
            "kv_cache": self.cache,
            "prompt_lens": [len(tokens)],
        }
        if self.world.generation != "G0":
            given["enable_trace"] = traced
        if self.world.generation in ("G2", "G3", "G4"):
            given["warmup_prefill"] = False
        if start:
            given["start_pos"] = [start]
        method = self.generator.prefill_forward if self.package else self.generator.prefill_forward_text
        return row(method(**{**given, **wrong}))

    def decode(
        self,
        token: int,
        position: int,
        blocks: Sequence[int],
        traced: bool = False,
        greedy: bool = False,
        **wrong: Any,
    ) -> Any:
        """The output, still on the device; `greedy`: sampled there."""
        given = {
            "tokens": torch.tensor([[token]]),
            "start_pos": torch.tensor([position]),
            "page_table": table(blocks),
            "kv_cache": self.cache,
            "enable_trace": traced,
            "read_from_device": False,
            "sampling_params": self._sampling(temperature=0.0, top_k=1, top_p=1.0) if greedy else None,
        }
        name = "decode_forward_text" if self.world.generation in ("G0", "G1", "G1b") else "decode_forward"
        return getattr(self.generator, name)(**{**given, **wrong})

    def read(self, output: Any, sampled: bool = False) -> torch.Tensor:
        """Wait and read: a row of logits, or one token."""
        if self.world.generation == "G0":
            return row(self.generator.read_decode_output(output, 1, sampled))
        host, events = self.generator.read_decode_output(output, async_read=True)
        for event in events:
            importlib.import_module("ttnn").event_synchronize(event)
        return row(self.generator.process_decode_output_host(host, is_tokens=sampled))


@contextlib.contextmanager
def raw(generation: str, *, trace_region: int = 100_000_000, **world: Any) -> Iterator[Raw]:
    """A Generator on an open mesh of one chip."""
    with stand_in_world(generation, **world) as made:
        ttnn = importlib.import_module("ttnn")
        if made.home is not None:
            os.chdir(made.home)
            os.environ["HF_MODEL"] = "meta-llama/Llama-3.1-8B-Instruct"
        mesh = open_mesh(ttnn, trace_region)
        build = _package if generation in PACKAGE else _metal
        yield build(made, ttnn, mesh)


def open_mesh(ttnn: Any, trace_region: int = 100_000_000) -> Any:
    return ttnn.open_mesh_device(ttnn.MeshShape(1, 1), trace_region_size=trace_region, num_command_queues=1)


def create(ttnn: Any, mesh: Any, **wrong: Any) -> Any:
    """tt-metal's create_tt_model, with our arguments but for `wrong`."""
    common = importlib.import_module("models.tt_transformers.tt.common")
    given = {
        "instruct": True,
        "max_batch_size": 1,
        "optimizations": lambda args: ("performance", args.n_layers),
        "max_seq_len": WIDTH * 64,
        "paged_attention_config": common.PagedAttentionConfig(block_size=64, max_num_blocks=2 * WIDTH),
        "dtype": ttnn.bfloat8_b,
    }
    return common.create_tt_model(mesh, **{**given, **wrong})


def _metal(world: World, ttnn: Any, mesh: Any) -> Raw:
    module = importlib.import_module("models.tt_transformers.tt.generator")
    arguments, model, cache, _ = create(ttnn, mesh)
    generator = module.Generator([model], [arguments], mesh, tokenizer=arguments.tokenizer)
    return Raw(world, mesh, generator, [cache], module.SamplingParams)


def _package(world: World, ttnn: Any, mesh: Any) -> Raw:
    module = importlib.import_module(PACKAGE[world.generation])
    config = module.Llama3GeneratorConfig(
        hf_model="meta-llama/Llama-3.1-8B-Instruct",
        mesh_device=mesh,
        max_batch_size=1,
        max_seq_len=WIDTH * 64,
        optimizations="performance",
        device_sampling_enabled=True,
    )
    generator = module.build_llama3_generator(config)
    cache = generator.allocate_kv_cache((2 * WIDTH, 8, 64, 128), ttnn.bfloat8_b, 32)
    sampling = importlib.import_module("tt_transformers.sampling.sampling_params").SamplingParams
    return Raw(world, mesh, generator, cache, sampling)


def table(blocks: Sequence[int], width: int = WIDTH) -> torch.Tensor:
    made = torch.zeros((1, width), dtype=torch.int32)
    made[0, : len(blocks)] = torch.tensor(blocks, dtype=torch.int32)
    return made


def row(output: Any) -> torch.Tensor:
    values = output[0] if isinstance(output, tuple) else output
    return values.reshape(-1).clone()


def reference(tokens: list[int]) -> np.ndarray:
    return model.logits(model.codes(tokens))


def right(values: torch.Tensor, tokens: list[int]) -> bool:
    """The logits are those of an unpaged model that has read exactly `tokens`."""
    return bool(np.array_equal(values[: model.VOCABULARY].numpy(), reference(tokens)))
