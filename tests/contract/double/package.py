"""How the standalone tt_transformers package behaves (P1, P2): a lent cache, keyword-only calls, explicit clean-up."""

from __future__ import annotations

import sys
import weakref
from typing import Any

from tests.contract.double import metal, model
from tests.contract.double.device import Chip, Output
from tests.contract.double.tokenizer import Tokenizer
from tests.contract.double.world import World

BOARDS = ("N150", "N300", "T3K", "P150", "P150_X4", "P300")


class Lent:
    lent = True


def build(world: World, config: Any) -> Any:
    if world.faults.on_build:
        raise RuntimeError(world.faults.on_build)
    if world.board not in BOARDS:
        raise KeyError(world.board)
    assert config.mesh_device is world.mesh and config.max_batch_size == 1
    assert config.optimizations in ("performance", "accuracy")
    module = "vllm_generator" if world.generation == "P2" else "generator"
    generator = sys.modules[f"tt_transformers.models.llama3_8b.{module}"].Llama3Generator()
    generator.chip = Chip(world, config.max_seq_len)
    generator.window = config.max_seq_len
    generator.samples = config.device_sampling_enabled
    world.precision = config.optimizations
    world.generator = weakref.ref(generator)
    return generator


def allocate(world: World, self: Any, kv_cache_shape: Any, dtype: Any, num_layers: Any) -> Any:
    given = [value is not None for value in (kv_cache_shape, dtype, num_layers)]
    assert all(given) or not any(given), "allocate_kv_cache takes all three arguments or none"
    blocks, heads, block_size, head_dim = kv_cache_shape
    assert heads >= 1 and head_dim > 0 and dtype.name == "BFLOAT8_B"
    assert blocks * block_size >= self.window, "the cache must hold the padded page table"
    metal.make_pages(world, blocks, block_size)
    world.kv = Lent()
    return world.kv


def prefill_forward(world: World, self: Any, **given: Any) -> Any:
    check(world, given)
    return self.chip.prefill(
        given["tokens"], given["page_table"], given["prompt_lens"], given["start_pos"], given["enable_trace"]
    )


def decode_forward(world: World, self: Any, **given: Any) -> Any:
    check(world, given)
    assert given["page_table"].shape[1] % 8 == 0, "the decode page table is rounded up to 8 blocks"
    assert given["sampling_params"] is None or self.samples, "device sampling was not enabled"
    output = self.chip.decode(
        given["tokens"],
        given["start_pos"],
        given["page_table"],
        given["enable_trace"],
        given["sampling_params"],
        given,
    )
    if given["read_from_device"]:
        return self.chip.process(output, output.sampled), None
    return output


def check(world: World, given: dict[str, Any]) -> None:
    extra = given["compatibility_kwargs"]
    if "reset_batch" in extra:
        raise ValueError("reset_batch is not accepted: use the reload commands")
    if extra:
        world.violate(f"unknown keywords were forwarded: {sorted(extra)}")
    assert given["kv_cache"] is world.kv, "kv_cache is not the lent cache"


def warm_prefill(world: World, self: Any, **given: Any) -> None:
    assert given["kv_cache"] is world.kv
    for length in (128, 256, 512, 1024):
        world.compile("prefill", length, False)
    metal.scribble(world)


def warm_decode(world: World, self: Any, **given: Any) -> None:
    assert given["kv_cache"] is world.kv
    assert not given["can_sample_on_device"] or self.samples
    for sampled in (False, True) if given["can_sample_on_device"] else (False,):
        world.compile("decode", sampled)
        if given["enable_trace"]:
            world.capture("decode", sampled)
    metal.scribble(world)


def cleanup(world: World, self: Any) -> None:
    if world.mesh is None:
        world.violate("cleanup came after the mesh was closed")
    if world.faults.on_cleanup:
        world.kv = None
        raise RuntimeError(world.faults.on_cleanup)
    world.kv = None


def read(world: World, self: Any, tt_out: Output, async_read: bool) -> Any:
    return metal.begin_read(world, tt_out, async_read)


def process(world: World, self: Any, tt_out: Output, is_tokens: bool) -> Any:
    return self.chip.process(tt_out, is_tokens), None


BEHAVIOUR = {
    "build_llama3_generator": build,
    "Llama3Generator.allocate_kv_cache": allocate,
    "Llama3Generator.prefill_forward": prefill_forward,
    "Llama3Generator.decode_forward": decode_forward,
    "Llama3Generator.read_decode_output": read,
    "Llama3Generator.process_decode_output_host": process,
    "Llama3Generator.warmup_model_prefill": warm_prefill,
    "Llama3Generator.warmup_model_decode": warm_decode,
    "Llama3Generator.cleanup": cleanup,
    "load_tokenizer": lambda world, **given: Tokenizer(),
}
__all__ = ["BEHAVIOUR", "model"]
