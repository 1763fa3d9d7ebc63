"""The block allocator of the paged KV cache. Knows block numbers and reference counts, no tokens.

Physical block 0 is never handed out: every generation's warm-up and padding write through table entries that are zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SCRATCH = 0
BLOCK = 64
"""Tokens a block. vLLM's choice, and the smallest that every prefix offset is a multiple of."""


class OutOfBlocks(Exception):
    """Every block is held by a running request or a cached prompt."""


class PagePool:
    def __init__(self, blocks: int) -> None:
        self.total = blocks - 1
        self._free = list(range(blocks - 1, SCRATCH, -1))
        self._references: dict[int, int] = {}

    @property
    def free(self) -> int:
        return len(self._free)

    @property
    def used(self) -> int:
        return self.total - len(self._free)

    def allocate(self, count: int) -> list[int]:
        """Take `count` blocks, each with one reference."""
        if count > len(self._free):
            raise OutOfBlocks
        taken = [self._free.pop() for _ in range(count)]
        for block in taken:
            self._references[block] = 1
        return taken

    def share(self, blocks: Iterable[int]) -> None:
        for block in blocks:
            self._references[block] += 1

    def release(self, blocks: Iterable[int]) -> None:
        for block in blocks:
            self._references[block] -= 1
            if not self._references[block]:
                del self._references[block]
                self._free.append(block)

    def is_shared(self, block: int) -> bool:
        return self._references[block] > 1


def blocks_for(tokens: int) -> int:
    return -(-tokens // BLOCK)


def page_table(blocks: Sequence[int], width: int) -> torch.Tensor:
    """A fresh `[1, width]` table; columns past the sequence's own blocks point at the scratch block.

    Fresh, because some generations keep the last table by reference and miss a change made in place; of constant
    width, because the decode trace was captured with one.
    """
    import torch

    table = torch.full((1, width), SCRATCH, dtype=torch.int32)
    table[0, : len(blocks)] = torch.tensor(blocks, dtype=torch.int32)
    return table
