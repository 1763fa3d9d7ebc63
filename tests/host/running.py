"""A host running in the test's event loop, and small ways to talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from attrs import frozen

from lsp_server.host.files import HostFiles
from lsp_server.host.serve import HostOptions, serve
from tests.host.scripted_backend import ScriptedBackend


@frozen
class RunningHost:
    client: httpx.AsyncClient
    backend: ScriptedBackend
    files: HostFiles
    leaving: asyncio.Event
    ended: asyncio.Task[Any]

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.client.post(path, json=body)

    async def chat(self, text: str, **fields: Any) -> dict[str, Any]:
        response = await self.post("/v1/chat/completions", chat_body(text, **fields))
        assert response.status_code == 200, response.text
        return response.json()

    @asynccontextmanager
    async def stream(self, text: str, **fields: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The chunks of a streamed chat answer; leaving the block closes the connection."""
        body = chat_body(text, stream=True, **fields)
        async with self.client.stream("POST", "/v1/chat/completions", json=body) as response:
            assert response.status_code == 200
            yield events(response)

    async def status(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first status that is as wanted."""
        async with self.client.stream("GET", "/status") as response:
            async for status in events(response):
                if wanted(status):
                    return status
        raise AssertionError("the host left")

    async def at_step(self, count: int) -> None:
        """Until the engine thread stands at its `count`-th step."""
        await asyncio.to_thread(self.backend.gate.wait_for_arrivals, count)


@asynccontextmanager
async def running_host(
    directory: Path,
    backend: ScriptedBackend | None = None,
    *,
    port: int | None = None,
    idle_minutes: float = 30,
) -> AsyncIterator[RunningHost]:
    backend = backend or ScriptedBackend()
    files = HostFiles(directory, "test")
    files.claim()
    leaving = asyncio.Event()
    options = HostOptions("cpu", "", idle_minutes, port)
    ended = asyncio.create_task(serve(lambda: backend, options, files, leaving))
    transport = httpx.AsyncHTTPTransport(uds=str(files.socket_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://host", timeout=30) as client:
        try:
            await asyncio.sleep(0)
            yield RunningHost(client, backend, files, leaving, ended)
        finally:
            leaving.set()
            backend.gate.open()
            backend.loading.open()
            scheduler = await asyncio.wait_for(ended, 30)
            assert await asyncio.to_thread(scheduler.join, 30)
            files.release()


def chat_body(text: str, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": text}], **fields}


def prompt_ids(text: str) -> list[int]:
    return ScriptedBackend().encode_chat(chat_body(text)["messages"])


async def events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: ") and line != "data: [DONE]":
            yield json.loads(line[6:])


def text_in(chunks: list[dict[str, Any]]) -> str:
    return "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c.get("choices"))
