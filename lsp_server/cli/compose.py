"""The engine and the prompts a command works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lsp_server.cli.loop import LoopThread
from lsp_server.engine import create_engine
from lsp_server.engine.types import Engine
from lsp_server.places import API_KEY, Places
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root, built_in


def create(settings: Settings, places: Places, environ: Mapping[str, str]) -> Engine:
    return create_engine(
        settings, runtime_dir=places.runtime, data_dir=places.data, api_key=environ.get(API_KEY, "")
    )


@contextmanager
def open_engine(
    settings: Settings, places: Places, environ: Mapping[str, str], loop: LoopThread
) -> Iterator[Engine]:
    """The engine on `loop`; on leaving only our connection closes, the engine keeps running."""

    async def on_loop() -> Engine:
        return create(settings, places, environ)

    engine = loop.run(on_loop())
    try:
        yield engine
    finally:
        loop.run(engine.aclose())


def open_library(places: Places) -> Library:
    """The built-in prompts and the user's; a terminal does not load those of the folder it happens to be in."""
    return Library.load([built_in(), Root(places.config / "prompts", "user")])
