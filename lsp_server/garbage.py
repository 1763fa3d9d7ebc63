"""How often Python looks for garbage in circles: nothing else goes on meanwhile, neither a key press nor a token."""

from __future__ import annotations

import gc

FULL_AFTER = 100
"""Smaller collections before a full one, which looks at every tree of the open files (Python's own 10 are 7,000 objects)."""


def collect_rarely() -> None:
    """Call when all is imported: what is there stays, and is not looked through again."""
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_AFTER)
