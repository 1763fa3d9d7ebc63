"""Which token sequences have their KV on the device, and in which blocks. Several prompts, least recently used out first.

A request either *shares* the whole blocks of a cached sequence (resumed prefill) or *takes it over* (the suffix is
decoded into its last block). Knows no device.
"""

from __future__ import annotations

from collections.abc import Sequence as Tokens

from attrs import define, field

from lsp_server.host.backends.tt.pages import BLOCK, OutOfBlocks, PagePool, blocks_for


@define(eq=False)
class Sequence:
    """Tokens whose KV is written, and the blocks that hold it (one reference each)."""

    tokens: list[int] = field(factory=list)
    blocks: list[int] = field(factory=list)


def common_prefix(left: Tokens[int], right: Tokens[int]) -> int:
    """Length of the common prefix, by halving: slices compare at C speed."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class PrefixCache:
    def __init__(self, pool: PagePool) -> None:
        self._pool = pool
        self._cached: list[Sequence] = []
        """Least recently used first."""

    def __len__(self) -> int:
        return len(self._cached)

    def longest(self, prompt: list[int]) -> tuple[Sequence | None, int]:
        """The cached sequence that shares most with `prompt`, and how many tokens."""
        best: Sequence | None = None
        length = 0
        for sequence in reversed(self._cached):
            common = common_prefix(sequence.tokens, prompt)
            if common > length:
                best, length = sequence, common
        return best, length

    def share(self, source: Sequence | None, length: int) -> Sequence:
        """A new sequence that begins with the first `length` tokens (whole blocks) of `source`."""
        if source is None or not length:
            return Sequence()
        blocks = source.blocks[: length // BLOCK]
        self._pool.share(blocks)
        self._touch(source)
        return Sequence(source.tokens[:length], list(blocks))

    def can_take_over(self, source: Sequence, length: int) -> bool:
        """Writing at `length` must not touch a block that another sequence reads."""
        index = length // BLOCK
        return index >= len(source.blocks) or not self._pool.is_shared(source.blocks[index])

    def take_over(self, source: Sequence, length: int) -> Sequence:
        """Remove `source` from the cache and keep its first `length` tokens."""
        self._cached.remove(source)
        self._truncate(source, length)
        return source

    def reserve(self, sequence: Sequence, tokens: int) -> None:
        """Give `sequence` blocks for `tokens` tokens, evicting cached ones as needed. Raises OutOfBlocks."""
        missing = blocks_for(tokens) - len(sequence.blocks)
        if missing <= 0:
            return
        while self._pool.free < missing and self._evict_block():
            pass
        sequence.blocks += self._pool.allocate(missing)

    def keep(self, sequence: Sequence) -> None:
        """Cache what a request leaves behind; a cached sequence that is only its beginning is dropped."""
        self._truncate(sequence, len(sequence.tokens))
        if not sequence.tokens:
            return
        for other in list(self._cached):
            shorter = len(other.tokens) <= len(sequence.tokens)
            if shorter and sequence.tokens[: len(other.tokens)] == other.tokens:
                self._drop(other)
        self._cached.append(sequence)

    def discard(self, sequence: Sequence) -> None:
        """Give back the blocks of a sequence that is not cached (its KV cannot be trusted)."""
        self._pool.release(sequence.blocks)
        sequence.blocks, sequence.tokens = [], []

    def clear(self) -> None:
        for sequence in list(self._cached):
            self._drop(sequence)

    def _evict_block(self) -> bool:
        """Shorten the least recently used sequence by one block; its beginning is worth most."""
        if not self._cached:
            return False
        oldest = self._cached[0]
        self._truncate(oldest, (len(oldest.blocks) - 1) * BLOCK)
        if not oldest.tokens:
            self._drop(oldest)
        return True

    def _truncate(self, sequence: Sequence, length: int) -> None:
        keep = blocks_for(length)
        self._pool.release(sequence.blocks[keep:])
        del sequence.blocks[keep:]
        del sequence.tokens[length:]

    def _drop(self, sequence: Sequence) -> None:
        self._cached.remove(sequence)
        self.discard(sequence)

    def _touch(self, sequence: Sequence) -> None:
        self._cached.remove(sequence)
        self._cached.append(sequence)


__all__ = ["OutOfBlocks", "PrefixCache", "Sequence", "common_prefix"]
