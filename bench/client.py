"""A small language client for measuring: every message is stamped when it arrives."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

ROOT = Path(__file__).parents[1]
SECONDS = 180.0
"""Longer than anything here may take; a hang becomes an error."""


class Refused(Exception):
    """The server answered a request with an error."""


@frozen
class Event:
    """One `ttAssistant/event` of a run."""

    at: float
    kind: str
    text: str


@define
class Run:
    """A running action, and what has arrived of it."""

    id: int
    sent: float
    result: asyncio.Future[Any]
    events: list[Event] = field(factory=list)
    arrived: asyncio.Event = field(factory=asyncio.Event)

    async def deltas(self, count: int) -> list[Event]:
        """Wait until `count` deltas are there, or the run has ended."""
        return await self._until(lambda event: event.kind == "delta" and bool(event.text), count)

    async def of_kind(self, kind: str, count: int) -> list[Event]:
        """Wait until `count` events of a kind are there, or the run has ended."""
        return await self._until(lambda event: event.kind == kind, count)

    async def _until(self, wanted: Callable[[Event], bool], count: int) -> list[Event]:
        while True:
            found = [event for event in self.events if wanted(event)]
            if len(found) >= count or self.result.done():
                return found
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), SECONDS)

    async def first(self) -> float:
        """Milliseconds from the request to the first text."""
        found = await self.deltas(1)
        if not found:
            await self.result
            raise Refused("The run ended without a text.")
        return (found[0].at - self.sent) * 1000

    async def first_or_prepared(self) -> tuple[float, bool]:
        """Milliseconds to the first text, or to an answer that idle work had made; and whether it was that."""
        if await self.deltas(1):
            return await self.first(), False
        result = await self.result
        if not result["receipt"].get("prepared"):
            raise Refused("The run ended without a text.")
        return (time.perf_counter() - self.sent) * 1000, True


class Client:
    """One language server process, and a client of it that knows our messages."""

    def __init__(self, process: asyncio.subprocess.Process, spawned: float) -> None:
        self.process = process
        self.spawned = spawned
        self.status: dict[str, Any] = {}
        self.status_changed = asyncio.Event()
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._runs: dict[str, Run] = {}
        self._reader = asyncio.create_task(self._read())

    async def initialize(self, settings: Mapping[str, Any], folder: Path) -> float:
        """Shake hands; milliseconds from the start of the process to the answer."""
        options = {"settings": dict(settings), "extension": True, "trusted": True}
        await self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown"]}}},
                "initializationOptions": options,
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
            },
        )
        took = (time.perf_counter() - self.spawned) * 1000
        self.notify("initialized", {})
        return took

    def open(self, uri: str, text: str, language: str = "python") -> None:
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    async def request(self, method: str, params: Mapping[str, Any]) -> Any:
        number, future = self._expect()
        self._send({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(future, SECONDS)

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def run(self, action: str, uri: str, span: Mapping[str, Any], version: int = 1) -> Run:
        """Start an action without waiting for it."""
        number, future = self._expect()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        run = Run(number, time.perf_counter(), future)
        name = f"bench-{number}"
        self._runs[name] = run
        future.add_done_callback(lambda _: run.arrived.set())
        document = {"uri": uri, "version": version}
        params = {"runId": name, "action": action, "textDocument": document, "range": span}
        self._send({"id": number, "method": "ttAssistant/run", "params": params})
        return run

    def cancel(self, run: Run) -> float:
        """Send the cancel; the time it was sent."""
        self.notify("$/cancelRequest", {"id": run.id})
        return time.perf_counter()

    async def stopped(self, run: Run) -> None:
        """Cancel a run and wait until the server has answered."""
        self.cancel(run)
        with contextlib.suppress(Refused):
            await asyncio.wait_for(run.result, SECONDS)

    async def until_state(self, *states: str) -> None:
        """Wait for a `ttAssistant/status` that says one of these."""
        while self.status.get("state") not in states:
            self.status_changed.clear()
            await asyncio.wait_for(self.status_changed.wait(), SECONDS)

    async def close(self) -> None:
        """Leave as an editor does."""
        with contextlib.suppress(Refused, asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(self.request("shutdown", {}), 10)
            self.notify("exit", {})
        await self._end(10)

    async def kill(self) -> None:
        """Leave as a window that is reloaded."""
        self.process.kill()
        await self._end(10)

    async def _end(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.process.wait(), seconds)
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self._reader.cancel()
        for future in self._waiting.values():
            future.cancel()

    def _expect(self) -> tuple[int, asyncio.Future[Any]]:
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        return number, future

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = await stream.readuntil(b"\r\n\r\n")
                length = next(
                    int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
                )
                body = await stream.readexactly(length)
                self._receive(json.loads(body), time.perf_counter())

    def _receive(self, message: dict[str, Any], now: float) -> None:
        if "method" in message:
            self._hear(message, now)
            return
        future = self._waiting.pop(message["id"], None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"].get("message", "")))
        else:
            future.set_result(message.get("result"))

    def _hear(self, message: dict[str, Any], now: float) -> None:
        params = message.get("params") or {}
        if message["method"] == "ttAssistant/event":
            run = self._runs.get(params["runId"])
            if run is not None:
                run.events.append(Event(now, params["kind"], params.get("text", "")))
                run.arrived.set()
        elif message["method"] == "ttAssistant/status":
            self.status = params
            self.status_changed.set()
        elif "id" in message:
            self._send({"id": message["id"], "result": None})


@asynccontextmanager
async def server(
    directory: Path, log: Path | None = None, data: Path | None = None, module: str = "lsp_server"
) -> AsyncIterator[Client]:
    """A language server whose engine, data and home are below `directory`, so that nothing of this machine takes part."""
    client = await spawn(directory, log, data, module)
    try:
        yield client
    finally:
        if client.process.returncode is None:
            await client.close()


async def spawn(
    directory: Path, log: Path | None = None, data: Path | None = None, module: str = "lsp_server"
) -> Client:
    """Start a server; `data` is where it keeps its answers, by default below `directory`."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory / "config"), "PYTHONPATH": str(ROOT)}
    arguments: Sequence[str] = [
        "--runtime-dir",
        str(directory / "run"),
        "--data-dir",
        str(data or directory / "data"),
    ]
    with (log or directory / "server.log").open("ab") as errors:
        spawned = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environ,
            cwd=directory,
            limit=1 << 24,
        )
    return Client(process, spawned)
