"""How models.tt_transformers behaves in G0 to G4: construction, warm-up, prefill, decode, read-back."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import attrs

from tests.contract.double import model
from tests.contract.double.board import Event
from tests.contract.double.device import Chip, Output, padded
from tests.contract.double.tokenizer import Tokenizer
from tests.contract.double.world import World

HAS_WARM_UP = ("G1b", "G2", "G3", "G4")
TUPLES = ("G1b", "G2", "G3", "G4")
LAYERS = 2
ETH_DISPATCH = "eth_dispatch"
"""G0's README asks for this on n300 and t3k; later releases dispatch from ethernet cores by themselves."""


@attrs.define(eq=False)
class Args:
    """What create_tt_model returns as ModelArgs."""

    world: World
    max_seq_len: int
    max_batch_size: int = 1
    n_layers: int = LAYERS
    vocab_size: int = model.VOCABULARY
    padded_vocab_size: int = model.VOCABULARY + 32
    max_prefill_chunk_size: int = 4096
    model_name: str = "Llama-3.1-8B-Instruct"
    tokenizer: Any = attrs.field(factory=Tokenizer)

    def can_enable_trace(self, prefill_seq_len: int, num_cached_tokens: int = 0) -> bool:
        if num_cached_tokens and self.world.generation not in ("G3", "G4"):
            return False
        return prefill_seq_len in self.world.traced_prefills

    def get_warmup_prefill_supported_seq_lens(self) -> list[int]:
        lengths = [128, 256, 512, 1024, 2048, 4096]
        return [length for length in lengths if length <= self.max_seq_len]


@attrs.define(eq=False)
class Tensor:
    shape: tuple[int, ...]


def create_tt_model(world: World, **given: Any) -> Any:
    if world.faults.on_build:
        raise RuntimeError(world.faults.on_build)
    check_environment(world)
    window, batch = given["max_seq_len"], given["max_batch_size"]
    if batch not in (1, 2, 4, 8, 16, 32):
        raise ValueError(f"Batch size {batch} not supported")
    if window & (window - 1):
        raise AssertionError("min(max_prefill_chunk_size, max_seq_len) must be a power of two")
    if getattr(given["dtype"], "name", "") != "BFLOAT8_B":
        world.violate("the model was not built in bfloat8_b")
    args = Args(world, window)
    if world.reference is not None:
        args.vocab_size, args.tokenizer = world.reference.vocabulary, world.reference.tokenizer
    world.precision = given["optimizations"](args)[0]
    if not given["instruct"] or batch != 1:
        world.violate("the model was not built as instruct, for one user")
    paged = given["paged_attention_config"]
    if paged is None:
        world.violate("the KV cache is not paged")
    make_pages(world, paged.max_num_blocks, paged.block_size)
    world.kv = [
        [Tensor((paged.max_num_blocks, 8, paged.block_size, 128)) for _ in "KV"] for _ in range(LAYERS)
    ]
    return args, object(), world.kv, {}


def check_environment(world: World) -> None:
    names = [name for name in ("LLAMA_DIR", "HF_MODEL") if os.environ.get(name)]
    if world.generation == "G0" and len(names) == 2:
        raise AssertionError("Only one of LLAMA_DIR or HF_MODEL should be set")
    if "HF_MODEL" not in names and world.generation != "G0":
        raise ValueError("Please set HF_MODEL to a HuggingFace name e.g. meta-llama/Llama-3.1-8B-Instruct")
    if (
        world.generation == "G0"
        and world.board in ("N300", "T3K")
        and ETH_DISPATCH not in os.environ.get("WH_ARCH_YAML", "")
    ):
        raise RuntimeError("the dispatch cores are taken from the compute grid: WH_ARCH_YAML is not set")
    if world.home is not None and Path.cwd() != world.home:
        world.violate("the working directory is not TT_METAL_HOME")


def make_pages(world: World, blocks: int, block_size: int) -> None:
    assert block_size == 64, "prefix offsets must be multiples of a block of 64"
    if blocks > world.faults.dram_blocks:
        raise RuntimeError(
            "Out of Memory: Not enough space to allocate 4563402752 B DRAM buffer across 12 banks"
        )
    world.pages.resize((blocks, block_size), refcheck=False)
    world.pages.fill(model.UNWRITTEN)


def make_generator(world: World, self: Any, **given: Any) -> None:
    assert isinstance(given["model"], list) and isinstance(given["model_args"], list), (
        "model and model_args are lists"
    )
    if given.get("processor") is not None:
        world.violate("the tokenizer was passed as the processor")
    self.args = given["model_args"][0]
    make_chip = Chip if world.reference is None else world.reference.make_chip
    self.chip = make_chip(world, self.args.max_seq_len)
    self.already_warmed_up_prefill = False
    world.generator = weakref.ref(self)


def prefill_forward_text(world: World, self: Any, **given: Any) -> Any:
    check_kv(world, given["kv_cache"])
    extra = given.get("kwargs", {})
    if extra:
        world.violate(f"unknown keywords were forwarded: {sorted(extra)}")
    if (
        world.generation in HAS_WARM_UP
        and given.get("warmup_prefill", True)
        and not self.already_warmed_up_prefill
    ):
        warm_prefill(world, self, given["kv_cache"], enable_trace=given["enable_trace"])
    assert given.get("sampling_params") is None, "prefill is sampled on the host"
    return self.chip.prefill(
        given["tokens"],
        given["page_table"],
        given["prompt_lens"],
        given.get("start_pos"),
        bool(given.get("enable_trace", False)),
    )


def decode_forward(world: World, self: Any, **given: Any) -> Any:
    check_kv(world, given["kv_cache"])
    extra = given.get("kwargs", {})
    if "reset_batch" in extra:
        raise ValueError("reset_batch is not accepted: use the reload commands")
    if extra:
        world.violate(f"unknown keywords were forwarded: {sorted(extra)}")
    output = self.chip.decode(
        given["tokens"],
        given["start_pos"],
        given["page_table"],
        given["enable_trace"],
        given["sampling_params"],
        given,
    )
    if given["read_from_device"]:
        return wrapped(world, self.chip.process(output, output.sampled))
    return output


def read_decode_output(world: World, self: Any, tt_out: Output, **given: Any) -> Any:
    if world.generation == "G0":
        return self.chip.process(tt_out, given["is_tokens"])
    return begin_read(world, tt_out, given["async_read"])


def begin_read(world: World, output: Output, asynchronous: bool) -> Any:
    if output.read:
        raise RuntimeError("a decode output was read back twice")
    output.read = True
    if not asynchronous:
        return output
    output.event = Event()
    return output, [output.event]


def process_decode_output_host(world: World, self: Any, tt_out: Output, is_tokens: bool) -> Any:
    return wrapped(world, self.chip.process(tt_out, is_tokens))


def wrapped(world: World, values: Any) -> Any:
    return (values, None) if world.generation in TUPLES else values


def warm_prefill(world: World, self: Any, kv_cache: Any, enable_trace: bool, **_: Any) -> None:
    check_kv(world, kv_cache)
    if self.already_warmed_up_prefill:
        return
    self.already_warmed_up_prefill = True
    for length in self.args.get_warmup_prefill_supported_seq_lens():
        world.compile("prefill", length, False)
        if enable_trace and length in world.traced_prefills:
            world.capture("prefill", length)
    scribble(world)


def warm_decode(world: World, self: Any, kv_cache: Any, enable_trace: bool, **given: Any) -> None:
    check_kv(world, kv_cache)
    for sampled in (False, True) if given["can_sample_on_device"] else (False,):
        world.compile("decode", sampled)
        if enable_trace:
            world.capture("decode", sampled)
    scribble(world)


def scribble(world: World) -> None:
    """Every warm-up writes through a page table of zeros."""
    world.pages[0] = model.codes([13] * world.pages.shape[1])


def check_kv(world: World, kv_cache: Any) -> None:
    assert isinstance(kv_cache, list) and len(kv_cache) == 1, (
        "kv_cache is a list with one cache a data-parallel model"
    )
    assert kv_cache[0] is world.kv, "kv_cache is not the cache the model was built with"


BEHAVIOUR = {
    "create_tt_model": create_tt_model,
    "PagedAttentionConfig.__init__": lambda world, self, **given: self.__dict__.update(given),
    "get_padded_prefill_len": lambda world, seq_len: padded(seq_len),
    "DecodersPrecision.performance": lambda world, **given: ("performance", given["num_decoders"]),
    "DecodersPrecision.accuracy": lambda world, **given: ("accuracy", given["num_decoders"]),
    "Generator.__init__": make_generator,
    "Generator.prefill_forward_text": prefill_forward_text,
    "Generator.decode_forward_text": decode_forward,
    "Generator.read_decode_output": read_decode_output,
    "Generator.process_decode_output_host": process_decode_output_host,
    "Generator.warmup_model_prefill": warm_prefill,
    "Generator.warmup_model_decode": warm_decode,
}


def vision(world: World, self: Any, **given: Any) -> Any:
    raise RuntimeError("this is the decode of the vision model")


def decode_either(world: World, self: Any, **given: Any) -> Any:
    """`decode_forward` is the text decode only where `decode_forward_text` is gone."""
    if world.generation in ("G1", "G1b"):
        return vision(world, self, **given)
    return decode_forward(world, self, **given)


BEHAVIOUR["Generator.decode_forward"] = decode_either
