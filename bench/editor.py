"""Sends what VS Code and our extension send while somebody edits: the client's side of a trace.

As in extension/src: a click or a selection is announced once it has settled, and so is what a screen of `SCREEN` lines
shows; a cursor that moves asks for code actions, as VS Code does for its light bulb; a hover asks for the server's hover and
for the explanation.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from attrs import define, field, frozen

from bench import trace
from bench.client import Client, Run
from bench.trace import Trace
from lsp_server.document import Document, Span

SETTLED = 0.2
SCREEN = 45
WORD_SECONDS = 0.15


@define
class Buffer:
    """One open file."""

    uri: str
    text: str
    version: int = 1
    cursor: Span = field(factory=lambda: Span(0, 0))
    """The selection; empty where nothing is selected."""
    top: int = -1
    """The first line on the screen; -1 before the file was shown."""


@frozen
class Place:
    """Where the user is: a document as it is now, and what is selected in it."""

    document: Document
    span: Span


class Editor:
    """One window with one project below `folder`, a part of the workspace."""

    def __init__(self, client: Client, project: Trace, folder: str, root_uri: str) -> None:
        """`folder` is the project's place in the workspace; its name is part of every prompt."""
        self.client = client
        self._trace = project
        self._folder = folder
        self._root_uri = root_uri
        self._buffers: dict[str, Buffer] = {}
        self._shown = ""

    @property
    def buffer(self) -> Buffer:
        return self._buffers[self._shown]

    def place(self) -> Place:
        buffer, path = self.buffer, f"{self._folder}/{self._shown}"
        document = Document(buffer.uri, path, self._trace.language, buffer.text, buffer.version)
        return Place(document, buffer.cursor)

    async def open(self, name: str) -> None:
        self._shown = name
        if name not in self._buffers:
            buffer = Buffer(f"{self._root_uri}/{self._folder}/{name}", self._trace.files[name])
            self._buffers[name] = buffer
            self.client.open(buffer.uri, buffer.text, self._trace.language)
        self._scroll_to(self.buffer.cursor.start, shown_anew=True)
        await self._light_bulb()

    async def move(self, words: str) -> None:
        at = trace.name_in(self.buffer.text, words)
        await self._put_cursor(Span(at, at))

    async def select(self, words: str) -> None:
        await self._put_cursor(trace.definition(self._trace.language, self.buffer.text, words))

    async def type(self, text: str, after: str) -> None:
        """Click, and type word by word."""
        at = trace.place(self.buffer.text, after) + len(after)
        await self._put_cursor(Span(at, at))
        for piece in text.replace(" ", "\0 ").split("\0"):
            if piece:
                self._insert(at, piece)
                at += len(piece)
                await asyncio.sleep(WORD_SECONDS)

    def ask(self, action: str) -> Run:
        buffer = self.buffer
        return self.client.run(action, buffer.uri, self._range(buffer.cursor), buffer.version)

    async def hover(self, words: str) -> tuple[str, float]:
        """The explanation, and the milliseconds until it and the signature were there."""
        at = trace.name_in(self.buffer.text, words)
        self._scroll_to(at)
        position = self._position(at)
        where = {"textDocument": {"uri": self.buffer.uri}, "position": position}
        start = time.perf_counter()
        _, explained = await asyncio.gather(
            self.client.request("textDocument/hover", where),
            self.client.request("ttAssistant/hoverExplanation", where),
        )
        return explained.get("markdown", ""), (time.perf_counter() - start) * 1000

    def definition(self, words: str) -> Place:
        """The definition that a hover on `words` is about."""
        document = self.place().document
        return Place(document, trace.definition(self._trace.language, document.text, words))

    def code_at_open(self, words: str) -> str:
        """The same as it was when the file was opened."""
        text = self._trace.files[self._shown]
        span = trace.definition(self._trace.language, text, words)
        return text[span.start : span.end]

    def _insert(self, at: int, text: str) -> None:
        buffer = self.buffer
        where = self._range(Span(at, at))
        buffer.version += 1
        buffer.text = buffer.text[:at] + text + buffer.text[at:]
        buffer.cursor = Span(at + len(text), at + len(text))
        self.client.notify(
            "textDocument/didChange",
            {"textDocument": self._versioned(), "contentChanges": [{"range": where, "text": text}]},
        )

    async def _put_cursor(self, span: Span) -> None:
        """Click, or select with the mouse."""
        self.buffer.cursor = span
        self._scroll_to(span.start)
        await self._light_bulb()
        await asyncio.sleep(SETTLED)
        self.client.notify(
            "ttAssistant/warm", {"textDocument": self._versioned(), "range": self._range(span)}
        )

    def _scroll_to(self, at: int, *, shown_anew: bool = False) -> None:
        """Have a place on the screen, and tell what the screen shows when that is something else."""
        buffer = self.buffer
        line = buffer.text.count("\n", 0, at)
        in_sight = 0 <= buffer.top <= line < buffer.top + SCREEN
        if in_sight and not shown_anew:
            return
        if not in_sight:
            buffer.top = max(0, line - SCREEN // 2)
        last = min(buffer.top + SCREEN - 1, buffer.text.count("\n"))
        shown = {"start": {"line": buffer.top, "character": 0}, "end": {"line": last, "character": 0}}
        view: dict[str, Any] = {"textDocument": {"uri": buffer.uri}, "ranges": [shown]}
        cursor = self._position(buffer.cursor.start)
        if buffer.top <= cursor["line"] <= last:
            view["focus"] = cursor
        self.client.notify("ttAssistant/view", view)

    async def _light_bulb(self) -> None:
        where = {"textDocument": {"uri": self.buffer.uri}, "range": self._range(self.buffer.cursor)}
        context = {"diagnostics": [], "triggerKind": 2}
        await self.client.request("textDocument/codeAction", {**where, "context": context})

    def _versioned(self) -> dict[str, Any]:
        return {"uri": self.buffer.uri, "version": self.buffer.version}

    def _range(self, span: Span) -> dict[str, Any]:
        return {"start": self._position(span.start), "end": self._position(span.end)}

    def _position(self, offset: int) -> dict[str, int]:
        """Columns are counted in characters: the projects are in ASCII."""
        before = self.buffer.text[:offset]
        return {"line": before.count("\n"), "character": offset - (before.rfind("\n") + 1)}
