"""How llama.cpp's threads wait for each other. Must be settled before libgomp is loaded: it reads the environment once."""

from __future__ import annotations

import os

SPIN_COUNT = "1000"
"""Turns a thread spins at a barrier before it sleeps. libgomp's own 300,000 hold a core that the thread waited for
needs, whenever anything else runs; none at all costs half of the decode speed on quiet cores (docs/decisions/0004)."""


def limit_spinning() -> None:
    """Make waiting threads give up their core soon, unless the user has said how they should wait."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
