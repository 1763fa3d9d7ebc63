"""`tt-assistant engine start|status|stop`: the engine that the terminal and the editor share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from lsp_server.cli.compose import create
from lsp_server.cli.terminal import Terminal
from lsp_server.engine import control
from lsp_server.engine.records import HostRecord
from lsp_server.engine.types import EngineStatus
from lsp_server.errors import EngineUnavailable
from lsp_server.places import Places
from lsp_server.settings import Settings

NOT_RUNNING = 1


async def control_engine(
    order: str, settings: Settings, places: Places, environ: Mapping[str, str], terminal: Terminal
) -> int:
    """Carry out one order; returns the exit status, which for `status` says whether one runs."""
    if order == "start":
        return await _start(settings, places, environ, terminal)
    records = await asyncio.to_thread(control.running, places.runtime)
    if order == "status":
        return await _status(records, settings, terminal)
    return await _stop(records, terminal)


async def _start(settings: Settings, places: Places, environ: Mapping[str, str], terminal: Terminal) -> int:
    engine = await create(settings, places, environ, terminal)
    unsubscribe = engine.subscribe(lambda status: terminal.progress(progress_line(status)))
    try:
        status = await engine.start()
    finally:
        unsubscribe()
        terminal.progress("")
        await engine.aclose()
    terminal.line(_described(status))
    return 0


async def _status(records: list[HostRecord], settings: Settings, terminal: Terminal) -> int:
    if settings.engine_url:
        terminal.line(f"The engine is remote: {settings.engine_url}")
    elif not records:
        terminal.line("No engine is running; it starts with the first question.")
    for record in records:
        said = await control.describe(record)
        state = said.get("state", "leaving")
        terminal.line(f"process {record.pid}  {state}  {record.model or 'default model'}")
    return 0 if records or settings.engine_url else NOT_RUNNING


async def _stop(records: list[HostRecord], terminal: Terminal) -> int:
    if not records:
        terminal.line("No engine is running.")
    for record in records:
        terminal.progress(f"stopping process {record.pid}")
        if not await control.stop(record):
            raise EngineUnavailable(f"Process {record.pid} did not stop in time: kill {record.pid}.")
        terminal.line(f"Stopped process {record.pid}.")
    return 0


def progress_line(status: EngineStatus) -> str:
    """The load phase in one line; "" when nothing is being loaded."""
    if status.state not in ("starting", "loading"):
        return ""
    share = f" {status.progress:.0%}" if status.progress is not None else ""
    return (status.detail or "starting the engine") + share


def _described(status: EngineStatus) -> str:
    window = f", {status.context_window:,} tokens" if status.context_window else ""
    process = f", process {status.pid}" if status.pid else ""
    return f"Ready: {status.model} ({status.kind}{window}{process})"
