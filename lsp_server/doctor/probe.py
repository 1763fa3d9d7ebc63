"""How the doctor looks at a machine. Checks get a Probe and no other way out, so that tests can describe any machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

LONGEST_READ = 1_000_000


@dataclass(frozen=True)
class Ran:
    """The end of a command; `status` None means it did not end in time or could not be started."""

    status: int | None
    out: str = ""


class Probe(Protocol):
    @property
    def environ(self) -> Mapping[str, str]: ...

    @property
    def python_version(self) -> tuple[int, int, int]: ...

    @property
    def system(self) -> str:
        """ "Linux", "Darwin" or "Windows"."""
        ...

    @property
    def machine(self) -> str:
        """ "x86_64", "aarch64", "arm64" …"""
        ...

    def read(self, path: str) -> str | None:
        """The beginning of a text file; None when it cannot be read."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is no such file."""
        ...

    def head(self, path: str, count: int) -> bytes: ...

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted; empty when it cannot be read."""
        ...

    def is_dir(self, path: str) -> bool: ...

    def link(self, path: str) -> str | None:
        """Where a symbolic link points."""
        ...

    def usable(self, path: str) -> bool:
        """Whether this user may read and write it."""
        ...

    def free_bytes(self, path: str) -> int | None:
        """Free space where `path` is, or will be."""
        ...

    def disk(self, path: str) -> str:
        """Names the file system where `path` is, or will be."""
        ...

    def has_module(self, name: str) -> bool:
        """Whether this interpreter can import it."""
        ...

    def run(self, argv: Sequence[str], *, seconds: float, folder: str | None = None) -> Ran:
        """Run a command without input; its errors are discarded."""
        ...


@dataclass
class Machine:
    """The real one."""

    environ: Mapping[str, str]
    python_version: tuple[int, int, int] = field(default_factory=lambda: sys.version_info[:3])
    system: str = field(default_factory=platform.system)
    machine: str = field(default_factory=platform.machine)

    def read(self, path: str) -> str | None:
        try:
            with Path(path).open("rb") as file:
                return file.read(LONGEST_READ).decode("utf-8", "replace")
        except OSError:
            return None

    def size(self, path: str) -> int | None:
        try:
            file = Path(path)
            return file.stat().st_size if file.is_file() else None
        except OSError:
            return None

    def head(self, path: str, count: int) -> bytes:
        try:
            with Path(path).open("rb") as file:
                return file.read(count)
        except OSError:
            return b""

    def list(self, path: str) -> list[str]:
        try:
            return sorted(entry.name for entry in Path(path).iterdir())
        except OSError:
            return []

    def is_dir(self, path: str) -> bool:
        return Path(path).is_dir()

    def link(self, path: str) -> str | None:
        try:
            return str(Path(path).readlink())
        except OSError:
            return None

    def usable(self, path: str) -> bool:
        return os.access(path, os.R_OK | os.W_OK)

    def free_bytes(self, path: str) -> int | None:
        try:
            return shutil.disk_usage(_existing(path)).free
        except OSError:
            return None

    def disk(self, path: str) -> str:
        try:
            return str(_existing(path).stat().st_dev)
        except OSError:
            return path

    def has_module(self, name: str) -> bool:
        from importlib.util import find_spec

        return find_spec(name) is not None

    def run(self, argv: Sequence[str], *, seconds: float, folder: str | None = None) -> Ran:
        environ = dict(self.environ)
        if folder is not None:
            environ["PYTHONPATH"] = folder
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environ,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return Ran(None)
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"))


def _existing(path: str) -> Path:
    """The folder nearest to `path` that is there."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    return place
