"""Locks between processes, on open files. The host has its own: it shares only HTTP with this side."""

from __future__ import annotations

import sys


def try_lock(descriptor: int) -> bool:
    """Lock the file for as long as it stays open; False when another process, or another opening, has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
