"""Keeps the current status of an engine, tells who wants to know, and holds the lease on our host."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from lsp_server.engine.connection import Connection, load_httpx
from lsp_server.engine.sse import EventParser
from lsp_server.engine.types import EngineStatus
from lsp_server.engine.wire import own_status
from lsp_server.errors import EngineError

log = logging.getLogger(__name__)

SEARCH_SECONDS = 2.0
"""How often to look for a host that another window may have started, after ours has left."""

Listener = Callable[[EngineStatus], None]


class StatusBoard:
    """The status now, and its listeners."""

    def __init__(self, status: EngineStatus) -> None:
        self.status = status
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every change until the returned function is called."""
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def set(self, status: EngineStatus) -> None:
        if status == self.status:
            return
        self.status = status
        for listener in list(self._listeners):
            try:
                listener(status)
            except Exception:
                log.exception("A status listener failed")

    async def wait_for(self, wanted: Callable[[EngineStatus], bool]) -> EngineStatus:
        """Wait until the status is as wanted."""
        reached: asyncio.Future[EngineStatus] = asyncio.get_running_loop().create_future()

        def look(status: EngineStatus) -> None:
            if wanted(status) and not reached.done():
                reached.set_result(status)

        end = self.subscribe(look)
        try:
            look(self.status)
            return await reached
        finally:
            end()


class Lease:
    """Holds /status of our host open, for as long as the host lives; then looks for its successor."""

    def __init__(
        self,
        board: StatusBoard,
        find: Callable[[], Awaitable[Connection | None]],
        lost: Callable[[Connection], None],
    ) -> None:
        """`find` looks for a running host and starts none; `lost` is told of one that has left."""
        self._board = board
        self._find = find
        self._lost = lost
        self._task: asyncio.Task[None] | None = None
        self._followed: Connection | None = None

    def follow(self, connection: Connection) -> None:
        """Hold the lease on this host, unless it is held already."""
        if self._followed is connection and self._task is not None and not self._task.done():
            return
        if self._task is not None:
            self._task.cancel()
        self._followed = connection
        self._task = asyncio.create_task(self._run(connection))

    async def aclose(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, connection: Connection) -> None:
        httpx = await load_httpx()
        while True:
            with suppress(
                httpx.HTTPError, RuntimeError
            ):  # the client may have been closed before it was used
                async for status in _statuses(connection):
                    self._board.set(own_status(status))
            self._lost(connection)
            last = self._board.status
            if last.state != "failed":  # a host that has said what is wrong leaves it standing
                self._board.set(EngineStatus("stopped", kind=last.kind, model=last.model))
            connection = self._followed = await self._successor()

    async def _successor(self) -> Connection:
        while True:
            await asyncio.sleep(SEARCH_SECONDS)
            with suppress(EngineError):
                if found := await self._find():
                    return found


async def _statuses(connection: Connection) -> AsyncIterator[dict[str, Any]]:
    parser = EventParser()
    async with connection.client.stream("GET", "/status") as response:
        async for received in response.aiter_raw():
            for data in parser.feed(received):
                yield json.loads(data)
