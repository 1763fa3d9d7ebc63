"""Standard output belongs to JSON-RPC. Standard library only: this runs before every other import."""

from __future__ import annotations

import io
import os
import sys
from typing import BinaryIO


def take_stdout() -> BinaryIO:
    """Return a stream to what was stdout; prints, native code and child processes write to stderr from now on.

    One stray byte between two messages makes VS Code's client drop the connection without an error.
    """
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return io.BufferedWriter(out)
