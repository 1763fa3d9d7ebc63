"""The engine's client and its connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from lsp_server.engine.client import HttpEngine
from lsp_server.engine.connection import Connection
from lsp_server.engine.records import HostRecord
from lsp_server.engine.types import EngineStatus
from lsp_server.errors import EngineUnavailable


class SlowConnector:
    """Connects to our own host when the test says so."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def connect(self) -> Connection:
        self.asked.set()
        await self.may.wait()
        return self.connection

    async def find(self) -> Connection | None:
        return None

    async def stop(self) -> None:
        return None


async def test_an_engine_that_was_let_go_while_it_connected_takes_no_lease(tmp_path: Path) -> None:
    """The lease of an engine nobody used kept the host from leaving, and its status from turning to the one in use."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://engine")
    record = HostRecord("key", 1, "0", "", 0.0, "", socket=tmp_path / "s")
    connector = SlowConnector(Connection(client, record, ""))
    engine = HttpEngine(connector, EngineStatus("stopped", kind="cpu"))
    starting = asyncio.create_task(engine.start())
    await connector.asked.wait()

    await engine.aclose()
    connector.may.set()
    with pytest.raises(EngineUnavailable, match="in the meantime"):
        await starting
    while not client.is_closed:
        await asyncio.sleep(0)

    assert asked == []
