"""What ttnn wrote to our own stdout: its C++ log goes there, and some failures are told nowhere else.

The host's stdout is its log file, so reading its tail needs no pipe that a blocked reader could fill.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

KEEP = 16 * 1024


class LogTail:
    def __init__(self, descriptor: int = 1) -> None:
        self._path: Path | None = None
        self._start = 0
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            self._path = Path(f"/proc/self/fd/{descriptor}")
            self._start = status.st_size

    def read(self) -> str:
        """The last lines since this object was made; "" when stdout is not a file."""
        if self._path is None:
            return ""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._start, size - KEEP))
                return file.read().decode(errors="replace")
        except OSError:
            return ""
