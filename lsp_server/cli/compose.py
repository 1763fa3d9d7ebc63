"""The engine and the prompts a command works with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lsp_server.cli.loop import LoopThread
from lsp_server.cli.terminal import Terminal
from lsp_server.engine import control, create_engine
from lsp_server.engine.choice import plan_host
from lsp_server.engine.records import HostRecord
from lsp_server.engine.types import Engine
from lsp_server.errors import EngineUnavailable
from lsp_server.places import API_KEY, Places, with_tt_metal
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root, built_in

NAMES_A_HOST = (
    "engine_backend",
    "engine_model",
    "engine_url",
    "engine_context_window",
    "engine_threads",
    "tt_home",
    "tt_python",
    "tt_mode",
    "tt_device_sampling",
)


async def create(
    settings: Settings, places: Places, environ: Mapping[str, str], terminal: Terminal
) -> Engine:
    """The engine the settings ask for; where they ask for none, the one that runs, which is then said."""
    running = await shared_host(settings, places, environ)
    if running is not None:
        model = Path(running.model).name or "the default model"
        terminal.note(f"Using the engine that is running: {model}")
    return create_engine(
        settings,
        runtime_dir=places.runtime,
        data_dir=places.data,
        api_key=environ.get(API_KEY, ""),
        running=running,
    )


async def shared_host(settings: Settings, places: Places, environ: Mapping[str, str]) -> HostRecord | None:
    """The one host that runs, started with the editor's settings; None where the settings here decide.

    They do when they name an engine, when no host runs or several do, and when the one is what they would start.
    """
    plain = with_tt_metal(Settings(), environ)
    if any(getattr(settings, name) != getattr(plain, name) for name in NAMES_A_HOST):
        return None
    records = await asyncio.to_thread(control.running, places.runtime)
    if len(records) != 1 or records[0].key == _planned_key(settings, places):
        return None
    return records[0] if await control.answers(records[0]) else None


def _planned_key(settings: Settings, places: Places) -> str:
    try:
        return plan_host(settings, places.runtime).key
    except EngineUnavailable:
        return ""


@contextmanager
def open_engine(
    settings: Settings, places: Places, environ: Mapping[str, str], loop: LoopThread, terminal: Terminal
) -> Iterator[Engine]:
    """The engine on `loop`; on leaving only our connection closes, the engine keeps running."""
    engine = loop.run(create(settings, places, environ, terminal))
    try:
        yield engine
    finally:
        loop.run(engine.aclose())


def open_library(places: Places) -> Library:
    """The built-in prompts and the user's; a terminal does not load those of the folder it happens to be in."""
    return Library.load([built_in(), Root(places.config / "prompts", "user")])
