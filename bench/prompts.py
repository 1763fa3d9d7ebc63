"""The product's own prompts, asked of the same engine host directly, and made for llama.cpp alone."""

from __future__ import annotations

from pathlib import Path

from bench.baseline import Alone
from bench.documents import span_of
from bench.editor import Place
from lsp_server import actions
from lsp_server.document import Document, Span
from lsp_server.engine import create_engine
from lsp_server.engine.types import Engine, Message
from lsp_server.settings import Settings
from lsp_server.templates import Library, built_in


class Prompts:
    """A second client of the host that the language server uses."""

    def __init__(self, engine: Engine, settings: Settings, threads: int) -> None:
        self._engine = engine
        self._settings = settings
        self._threads = threads
        self._library = Library.load([built_in()])

    @classmethod
    async def of(cls, directory: Path, settings: Settings, threads: int) -> Prompts:
        """`threads` are those that the running host has."""
        engine = create_engine(settings, runtime_dir=directory / "run", data_dir=directory / "data")
        await engine.start()
        return cls(engine, settings, threads)

    async def messages(self, action: str, text: str, index: int) -> tuple[Message, ...]:
        """The prompt of an action on the function with this number."""
        return (await self._prompt(action, text, index)).messages

    async def prefix_at(self, place: Place) -> tuple[Message, ...]:
        """What every action at a place begins with."""
        return await actions.ahead(
            place.document,
            place.span,
            "",
            engine=self._engine,
            library=self._library,
            settings=self._settings,
        )

    async def messages_at(self, action: str, place: Place) -> tuple[Message, ...]:
        """The prompt of an action at a place."""
        request = actions.Request(place.document, place.span, action)
        return (await self._prepared(request)).messages

    async def alone(self) -> Alone:
        """llama.cpp with the same model, window, threads and chunk."""
        return await Alone.start(
            self._settings.engine_model,
            window=self._engine.status.context_window,
            threads=self._threads,
        )

    async def close(self) -> None:
        await self._engine.aclose()

    async def _prompt(self, action: str, text: str, index: int) -> actions.Prompt:
        range_ = span_of(text, index)
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: range_["start"]["line"]])
        end = sum(len(line) + 1 for line in lines[: range_["end"]["line"]]) + range_["end"]["character"]
        document = Document("file:///bench.py", "bench.py", "python", text)
        return await self._prepared(actions.Request(document, Span(start, end), action))

    async def _prepared(self, request: actions.Request) -> actions.Prompt:
        return await actions.prepare(
            request, engine=self._engine, library=self._library, settings=self._settings
        )
