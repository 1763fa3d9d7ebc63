"""What a running host says of itself in the run directory. Reads; never writes. Layout: docs/engine-http.md."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.errors import EngineUnavailable


@frozen
class HostRecord:
    key: str
    pid: int
    version: str
    model: str
    """As asked for; "" means the default."""
    started: float
    """Seconds since the epoch."""
    token: str
    socket: Path | None = None
    url: str | None = None
    """Loopback address; None when the host listens on the Unix socket only."""


def read_record(directory: Path, key: str) -> HostRecord | None:
    """The record of one host; None when there is none, or none that can be used.

    Raises EngineUnavailable when another user could have written it.
    """
    path = directory / f"{key}.json"
    try:
        refuse_foreign(directory)
        raw = json.loads(path.read_text("utf-8"))
        refuse_foreign(path)
        record = _parse(key, raw)
        if record.socket is not None:
            refuse_foreign(record.socket)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record


def read_records(directory: Path) -> list[HostRecord]:
    """Every record in the run directory, dead hosts' too."""
    keys = sorted(path.stem for path in directory.glob("*.json"))
    return [record for key in keys if (record := read_record(directory, key)) is not None]


def _parse(key: str, raw: Mapping[str, Any]) -> HostRecord:
    socket, url = raw["socket"], raw["url"]
    if not socket and not str(url).startswith("http://127.0.0.1:"):
        raise ValueError(url)
    return HostRecord(
        key=key,
        pid=int(raw["pid"]),
        version=str(raw["version"]),
        model=str(raw["model"]),
        started=float(raw["started"]),
        token=str(raw["token"]),
        socket=Path(socket) if socket else None,
        url=str(url) if url else None,
    )


def refuse_foreign(path: Path) -> None:
    """Raise EngineUnavailable when `path` is not this user's own."""
    info = path.lstat()
    if sys.platform == "win32" or (info.st_uid == os.getuid() and not stat.S_ISLNK(info.st_mode)):
        return
    raise EngineUnavailable(
        f"{path} belongs to another user, so the engine behind it is not used. "
        "Set TT_ASSISTANT_RUNTIME_DIR to a directory of your own.",
        button="showLog",
    )
