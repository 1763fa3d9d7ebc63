"""The engine of this machine: our host, found or started; or one that runs already, whatever it was started with."""

from __future__ import annotations

from lsp_server.engine.connection import Connection, open_host
from lsp_server.engine.control import answers, stop
from lsp_server.engine.launcher import Launcher
from lsp_server.engine.records import HostRecord
from lsp_server.errors import EngineUnavailable


class LocalConnector:
    def __init__(self, launcher: Launcher, running: HostRecord | None = None) -> None:
        """`running` is used instead of what `launcher` finds or starts, for as long as it lives."""
        self._launcher = launcher
        self._running = running

    async def find(self) -> Connection | None:
        """The running host; starts none."""
        record = await self._found()
        if record is None or not await answers(record):  # one that failed is only ever replaced
            return None
        return await self._open(record)

    async def connect(self) -> Connection:
        """The running host, started if need be."""
        return await self._open(await self._shared() or await self._launcher.find_or_start())

    async def stop(self) -> None:
        """End the running host. Raises EngineUnavailable when it does not leave."""
        record = await self._found()
        if record is not None and not await stop(record):
            raise EngineUnavailable(
                f"The engine (process {record.pid}) did not stop in time.", button="showLog"
            )

    async def _found(self) -> HostRecord | None:
        return await self._shared() or await self._launcher.find()

    async def _shared(self) -> HostRecord | None:
        usable = self._running is not None and await answers(self._running)
        return self._running if usable else None

    async def _open(self, record: HostRecord) -> Connection:
        log = self._launcher.log_of(record)
        return Connection(client=await open_host(record), record=record, url="", log=log)
