"""Where a latency run takes place: one folder, one engine host, and documents that no cache has seen."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.client import Client, server
from bench.documents import module, span_of
from lsp_server.settings import Settings

FUNCTIONS, STATEMENTS, SELECTED = 14, 7, 6
"""Of the documents that are asked about: prompts of about 1,500 tokens with SmolLM2."""
CONTEXT_TOKENS = 1_900


class Stage:
    def __init__(self, directory: Path, model: str, rounds: int, threads: int = 0) -> None:
        """`threads` of the engine; 0 is the product's own choice."""
        self.directory = directory
        self.rounds = rounds
        self.model = model
        self.threads = threads
        self.engine = {"backend": "cpu", "model": model, "threads": threads}
        self.settings: dict[str, Any] = {
            "engine": self.engine,
            "context": {"maxTokens": CONTEXT_TOKENS},
            "idle": {"enabled": False},
        }
        """Of everything but the traces: idle work would run into what is measured."""
        self._seed = time.time_ns() % 1_000_000
        self._known: dict[Client, tuple[str, dict[str, Any], str]] = {}

    def document(self, client: Client) -> tuple[str, dict[str, Any], str]:
        """Open a new file: its URI, the range of one function in it, and its text."""
        text = self.text()
        uri = (self.directory / f"module_{self._seed}.py").as_uri()
        client.open(uri, text)
        return uri, span_of(text, SELECTED), text

    def known_document(self, client: Client) -> tuple[str, dict[str, Any], str]:
        """A file like that, the same one for all of a connection: the engine reads it once."""
        if client not in self._known:
            self._known[client] = self.document(client)
        return self._known[client]

    def document_again(self, client: Client) -> tuple[str, dict[str, Any], str]:
        """The known file of an earlier connection; a new one where there was none."""
        if not self._known:
            return self.document(client)
        uri, span, text = list(self._known.values())[-1]
        client.open(uri, text)
        return uri, span, text

    def engine_settings(self) -> Settings:
        """The same settings, for a second client of the same host."""
        return Settings.from_json(self.settings)

    def text(self) -> str:
        """A file that was not asked about before."""
        return module(self.number(), FUNCTIONS, STATEMENTS)

    def number(self) -> int:
        """Another one each time, also of another run."""
        self._seed += 1
        return self._seed

    @asynccontextmanager
    async def connected(
        self, settings: Mapping[str, Any] | None = None, data: Path | None = None
    ) -> AsyncIterator[Client]:
        """A language server whose engine is ready; `data` is where it keeps its answers."""
        async with server(self.directory, data=data) as client:
            await client.initialize(settings or self.settings, self.directory)
            await client.request("ttAssistant/engineControl", {"command": "start"})
            await client.until_state("ready")
            yield client
