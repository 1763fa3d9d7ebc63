"""What a job tells its reader, in the reader's rhythm: what is new at once, the tokens of a fast answer a few at a time.

A model on this machine decodes on all cores. Every event on its way to the screen takes some of their time in three
processes, more where an editor draws Markdown; an eye that reads needs no more than ten a second.
"""

from __future__ import annotations

import asyncio
from collections import deque

from lsp_server.host.backends import Token
from lsp_server.host.job import JobEvent

FRAME_SECONDS = 0.1
"""Tokens that come sooner than this after the ones before wait for each other."""


class Mailbox:
    """Filled on the engine thread, emptied on the event loop, which is not woken for a token whose frame is not over."""

    def __init__(self, frame: float = FRAME_SECONDS) -> None:
        self._frame = frame
        self._loop = asyncio.get_running_loop()
        self._items: deque[JobEvent] = deque()
        self._filled = asyncio.Event()
        self._resting = False

    def put(self, item: JobEvent) -> None:
        """Called on any thread."""
        self._items.append(item)  # before looking: a rest that ends now finds it
        if not (self._resting and isinstance(item, Token)) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._filled.set)

    async def take(self) -> list[JobEvent]:
        """What is there, at least one item; tokens no sooner than a frame after the tokens before."""
        items: list[JobEvent] = []
        while not items:
            await self._filled.wait()
            self._filled.clear()
            while self._items:
                items.append(self._items.popleft())
        if any(isinstance(item, Token) for item in items):
            self._resting = True
            self._loop.call_later(self._frame, self._rested)
        return items

    def _rested(self) -> None:
        self._resting = False
        if self._items:
            self._filled.set()
