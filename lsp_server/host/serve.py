"""Runs one host process from its first socket to its clean end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
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


class PortError(Exception):
    """The TCP port cannot be listened on. The text is written for the user."""


@frozen
class HostOptions:
    backend: str
    model: str
    """As asked; "" means the backend's default."""
    idle_minutes: float
    port: int | None
    """A TCP port beside the Unix socket, for other tools; 0 means any; None means none (on Windows: any)."""


def run(create: Callable[[], Backend], options: HostOptions, files: HostFiles) -> None:
    """Serve until told to leave or idle for too long. The lock must be held. Raises PortError."""

    async def until_signal() -> Scheduler:
        leaving = asyncio.Event()
        _set_on_signals(leaving)
        return await serve(create, options, files, leaving)

    scheduler = asyncio.run(until_signal())
    if not scheduler.join(CLOSE_SECONDS):
        log.error("The backend did not close within %.0f seconds", CLOSE_SECONDS)
        os._exit(1)
    files.release()
    log.info("Left")
    if scheduler.failure is not None and scheduler.failure.fatal:
        # The library of a device that has failed may wait for it for ever in its own clean-up.
        logging.shutdown()
        os._exit(1)


async def serve(
    create: Callable[[], Backend], options: HostOptions, files: HostFiles, leaving: asyncio.Event
) -> Scheduler:
    """Serve until `leaving` is set; the scheduler returned is closing its backend."""
    token = secrets.token_urlsafe(32)
    sockets, addresses = _listen(options, files)
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
    serving = asyncio.create_task(server.serve(sockets=sockets))
    files.publish(
        {
            **addresses,
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
    host.close()
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
        record["socket"] = str(files.socket_path)
    if port is not None:
        listener = _listen_on(port)
        sockets.append(listener)
        record["url"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return sockets, record


def _listen_on(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
    except OverflowError as error:
        reason = str(error)
    raise PortError(
        f"Port {port} cannot be listened on: {reason}. Name another one with --port, or 0 for any."
    )


def _set_on_signals(leaving: asyncio.Event) -> None:
    """SIGTERM and SIGINT leave cleanly; a second one leaves at once."""
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: object) -> None:
        if leaving.is_set():
            os._exit(128 + number)
        loop.call_soon_threadsafe(leaving.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would raise them again after it ended, before the backend is closed."""
        yield
