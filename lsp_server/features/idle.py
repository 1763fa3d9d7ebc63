"""Idle work: while nobody waits for the engine, explanations and docstrings of the functions in view are made.

One thing at a time, the newest view first. It is dropped as soon as a foreground request or an edit arrives, and goes on
after a quiet moment; on battery or on a busy machine it waits. It never starts an engine and never uses a remote one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import protocol
from lsp_server.engine.types import Engine
from lsp_server.errors import AssistantError
from lsp_server.features.preparations import Item, missing
from lsp_server.idle.attention import Attention, Look
from lsp_server.idle.machine import hindrance
from lsp_server.store import key_of

if TYPE_CHECKING:
    from lsp_server.features.session import Session

RECHECK_SECONDS = 20.0
"""Until a machine that could spare nothing is asked again."""
BREATH_SECONDS = 0.25
"""After a look or a touch: first the answer to what the user did, then the search for work."""
ANSWERED = 2.0
"""Quiet moments after an answer: who asked one question may ask another."""
TRIED = 10_000
"""Digests remembered; then all are forgotten."""

log = logging.getLogger(__name__)

T = TypeVar("T")


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(protocol.VIEW)
    def view(params: protocol.ViewParams) -> None:
        parts = tuple((part.start.line, part.end.line) for part in params.ranges)
        if parts:
            focus = params.focus.line if params.focus else (parts[0][0] + parts[-1][1]) // 2
            session.idle.view(Look(params.text_document.uri, parts, focus))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        for change in params.content_changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                session.idle.touch(params.text_document.uri, change.range.start.line)
        session.idle.interrupt()
        session.warming.text_changed(params.text_document.uri)


class Idle:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._attention = Attention()
        self._worker: asyncio.Task[Any] | None = None
        self._running: asyncio.Task[Any] | None = None
        self._stirred = asyncio.Event()
        self._foreground = 0
        self._quiet_at = 0.0
        self._tried: set[bytes] = set()
        """Digests of keys whose work ended in this session, well or not; nothing is tried twice."""
        session.on_engine(self._follow)

    def view(self, look: Look) -> None:
        """An editor shows this now."""
        self._attention.view(look)
        self._stir()

    def touch(self, uri: str, line: int) -> None:
        """The user did something at this line."""
        self._attention.touch(uri, line)
        self._stir()

    def interrupt(self) -> None:
        """Drop what runs, and wait for a quiet moment."""
        if self._running is not None:
            self._running.cancel()
        self._wait_for(self._session.wiring.quiet_seconds)

    @contextmanager
    def held(self, calm: float = ANSWERED) -> Iterator[None]:
        """No idle work while the body, a foreground request, runs, and then for `calm` quiet moments."""
        self._foreground += 1
        self.interrupt()
        try:
            yield
        finally:
            self._foreground -= 1
            self._wait_for(calm * self._session.wiring.quiet_seconds)

    def _follow(self, engine: Engine) -> None:
        engine.subscribe(lambda status: self._stirred.set())

    def _stir(self) -> None:
        self._stirred.set()
        if self._worker is None and self._session.wiring.read_machine is not None:
            self._worker = self._session.spawn("idle work", self._work())

    # ── the worker ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        while True:
            await self._quiet()
            self._stirred.clear()  # before the search: what comes during it is searched for again
            item = await self._undisturbed("search for idle work", self._next())
            if item is None:
                await self._stirred.wait()
                await asyncio.sleep(BREATH_SECONDS)
            elif reason := await self._hindrance():
                log.debug("Idle work waits: %s", reason)
                await self._until_stirred(RECHECK_SECONDS)
            elif self._may_work():
                await self._undisturbed(item.what, self._make(item))

    async def _undisturbed(self, what: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Do this until an interruption; None then, and where it fails."""
        running = self._running = self._session.spawn(what, work)
        await asyncio.wait([running])
        self._running = None
        return None if running.cancelled() or running.exception() else running.result()

    def _wait_for(self, seconds: float) -> None:
        """Begin nothing before these seconds are over."""
        self._quiet_at = max(self._quiet_at, asyncio.get_running_loop().time() + seconds)
        self._stirred.set()

    def _may_work(self) -> bool:
        """Nobody waits, and there is an engine whose work costs nothing."""
        session, now = self._session, asyncio.get_running_loop().time()
        if self._foreground or now < self._quiet_at or not session.settings.idle_enabled:
            return False
        status = session.engine.status
        return status.kind in ("cpu", "tt") and status.state == "ready"

    async def _quiet(self) -> None:
        """Wait until idle work may begin."""
        while not self._may_work():
            left = self._quiet_at - asyncio.get_running_loop().time()
            await self._until_stirred(left if left > 0 else None)

    async def _until_stirred(self, seconds: float | None = None) -> None:
        self._stirred.clear()
        try:
            await asyncio.wait_for(self._stirred.wait(), seconds)
        except asyncio.TimeoutError:
            return

    async def _hindrance(self) -> str:
        session = self._session
        assert session.wiring.read_machine is not None
        pid = session.engine.status.pid
        reading = await asyncio.to_thread(session.wiring.read_machine, (pid,) if pid else ())
        return hindrance(reading, battery_allowed=session.settings.idle_on_battery)

    async def _make(self, item: Item) -> None:
        """Make one thing between two uses of the warm selection.

        The first makes an engine copy what both share and not cut the selection's own end off; the second leaves the
        selection where the next action finds it at once.
        """
        session = self._session
        try:
            await session.warming.keep()
            await session.answers.get(item.key, item.work, gives_way=True)
            await session.warming.keep()
        except AssistantError as error:
            log.debug("Idle work, %s: %s", item.what, error.message)
        except Exception:
            log.exception("Idle work, %s, failed", item.what)
        if len(self._tried) >= TRIED:
            self._tried.clear()
        self._tried.add(key_of(*item.key))

    async def _next(self) -> Item | None:
        """The first thing that is not there yet. Marks, on the way, the drafts that are."""
        for look in self._attention.looks():
            if not self._session.documents.is_open(look.uri):
                self._attention.forget(look.uri)
                self._session.drafts.forget(look.uri)
                continue
            for item in await self._missing(look):
                if key_of(*item.key) not in self._tried:
                    return item
        return None

    async def _missing(self, look: Look) -> list[Item]:
        """What is not there yet for a look; nothing where the search fails, so that the others get theirs."""
        try:
            return await missing(self._session, look)
        except Exception:
            log.exception("The search for idle work in %s failed", look.uri)
            return []
