"""Which processes have the board open, read from /proc. Opening a board that is held blocks, so we look first."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import frozen

DEVICES = "/dev/tenstorrent/"


@frozen
class Holder:
    pid: int
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"


def holders(proc: Path = Path("/proc"), devices: str = DEVICES) -> list[Holder]:
    """Processes other than this one with an open file under `devices`; those of other users may be invisible."""
    found = []
    for folder in sorted(proc.glob("[0-9]*")):
        pid = int(folder.name)
        if pid != os.getpid() and _holds(folder / "fd", devices):
            found.append(Holder(pid, _command(folder)))
    return found


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


def _command(folder: Path) -> str:
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return " ".join(word.decode(errors="replace") for word in words[:3]).strip()
