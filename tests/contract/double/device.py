"""What happens on the chip: prefill writes pages, decode reads and writes through device-side inputs and traces.

The eras' known faults are here, each under its generation.
"""

from __future__ import annotations

import os
from typing import Any

import attrs
import numpy as np
import torch

from tests.contract.double import model
from tests.contract.double.board import Event
from tests.contract.double.world import BLOCK, TRACE_ALLOCATION, World

DEVICE_TIMEOUT = "TIMEOUT: device timeout, potential hang detected, the device is unrecoverable"
TABLE_BY_REFERENCE = ("G0", "G1")
COMMANDED = ("G4", "P2")
PAD = 32
"""Columns the vocabulary is padded with in decode output."""


def padded(tokens: int) -> int:
    if tokens > 2048:
        return -(-tokens // 2048) * 2048
    return max(128, 1 << (tokens - 1).bit_length())


@attrs.define(eq=False)
class Output:
    """A decode step's output on the device: read once, before the next step overwrites it."""

    values: torch.Tensor
    sampled: bool
    read: bool = False
    event: Event | None = None
    processed: bool = False


@attrs.define(eq=False)
class Chip:
    world: World
    window: int
    table: np.ndarray | None = None
    table_given: torch.Tensor | None = None
    token: int = -1
    position: int = -1
    width: int = 0
    mode: Any = "none"
    prefilled: bool = False
    last: Output | None = None
    buffer: np.ndarray = attrs.field(factory=lambda: np.full(model.VOCABULARY + PAD, 99, dtype=np.float32))
    """Decode logits are read from here; the next step overwrites it."""
    offsets: dict[int, int] = attrs.field(factory=dict)
    """G1b's program cache: the offset each bucket's program was compiled with."""

    def check_table(self, table: Any, *, decode: bool) -> np.ndarray:
        assert isinstance(table, torch.Tensor) and table.dtype == torch.int32, (
            "page_table must be a torch.int32 tensor"
        )
        assert table.dim() == 2 and table.shape[0] == 1, (
            f"page_table must be [1, blocks], not {tuple(table.shape)}"
        )
        if decode:
            self.width = self.width or table.shape[1]
            assert table.shape[1] == self.width, "the page table's width changed between decode steps"
            if bool((table < 0).any()):
                raise RuntimeError(DEVICE_TIMEOUT)
        assert int(table.max()) < len(self.world.pages), "page table entry past the cache"
        return table[0].numpy().copy()

    def prefill(self, tokens: Any, table: Any, lens: Any, start: Any, traced: bool) -> torch.Tensor:
        world = self.world
        if world.faults.on_prefill:
            raise RuntimeError(world.faults.on_prefill)
        self._check_mesh()
        assert isinstance(tokens, torch.Tensor) and tokens.dtype in (torch.int32, torch.int64)
        assert tokens.dim() == 2 and tokens.shape[0] == 1, "prefill tokens must be [1, S]"
        assert len(lens) == 1 and int(lens[0]) <= tokens.shape[1], (
            "prompt_lens must be the END of each prompt"
        )
        row = self.check_table(table, decode=False)
        total = int(lens[0])
        begin = 0 if start is None else int(start[0])
        assert 0 <= begin < total <= self.window, f"start_pos {begin} of {total} in a window of {self.window}"
        ids = tokens[0, :total].tolist()
        bucket = padded(total if world.generation == "G2" else total - begin)
        if begin + bucket > len(row) * BLOCK:
            raise RuntimeError(f"page table of {len(row)} blocks is too narrow for {begin} + {bucket} tokens")
        traced = self._prepare(bucket, begin, traced)
        prefix = self._prefix(row, begin, bucket, traced)
        fresh = model.codes(ids[begin:], begin)
        self._store(row, fresh, begin, bucket, traced)
        self.prefilled = True
        values = model.logits(np.concatenate((prefix, fresh)))
        return torch.from_numpy(values).reshape(1, 1, -1)

    def _prepare(self, bucket: int, begin: int, traced: bool) -> bool:
        world = self.world
        if begin and begin % BLOCK:
            raise AssertionError("start_pos must be a multiple of the block size")
        if traced:
            if bucket in world.traced_prefills and (not begin or world.generation in ("G3", "G4")):
                world.compile("prefill", bucket, False)
                if world.traces and ("prefill", bucket) not in world.traces:
                    raise RuntimeError(f"{TRACE_ALLOCATION} (prefill trace for {bucket})")
                world.capture("prefill", bucket)
                return True
            if world.generation == "P1":
                raise RuntimeError(f"no prefill trace for {bucket} tokens behind {begin}")
        untraced_check = world.generation in ("G1b", "G4", "P1", "P2")
        if begin and untraced_check and bucket >= 2048 and begin % 256:
            raise RuntimeError("chunk_start_idx must be a multiple of q_chunk_size")
        world.compile("prefill", bucket, begin if world.generation == "G4" else bool(begin))
        return False

    def _prefix(self, row: np.ndarray, begin: int, bucket: int, traced: bool) -> np.ndarray:
        """The cached tokens that attention sees, with the eras' wrong ones."""
        offset = begin
        if begin and self.world.generation == "G1b":
            offset = self.offsets.setdefault(bucket, begin)
        if begin and self.world.generation == "G3" and traced and begin % 256 and bucket >= 2048:
            offset = begin // 256 * 256
        fault = self.world.faults.wrong_resume
        if begin and (
            fault == "reads" or (fault == "behind 768" and begin == 768) or (fault == "wide" and bucket > 512)
        ):
            offset = begin - BLOCK
        return self.world.read(row, offset)

    def _store(self, row: np.ndarray, fresh: np.ndarray, begin: int, bucket: int, traced: bool) -> None:
        pads = model.codes([0] * (bucket - len(fresh)), begin + len(fresh))
        positions = np.arange(begin, begin + bucket)
        blocks = row[positions // BLOCK]
        lost = self.world.faults.wrong_resume == "stores" and bucket == 128
        if begin and (lost or (not traced and self.world.generation == "G3")):
            blocks = np.zeros_like(blocks)
        values = np.concatenate((fresh, pads))
        keep = blocks >= 0
        self.world.pages[blocks[keep], positions[keep] % BLOCK] = values[keep]

    def decode(
        self, tokens: Any, start_pos: Any, table: Any, traced: bool, sampling: Any, commands: dict[str, bool]
    ) -> Output:
        world = self.world
        if world.faults.on_decode:
            raise RuntimeError(world.faults.on_decode)
        if world.faults.abort_decode:
            os.write(2, f"{world.faults.abort_decode}\n".encode())
            os.abort()
        if world.faults.hang_decode:
            world.hang()
        self._check_mesh()
        for given, shape in ((tokens, (1, 1)), (start_pos, (1,))):
            assert isinstance(given, torch.Tensor) and given.dtype in (torch.int32, torch.int64)
            assert tuple(given.shape) == shape, f"decode input of shape {tuple(given.shape)}, not {shape}"
        row = self.check_table(table, decode=True)
        if self.last is not None and not self.last.processed:
            world.violate("the decode output was overwritten before it was read")
        mode = None if sampling is None else self._sampling_key(sampling)
        world.compile("decode", mode is not None)
        if not traced and ("decode", mode is not None) in world.traces:
            world.violate("a decode step was not traced although its trace is there")
        if traced:
            world.capture("decode", mode is not None)
            self._stage(int(tokens[0, 0]), int(start_pos[0]), row, table, mode, commands)
        else:
            self.token, self.position, self.table = int(tokens[0, 0]), int(start_pos[0]), row
        self.mode, self.prefilled = mode, False
        self.last = self._step(mode)
        return self.last

    def _sampling_key(self, sampling: Any) -> Any:
        if self.world.generation in ("G0", "G1"):
            assert sampling.temperature == 0, (
                "Currently only supporting greedy decoding (temperature=0) on device"
            )
        assert sampling.top_k <= 32, "the device samples from at most 32 tokens"
        return (sampling.temperature, sampling.top_k, sampling.top_p, getattr(sampling, "seed", None))

    def _stage(
        self, token: int, position: int, row: np.ndarray, table: Any, mode: Any, commands: dict[str, bool]
    ) -> None:
        """Which of the given inputs reach the device before the trace runs."""
        world = self.world
        if world.generation in COMMANDED:
            self._obey(token, position, row, mode, commands)
            return
        if mode is None:
            self.token, self.position = token, position
            if world.generation not in TABLE_BY_REFERENCE:
                self.table = row
            elif self.table_given is None or not torch.equal(self.table_given, table):
                self.table, self.table_given = row, table
            return
        changed = self.table is None or not np.array_equal(self.table, row)
        if self.prefilled or mode != self.mode or changed or commands.get("reset_batch"):
            self.token, self.position, self.table = token, position, row

    def _obey(self, token: int, position: int, row: np.ndarray, mode: Any, commands: dict[str, bool]) -> None:
        reload, table_only = commands["reload_inputs"], commands["reload_page_table"]
        if reload and table_only:
            raise ValueError("reload_inputs and reload_page_table are mutually exclusive")
        if commands["reset_sampling_state"] and not reload:
            raise ValueError("reset_sampling_state needs reload_inputs")
        fresh = self.prefilled or mode != self.mode
        if (
            mode is not None
            and fresh
            and not (commands["reload_sampling_params"] and commands["reset_sampling_state"])
        ):
            raise ValueError(
                "the first device-sampled decode must reload the sampling params and reset its state"
            )
        if reload:
            self.token, self.position, self.table = token, position, row
        elif table_only:
            self.table = row

    def _step(self, mode: Any) -> Output:
        assert self.table is not None, "the device has no page table yet"
        assert 0 <= self.position < self.window, f"decode at position {self.position} of {self.window}"
        block = self.table[self.position // BLOCK]
        self.world.write(block, self.position % BLOCK, model.code(self.token, self.position))
        values = model.logits(self.world.read(self.table, self.position + 1))
        if mode is None:
            self.buffer[: model.VOCABULARY] = values
            return Output(torch.from_numpy(self.buffer).reshape(1, 1, -1), False)
        self.token, self.position = device_choice(values, mode, self.position), self.position + 1
        return Output(torch.tensor([[self.token]]), True)

    def process(self, output: Output, sampled: bool) -> torch.Tensor:
        if output.processed:
            raise RuntimeError("a decode output was read back twice")
        if output.event is not None and not output.event.done:
            self.world.violate("the output was processed before its event was waited for")
        assert output.sampled == sampled, "is_tokens does not say what the step returned"
        output.read = output.processed = True
        return output.values

    def _check_mesh(self) -> None:
        if self.world.mesh is None:
            raise RuntimeError("the device is closed")
        if not self.world.mesh.fabric_ready:
            raise RuntimeError("fabric is not configured: CCL cannot run")


def device_choice(values: np.ndarray, mode: Any, position: int) -> int:
    """The device's sampler: argmax, or a draw that depends on its parameters."""
    temperature, top_k, _, seed = mode
    if temperature == 0:
        return int(values.argmax())
    best = np.argsort(-values)[: max(1, int(top_k))]
    return int(best[(int(seed or 0) * 31 + position) % len(best)])
