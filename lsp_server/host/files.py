"""The run directory of one host: its lock, its record, its sockets. Knows no HTTP and no model.

A host holds its lock for as long as it lives; the kernel releases it, also after `kill -9`. So whoever gets the lock may
remove what a dead host left behind. Layout and contents: docs/engine-http.md.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import IO, Any

from attrs import define, field

SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes of a Unix socket's path that the kernel accepts."""


class RunDirectoryError(Exception):
    """The run directory cannot be used. The text is written for the user."""


class AlreadyRunning(Exception):
    """Another host with the same key holds the lock."""


@define
class HostFiles:
    """Paths of one host in the run directory."""

    directory: Path
    key: str
    _lock: IO[bytes] | None = field(default=None, init=False)

    @property
    def record(self) -> Path:
        return self.directory / f"{self.key}.json"

    @property
    def socket_path(self) -> Path:
        return self.directory / f"{self.key}.sock"

    @property
    def backend_socket(self) -> Path:
        """For a backend that listens on a socket of its own."""
        return self.directory / f"{self.key}.llama.sock"

    def claim(self) -> None:
        """Check the directory, take the lock, and remove what a dead host left. Raises AlreadyRunning."""
        ensure_private(self.directory)
        if len(os.fsencode(self.backend_socket)) > SOCKET_PATH_LIMIT:
            raise RunDirectoryError(
                f"The run directory {self.directory} is too long for a Unix socket; "
                "set TT_ASSISTANT_RUNTIME_DIR to a shorter one."
            )
        lock = (self.directory / f"{self.key}.lock").open("ab")
        if not _try_lock(lock):
            lock.close()
            raise AlreadyRunning(self.key)
        self._lock = lock
        self.remove()

    def bind(self) -> socket:
        """Listen on the Unix socket, readable by its owner only."""
        listener = socket(AF_UNIX, SOCK_STREAM)
        listener.bind(str(self.socket_path))
        self.socket_path.chmod(0o600)
        listener.listen(64)
        return listener

    def publish(self, record: dict[str, Any]) -> None:
        """Write the record, mode 0600, in one step: a reader sees all of it or none."""
        temporary = self.record.with_suffix(".json.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(record, file)
        temporary.replace(self.record)

    def release(self) -> None:
        """Give up the lock before the process ends."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Remove the record and the sockets; the lock stays."""
        for path in (self.record, self.socket_path, self.backend_socket):
            path.unlink(missing_ok=True)


def ensure_private(directory: Path) -> None:
    """Create `directory` with mode 0700, or check that it is ours and closed to others."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = directory.lstat()
    except OSError as error:
        raise RunDirectoryError(
            f"The run directory {directory} cannot be created: {error.strerror}."
        ) from error
    if not stat.S_ISDIR(info.st_mode):
        raise RunDirectoryError(f"The run directory {directory} is not a directory.")
    if sys.platform == "win32":
        return
    if info.st_uid != os.getuid():
        raise RunDirectoryError(f"The run directory {directory} belongs to another user.")
    if info.st_mode & 0o077:
        directory.chmod(0o700)


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
