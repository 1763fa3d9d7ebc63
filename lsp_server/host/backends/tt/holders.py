"""Which processes have the board open, read from /proc. Opening a board that is held blocks, so we look first.

The driver lists them all; where it does not (before tt-kmd 2), we see the open files of our own user's processes.
"""

from __future__ import annotations

import os
from pathlib import Path

from attrs import frozen

DEVICES = "/dev/tenstorrent/"
MONITORS = ("tt-smi", "tt-top", "tt-telemetry", "tt-exporter")
"""They read the board's sensors beside whoever computes, and take no lock."""


@frozen
class Holder:
    pid: int
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"


def holders(proc: Path = Path("/proc"), devices: str = DEVICES) -> list[Holder]:
    """Processes other than this one that have a device open, and not only to look at its sensors."""
    found = _listed(proc)
    if found is None:
        found = {int(folder.name) for folder in proc.glob("[0-9]*") if _holds(folder / "fd", devices)}
    named = [(pid, _words(proc / str(pid))) for pid in sorted(found - {os.getpid()})]
    return [Holder(pid, " ".join(words).strip()) for pid, words in named if not _monitors(words)]


def _listed(proc: Path) -> set[int] | None:
    """What the driver says; None when it does not. A process of another container has the number 0 there."""
    found: set[int] = set()
    lists = list(proc.glob("driver/tenstorrent/[0-9]*/pids"))
    for file in lists:
        try:
            found |= {int(word) for word in file.read_text().split() if word.isdigit() and int(word) > 0}
        except OSError:
            return None
    return found if lists else None


def _holds(folder: Path, devices: str) -> bool:
    try:
        links = list(folder.iterdir())
    except OSError:
        return False
    for link in links:
        try:
            if str(link.readlink()).startswith(devices):
                return True
        except OSError:
            continue
    return False


def _words(folder: Path) -> list[str]:
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    return [word.decode(errors="replace") for word in words[:3]]


def _monitors(words: list[str]) -> bool:
    """The program itself, or the script that an interpreter runs."""
    return any(word.rpartition("/")[2] in MONITORS for word in words[:2])
