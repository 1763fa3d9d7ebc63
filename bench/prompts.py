"""The product's own prompts, asked of the same engine host directly, and of llama.cpp alone."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

from bench.client import ROOT
from bench.documents import span_of
from lsp_server import actions
from lsp_server.document import Document, Span
from lsp_server.engine import create_engine
from lsp_server.engine.types import Engine, Finished, Message
from lsp_server.settings import Settings
from lsp_server.templates import Library, built_in

BATCH = 128
"""Tokens a prefill step, as the CPU engine has it."""


class Alone:
    """bench/alone.py as a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        request = {
            "messages": [asdict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0.2,
            "top_p": 0.9,
            "top_k": 0,
            "min_p": 0.0,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return await self._line()

    async def ready(self) -> Alone:
        await self._line()
        return self

    async def close(self) -> None:
        self._process.terminate()
        await self._process.wait()

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 180)
        return dict(json.loads(line))


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
        return (await self._prompt(action, text, index)).messages

    async def prefilled(self, action: str, text: str, index: int) -> int:
        """Tokens of the prompt that were not in the KV cache."""
        prompt = await self._prompt(action, text, index)
        sampling = evolve(prompt.sampling, max_tokens=1)
        async with aclosing(self._engine.generate(prompt.messages, sampling)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event.usage.prompt_tokens - event.usage.cached_tokens
        raise RuntimeError("The engine's answer had no end.")

    async def alone(self) -> Alone:
        """llama.cpp with the same model, window, threads and batch."""
        window = self._engine.status.context_window
        arguments = [self._settings.engine_model, str(window), str(self._threads), str(BATCH)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "bench" / "alone.py"), *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await Alone(process).ready()

    async def close(self) -> None:
        await self._engine.aclose()

    async def _prompt(self, action: str, text: str, index: int) -> actions.Prompt:
        range_ = span_of(text, index)
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: range_["start"]["line"]])
        end = sum(len(line) + 1 for line in lines[: range_["end"]["line"]]) + range_["end"]["character"]
        document = Document("file:///bench.py", "bench.py", "python", text)
        request = actions.Request(document, Span(start, end), action)
        return await actions.prepare(
            request, engine=self._engine, library=self._library, settings=self._settings
        )
