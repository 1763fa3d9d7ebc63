"""Runs one host process from its first socket to its clean end."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from attrs import frozen

from lsp_server import __version__
from lsp_server.host.app import Host, create_app
from lsp_server.host.backends import Backend
from lsp_server.host.files import HostFiles
from lsp_server.host.idle import IdleWatch
from lsp_server.host.scheduler import Scheduler

log = logging.getLogger(__name__)

CLOSE_SECONDS = 600.0
"""How long a backend may take to close: a board must finish loading before it can be closed cleanly."""


@frozen
class HostOptions:
    backend: str
    model: str
    """As asked; "" means the backend's default."""
    idle_minutes: float
    port: int | None
    """A TCP port beside the Unix socket, for other tools; 0 means any; None means none (on Windows: any)."""


def run(create: Callable[[], Backend], options: HostOptions, files: HostFiles) -> None:
    """Serve until told to leave or idle for too long. The lock must be held."""
    scheduler = asyncio.run(_serve(create, options, files))
    files.remove()
    if not scheduler.join(CLOSE_SECONDS):
        log.error("The backend did not close within %.0f seconds", CLOSE_SECONDS)
        os._exit(1)
    log.info("Left")


async def _serve(create: Callable[[], Backend], options: HostOptions, files: HostFiles) -> Scheduler:
    token = secrets.token_urlsafe(32)
    sockets, record = _listen(options, files)
    leaving = asyncio.Event()
    scheduler = Scheduler(create, lambda: host.scheduler_changed())
    idle = IdleWatch(options.idle_minutes * 60, leaving.set)
    host = Host(
        scheduler,
        backend=options.backend,
        model=Path(options.model).stem or "default model",
        idle=idle,
        leave=leaving.set,
    )
    server = _Server(
        uvicorn.Config(
            create_app(host, token=token),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    _leave_on_signals(leaving.set)
    serving = asyncio.create_task(server.serve(sockets=sockets))
    files.publish(
        {
            **record,
            "pid": os.getpid(),
            "version": __version__,
            "token": token,
            "model": options.model,
            "started": time.time(),
        }
    )
    scheduler.start()
    await leaving.wait()
    log.info("Leaving")
    idle.close()
    files.remove()
    scheduler.begin_close()
    host.board.close()
    server.should_exit = True
    await serving
    return scheduler


def _listen(options: HostOptions, files: HostFiles) -> tuple[list[socket.socket], dict[str, str | None]]:
    """The listening sockets, and what the record says of them."""
    sockets: list[socket.socket] = []
    record: dict[str, str | None] = {"url": None, "socket": None}
    port = options.port
    if sys.platform == "win32":
        port = port or 0
    else:
        sockets.append(files.bind())
        record["socket"] = str(files.socket)
    if port is not None:
        listener = socket.create_server(("127.0.0.1", port))
        sockets.append(listener)
        record["url"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return sockets, record


def _leave_on_signals(leave: Callable[[], None]) -> None:
    """SIGTERM and SIGINT leave cleanly; a second one leaves at once."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop, asked = asyncio.get_running_loop(), False

    def handle(signum: int, frame: object) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + signum)
        asked = True
        loop.call_soon_threadsafe(leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


class _Server(uvicorn.Server):
    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Leave signals to us: uvicorn would raise them again after it ended, before the backend is closed."""
        import contextlib

        return contextlib.nullcontext()
