"""What a language server made in idle time and kept, seen from outside: what it cost, and whether it was shown.

The product names no costs of single items. So the host's counts and the answer store are looked at five times a second while
a trace is played: tokens prefilled for idle work are put down to the next answer that is kept, and to none where
something else was asked of the engine before.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from attrs import define, field, frozen

from bench.editor import Place
from bench.host import HostWatch, Total
from lsp_server.engine.types import Priority
from lsp_server.features.answers import Key, key_for
from lsp_server.settings import Settings
from lsp_server.store import key_of
from lsp_server.templates import Library, built_in

EVERY = 0.2


@frozen
class Keys:
    """The product's keys (features/hover.py, features/drafts.py) with the prompts that come along."""

    model: str
    digest: str = field(factory=lambda: Library.load([built_in()]).digest)

    def explanation(self, place: Place) -> bytes:
        """Of the definition that a place spans."""
        return key_of(*self._key(place))

    def draft(self, place: Place) -> bytes:
        """Of the function that is selected."""
        return key_of("docstring", *self._key(place))

    def _key(self, place: Place) -> Key:
        return key_for(place.document, place.span, self.digest, Settings().prompts_preset, self.model)


@define
class IdleTokens:
    """Puts tokens down to what came of them."""

    spent: dict[bytes, int] = field(factory=dict)
    """By the key of the answer."""
    dropped: int = 0
    """Of which nothing came."""
    _idle: int = 0
    _others: int = 0
    _pending: int = 0

    def begin(self, totals: dict[Priority, Total]) -> None:
        """What was spent before does not count."""
        self._idle, self._others = totals[Priority.IDLE].prefilled, _others(totals)

    def see(self, totals: dict[Priority, Total], kept: Collection[bytes]) -> None:
        """Look at what was spent and kept by now."""
        idle, others = totals[Priority.IDLE].prefilled, _others(totals)
        self._pending += idle - self._idle
        for key in kept:
            if key not in self.spent:
                self.spent[key], self._pending = self._pending, 0
        if others != self._others:
            self.dropped += self._pending
            self._pending = 0
        self._idle, self._others = idle, others

    def wasted(self, shown: Collection[bytes]) -> int:
        """Tokens of what was dropped, and of what nobody was shown."""
        unseen = sum(tokens for key, tokens in self.spent.items() if key not in shown)
        return self.dropped + self._pending + unseen


def _others(totals: dict[Priority, Total]) -> int:
    return sum(total.requests for priority, total in totals.items() if priority is not Priority.IDLE)


@define
class Kept:
    """The answers of one play."""

    keys: Keys
    tokens: IdleTokens = field(factory=IdleTokens)
    answers: dict[bytes, str] = field(factory=dict)


@asynccontextmanager
async def watching(path: Path, model: str, watch: HostWatch) -> AsyncIterator[Kept]:
    """Look at a server's answer store and the host until the body is done; complete after it."""
    kept = Kept(Keys(model))
    kept.tokens.begin(await watch.totals())
    task = asyncio.create_task(_look(path, watch, kept))
    try:
        yield kept
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await _see(path, watch, kept)


async def _look(path: Path, watch: HostWatch, kept: Kept) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await _see(path, watch, kept)


async def _see(path: Path, watch: HostWatch, kept: Kept) -> None:
    totals = await watch.totals()
    kept.answers |= {key: text for key, text in _read(path) if key not in kept.answers}
    kept.tokens.see(totals, kept.answers)


def _read(path: Path) -> list[tuple[bytes, str]]:
    """Nothing where there is no store yet, or it is being written."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            return [(bytes(key), str(text)) for key, text in db.execute("SELECT key, text FROM answers")]
    except sqlite3.Error:
        return []
