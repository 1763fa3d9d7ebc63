"""Looks at, starts and stops the hosts of this machine, for the command line and the status bar's menu."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from lsp_server.engine.choice import plan_host
from lsp_server.engine.connection import ask_to_leave, health
from lsp_server.engine.launcher import POLL_SECONDS, Launcher
from lsp_server.engine.records import HostRecord, read_records
from lsp_server.settings import Settings

STOP_SECONDS = 30.0


def running(runtime_dir: Path) -> list[HostRecord]:
    """The hosts that accept connections now. Blocking, but quick."""
    return [record for record in read_records(runtime_dir) if _accepts(record)]


async def stop(record: HostRecord) -> bool:
    """Ask a host to leave and wait until it no longer listens; False when it still does."""
    await ask_to_leave(record)
    for _ in range(round(STOP_SECONDS / POLL_SECONDS)):
        if not await asyncio.to_thread(_accepts, record):
            return True
        await asyncio.sleep(POLL_SECONDS)
    return False


async def start(settings: Settings, runtime_dir: Path, launch: Sequence[str] | None = None) -> HostRecord:
    """Find or start the host these settings ask for; it may still be loading its model. Raises EngineUnavailable."""
    return await Launcher(lambda: plan_host(settings, runtime_dir, launch), runtime_dir).find_or_start()


async def answers(record: HostRecord) -> bool:
    """Whether a host is there that can answer, now or once its model is loaded."""
    said = await health(record)
    return said is not None and said.get("state") != "failed"


async def describe(record: HostRecord) -> dict[str, object]:
    """What a running host says of itself; empty when it has left."""
    return await health(record) or {}


def _accepts(record: HostRecord) -> bool:
    try:
        if record.socket is not None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with connection:
            connection.settimeout(2)
            address = urlsplit(record.url or "")
            connection.connect(str(record.socket) if record.socket else (address.hostname, address.port))
    except OSError:
        return False
    return True
