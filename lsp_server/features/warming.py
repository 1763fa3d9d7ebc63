"""Warming: while code is selected, its prompt is sent ahead, so that an action's answer starts at once.

Of the tasks, which differ by action, that of the action used last is sent with it. Where the engine keeps prompts with a
common beginning apart, the tasks of other likely actions follow, unless nothing is selected: who only clicks is more likely
to read on. The newest selection wins; an older one that is still waiting or prefilling is cancelled.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import actions, protocol
from lsp_server.document import Document, Span
from lsp_server.engine.types import Engine, EngineStatus, Finished, Message, Priority, SamplingParams
from lsp_server.errors import AssistantError, TemplateError

if TYPE_CHECKING:
    from lsp_server.features.session import Session

DEBOUNCE_SECONDS = 0.15
LIKELY = ("explain", "docstring", "refactor", "tests", "review")
"""Until the user has run others."""
TASKS = 6
"""Actions whose tasks are sent ahead, the one used last first."""
CACHE_SHARE = 4
"""All of them together take at most one part in this many of the engine's cache."""
SELECTED, POINTED_AT = 3.0, 0.0
"""Quiet moments after warming before idle work goes on: who selects code is about to ask, who clicks into it reads."""
PREFILL_ONLY = SamplingParams(max_tokens=0)


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(protocol.WARM)
    def warm(params: protocol.WarmParams) -> None:
        session.warming.selection_settled(params.text_document.uri, params.range)


class Warming:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self._warm: tuple[Message, ...] = ()
        """What was prefilled last, in the engine that runs now."""
        self._followed = False
        """Whether all that was to follow it has."""
        self._place: tuple[str, int | None, lsp.Range, str] | None = None
        """The newest selection, with the likeliest action; a click and the lightbulb announce the same one."""
        self._used = list(LIKELY)
        """The newest first."""
        session.on_engine(self._follow)

    def selection_settled(self, uri: str, range_: lsp.Range) -> None:
        """Prefill what the actions on this selection begin with, unless the engine is not ready."""
        session = self._session
        if not session.settings.warming_enabled or session.engine.status.state not in ("ready", "busy"):
            return
        place = (uri, session.documents.version(uri), range_, self._used[0])
        if place == self._place:
            return
        self._place = place
        if self._task is not None:
            self._task.cancel()
        session.idle.touch(uri, range_.start.line)
        if range_.start != range_.end:  # a cursor is moved often, and mostly within what is warm
            session.idle.interrupt()  # at once: the engine leaves a prefill only at the end of a chunk
        self._task = session.spawn("warming", self._prefill(uri, range_))

    def text_changed(self, uri: str) -> None:
        """What is being read may be of a text that is no more; the next settled selection says what to read."""
        if self._place is None or self._place[0] != uri:
            return
        self._place = None
        if self._task is not None:
            self._task.cancel()

    def action_used(self, action: str) -> None:
        """The user ran this action, and may do so again."""
        self._used = [action, *(other for other in self._used if other != action)][:TASKS]

    async def keep(self) -> None:
        """Use what was prefilled last once more, so that later prompts push older ones out of the cache, not this one."""
        if self._warm:
            await self._send(self._warm, Priority.IDLE)

    async def _prefill(self, uri: str, range_: lsp.Range) -> None:
        await asyncio.sleep(DEBOUNCE_SECONDS)
        session, cache = self._session, self._session.engine.status.prompt_cache_tokens
        selected = range_.start != range_.end
        try:
            snapshot = session.documents.snapshot(uri)
            span = snapshot.positions.span(range_)
            messages = await self._likeliest(snapshot.document, span, whole=cache > 0)
            if messages == self._warm and (self._followed or not selected):
                return
            with session.idle.held(SELECTED if selected else POINTED_AT):
                tokens = await self._send(messages, Priority.WARMING)
                self._warm, self._followed = messages, False
                if selected and tokens * TASKS * CACHE_SHARE <= cache:
                    for action in self._used[1:]:
                        with suppress(TemplateError):
                            prompt = await self._whole(snapshot.document, span, action)
                            await self._send(prompt, Priority.WARMING)
                self._followed = selected
        except AssistantError:
            return  # nothing to act on here; an action on it will say so

    async def _likeliest(self, document: Document, span: Span, *, whole: bool) -> tuple[Message, ...]:
        """The prompt of the action used last; where its template has a mistake, what all actions begin with."""
        try:
            return await (self._whole if whole else self._shared)(document, span, self._used[0])
        except TemplateError:
            return await self._shared(document, span, "")

    async def _shared(self, document: Document, span: Span, action: str) -> tuple[Message, ...]:
        """What all actions begin with, and the task of this one as far as the code alone tells it."""
        session = self._session
        library = await session.library()
        return await actions.ahead(
            document, span, action, engine=session.engine, library=library, settings=session.settings
        )

    async def _whole(self, document: Document, span: Span, action: str) -> tuple[Message, ...]:
        """The prompt of an action."""
        session = self._session
        asked = actions.Request(document, span, action, workspace=session.documents.folder_of(document.uri))
        library = await session.library()
        prompt = await actions.prepare(
            asked, engine=session.engine, library=library, settings=session.settings
        )
        return prompt.messages

    async def _send(self, messages: tuple[Message, ...], priority: Priority) -> int:
        """Prefill; returns the prompt's tokens."""
        tokens = 0
        async with aclosing(self._session.engine.generate(messages, PREFILL_ONLY, priority)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    tokens = event.usage.prompt_tokens
        return tokens

    def _follow(self, engine: Engine) -> None:
        engine.subscribe(self._status_changed)

    def _status_changed(self, status: EngineStatus) -> None:
        if status.state not in ("ready", "busy"):
            self._warm, self._place = (), None
