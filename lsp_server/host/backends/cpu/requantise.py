"""Writes a GGUF file again with its Q4_1 weights in Q8_0, which llama.cpp multiplies much faster on a processor.

The values stay what they were, up to the rounding of Q8_0: a block of 32 has at most 16 of them, and they get a scale of
their own, 127 steps wide. Both layouts: ggml-common.h of llama.cpp (block_q4_1, block_q8_0). Costs disk and memory, so it
is for small models: a large one decodes as fast as its weights are read. Uses nothing but the standard library.
"""

from __future__ import annotations

import os
import struct
import sys
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import BinaryIO

from lsp_server.host.backends.cpu.gguf import BLOCKS, Tensor, aligned, read_layout

Q4_1, Q8_0 = 3, 8
BLOCK = 32
FROM, TO = ".Q4_1.gguf", ".Q8_0.gguf"
OFFSETS = 256
"""Steps of a block's offset, in units of its scale, that are told apart: a 30th of a step of Q8_0 at most."""
PORTION = 20 << 14
"""Bytes converted at a time: whole blocks."""


def prepare(packages: Path) -> None:
    """Put the faster file in the place of each Q4_1 file that a package in this directory holds."""
    for source in sorted(packages.glob(f"*/*{FROM}")):
        requantise(source, source.with_name(source.name.removesuffix(FROM) + TO))
        source.unlink()


def requantise(source: Path, target: Path) -> None:
    """Write `source` to `target`, whole or not at all. Raises BackendError when it is no whole GGUF file, or OSError."""
    layout = read_layout(source)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        with source.open("rb") as old, part.open("wb") as new:
            new.write(old.read(layout.tensors_start))
            offset = 0
            for tensor in layout.tensors:
                new.write(_described(tensor, offset))
                offset = aligned(offset + _size(tensor, _kind(tensor)), layout.alignment)
            for tensor in layout.tensors:
                new.write(b"\0" * (-new.tell() % layout.alignment))
                old.seek(layout.data_start + tensor.offset)
                _convert(old, new, tensor)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _convert(old: BinaryIO, new: BinaryIO, tensor: Tensor) -> None:
    left = _size(tensor, tensor.kind)
    while left:
        data = old.read(min(left, PORTION))
        left -= len(data)
        new.write(b"".join(_blocks(data)) if tensor.kind == Q4_1 else data)


def _blocks(data: bytes) -> Iterator[bytes]:
    """Each block of Q4_1 (scale, offset, 32 values of 4 bits) as one of Q8_0 (scale, 32 signed bytes)."""
    pack = struct.Struct("<e").pack
    for scale, least, nibbles in struct.iter_unpack("<ee16s", data):
        if scale:
            low, high, widest = _values(round(OFFSETS * least / scale))
            yield pack(scale * widest / 127) + nibbles.translate(low) + nibbles.translate(high)
        else:
            yield pack(least / 127) + b"\x7f" * BLOCK


@lru_cache(maxsize=1 << 16)
def _values(offset: int) -> tuple[bytes, bytes, float]:
    """For (n + offset / OFFSETS) with n from 0 to 15: signed bytes by what the low and the high half of a byte hold; the
    largest magnitude, which 127 stands for."""
    values = [n + offset / OFFSETS for n in range(16)]
    widest = max(map(abs, values))
    signed = [round(127 * value / widest) & 0xFF for value in values]
    return bytes(signed * 16), bytes(byte for byte in signed for _ in range(16)), widest


def _kind(tensor: Tensor) -> int:
    return Q8_0 if tensor.kind == Q4_1 else tensor.kind


def _described(tensor: Tensor, offset: int) -> bytes:
    shape = tensor.shape
    head = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, _kind(tensor), offset)
    return struct.pack("<Q", len(tensor.name)) + tensor.name + head


def _size(tensor: Tensor, kind: int) -> int:
    block, width = BLOCKS[kind]
    return prod(tensor.shape) // block * width


if __name__ == "__main__":
    prepare(Path(sys.argv[1] if len(sys.argv) > 1 else sysconfig.get_path("purelib")))
