"""Where a prefill that nobody waits for may be left: in small steps at its end, for what comes in between cannot stop one.

A chunk of fewer than 64 tokens costs llama.cpp about as much a token as one of 32 does (`bench -- chunks`). The rest of a
long prompt goes in whole chunks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

TAIL = 64
"""Tokens at the end of a prompt that go in steps."""
STEP = 32
KEPT = 64
"""Prompts remembered, to know what of the next one the KV cache has: none of that needs a step."""


class Steps:
    """Remembers what was prefilled, as the KV cache does."""

    def __init__(self) -> None:
        self._prompts: deque[list[int]] = deque(maxlen=KEPT)

    def of(self, prompt: list[int]) -> list[int]:
        """Lengths up to which to prefill, the last one being all of it."""
        known = max((common(prompt, other) for other in self._prompts), default=0)
        first = max(known, len(prompt) - TAIL) + STEP
        return [*range(first, len(prompt), STEP), len(prompt)]

    def done(self, prompt: list[int]) -> None:
        """All of it was prefilled."""
        self._prompts.append(prompt)


def common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two prompts begin with alike; compares slices, which is fast where they are lists."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle - 1)
    return low
