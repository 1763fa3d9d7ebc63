"""Notices when a model has begun to repeat itself without end, as small models do; the answer is then stopped.

Judged on the end of the text alone: the same piece several times in a row, long enough that no sensible answer has it.
"""

from __future__ import annotations

LONGEST = 400
"""Characters of the longest piece looked for."""
COPIES = 4
"""Times a piece must stand in a row; a piece of LONG characters or more only LONG_COPIES times."""
LONG, LONG_COPIES = 120, 3
LEAST = 240
"""Characters the repetition must cover in all: shorter runs occur in tables and dividers."""
STRIDE = 24
"""New characters between two looks."""


class Repetition:
    """Watches one answer."""

    def __init__(self) -> None:
        self._tail = ""
        self._unseen = 0

    def found(self, delta: str) -> bool:
        """Take in more text; say whether it has become an endless repetition."""
        self._tail = (self._tail + delta)[-LONGEST * COPIES :]
        self._unseen += len(delta)
        if self._unseen < STRIDE:
            return False
        self._unseen = 0
        return repeats(self._tail)


def repeats(text: str) -> bool:
    """Whether `text` ends with one piece repeated often enough."""
    for period in range(1, min(LONGEST, len(text) // LONG_COPIES) + 1):
        copies = max(LONG_COPIES if period >= LONG else COPIES, -(-LEAST // period))
        length = period * copies
        if (
            length <= len(text)
            and text[-period] == text[-2 * period]
            and text.endswith(text[-period:] * copies)
        ):
            return bool(text[-period:].strip())
    return False
