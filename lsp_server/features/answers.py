"""Answers worth keeping, explanations of hovers and docstring drafts: made once however many ask, and dropped when nobody
waits.

The newest are in memory, all of them in the answer store, so that they are there in the next session too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from attrs import define

from lsp_server.document import Document, Span
from lsp_server.idle.functions import enclosing
from lsp_server.store import AnswerStore, key_of

KEPT = 256

Key = tuple[str, ...]
"""Everything the text depends on: code and its place, prompt, model."""
Work = Callable[[], Coroutine[Any, Any, str]]


@define
class _Running:
    task: asyncio.Task[str]
    gives_way: bool
    """Idle work: whoever else wants the answer makes it anew, at once, and finds the prompt in the KV cache."""
    waiting: int = 0
    background: bool = False


def key_for(document: Document, definition: Span, library: str, preset: str, model: str) -> Key:
    """What an answer about a definition depends on; `library` is the digest of the prompts.

    Of the rest of the file only what the definition stands in counts, so that edits elsewhere keep the answer.
    """
    around = "\n".join(enclosing(document, definition))
    return (library, document.language, document.uri, around, document.slice(definition), preset, model)


class Answers:
    def __init__(self, store: Callable[[], AnswerStore | None]) -> None:
        """`store` opens the answer store, or says that there is none; called in a thread, once."""
        self._open_store = store
        self._store: asyncio.Task[AnswerStore | None] | None = None
        self._texts: OrderedDict[Key, str] = OrderedDict()
        self._running: dict[Key, _Running] = {}

    def cached(self, key: Key) -> str:
        """The answer if it is in memory, else ""."""
        if key in self._texts:
            self._texts.move_to_end(key)
        return self._texts.get(key, "")

    async def find(self, key: Key) -> str:
        """The answer if it was ever made, else ""."""
        if text := self.cached(key):
            return text
        store = await self._opened()
        if store is None or not (stored := await asyncio.to_thread(store.get, key_of(*key))):
            return ""
        self._remember(key, stored)
        return stored

    async def get(self, key: Key, work: Work, *, gives_way: bool = False) -> str:
        """The answer; the work is cancelled when the last one who waits for it is.

        Work that `gives_way` is cancelled, with those who wait for it, when the answer is asked for without.
        """
        if text := self.cached(key):
            return text
        running = self._start(key, work, gives_way)
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            self._drop_if_unwanted(key, running)

    def begin(self, key: Key, work: Work) -> None:
        """Make an answer that nobody waits for; it takes the place of an earlier one of that kind."""
        for other, running in list(self._running.items()):
            if other != key and running.background:
                running.background = False
                self._drop_if_unwanted(other, running)
        self._start(key, work).background = True

    def clear(self) -> None:
        self._texts.clear()

    def _start(self, key: Key, work: Work, gives_way: bool = False) -> _Running:
        running = self._running.get(key)
        if running is not None and running.gives_way and not gives_way:
            running.task.cancel()
            self._forget(key, running)
        if key not in self._running:
            task = asyncio.create_task(self._found_or_made(key, work))
            running = self._running[key] = _Running(task, gives_way)
            task.add_done_callback(lambda task: self._finished(key, running))
        return self._running[key]

    async def _found_or_made(self, key: Key, work: Work) -> str:
        if stored := await self.find(key):
            return stored
        text = await work()
        self._remember(key, text)  # at once: who waited may leave before it is stored
        if text and (store := await self._opened()) is not None:
            await asyncio.to_thread(store.put, key_of(*key), text)
        return text

    async def _opened(self) -> AnswerStore | None:
        if self._store is None:
            self._store = asyncio.create_task(asyncio.to_thread(self._open_store))
        return await asyncio.shield(self._store)

    async def close(self) -> None:
        """Close the store."""
        if self._store is not None and (store := await self._store) is not None:
            await asyncio.to_thread(store.close)

    def _drop_if_unwanted(self, key: Key, running: _Running) -> None:
        if not running.waiting and not running.background:
            running.task.cancel()
            self._forget(key, running)

    def _forget(self, key: Key, running: _Running) -> None:
        if self._running.get(key) is running:
            del self._running[key]

    def _finished(self, key: Key, running: _Running) -> None:
        self._forget(key, running)
        if not running.task.cancelled() and running.task.exception() is None:
            self._remember(key, running.task.result())

    def _remember(self, key: Key, text: str) -> None:
        self._texts[key] = text
        while len(self._texts) > KEPT:
            self._texts.popitem(last=False)
