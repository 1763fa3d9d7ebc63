"""Docstrings that were drafted while the machine was idle: which functions have one, and its way to a preview.

What is kept is the model's answer. Whether it makes an edit is decided anew for every text it is used on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types as lsp

from lsp_server import actions, context, edits
from lsp_server.document import Document, Span
from lsp_server.engine.types import Priority, Usage
from lsp_server.errors import AssistantError, EditRefused
from lsp_server.features.answers import Key, key_for
from lsp_server.features.documents import Snapshot
from lsp_server.idle.functions import function_around
from lsp_server.judging import Judge, Judged
from lsp_server.store import key_of

if TYPE_CHECKING:
    from lsp_server.features.session import Session
    from lsp_server.verify.verdict import Permission

ACTION = "docstring"
REMEMBERED = 10_000
"""Drafts of which it is known whether they can be used; then all are looked at again."""


@frozen
class Marks:
    """The functions of one document that were looked at, by line, and which of them have a draft that can be used."""

    document: Document
    model: str
    """Whose drafts they are."""
    functions: tuple[tuple[int, int, bool], ...]
    """First line, last line, has one."""

    def at(self, first: int, last: int) -> bool:
        """Whether the innermost function around these lines has one."""
        around = [f for f in self.functions if f[0] <= first and last <= f[1]]
        return bool(around) and min(around, key=lambda f: f[1] - f[0])[2]


class Drafts:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._marks: dict[str, Marks] = {}
        self._offered: set[bytes] = set()
        """Digests of the keys of drafts that became a proposal in this session."""
        self._usable: dict[bytes, bool] = {}

    async def key(self, document: Document, function: Span) -> Key:
        """What a draft depends on."""
        session = self._session
        library, preset = await session.library(), session.settings.prompts_preset
        key = await asyncio.to_thread(
            key_for, document, function, library.digest, preset, session.engine.status.model
        )
        return (ACTION, *key)

    async def ask(self, document: Document, function: Span) -> str:
        """The model's answer for a function, of the round that came nearest to an edit."""
        session = self._session
        events = actions.run(
            actions.Request(document, function, ACTION, draft=True),
            engine=session.engine,
            library=await session.library(),
            settings=session.settings,
            paces=session.paces,
            priority=Priority.IDLE,
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, actions.Outcome):
                    return event.text
        return ""

    async def is_usable(self, document: Document, function: Span, key: Key, answer: str) -> bool:
        """Whether the answer, kept under a key, makes an edit, as far as the code around the function tells."""
        digest = key_of(*key)
        if digest not in self._usable:
            if len(self._usable) >= REMEMBERED:
                self._usable.clear()
            self._usable[digest] = await asyncio.to_thread(_makes_edit, document, function, answer)
        return self._usable[digest]

    def mark(self, snapshot: Snapshot, functions: Sequence[tuple[Span, bool]]) -> None:
        """Take down which functions of a document have a usable draft, for `ready_at`."""
        ranges = ((snapshot.positions.range(span), ready) for span, ready in functions)
        found = {(range_.start.line, range_.end.line, ready) for range_, ready in ranges}
        known, model = self._marks.get(snapshot.document.uri), self._session.engine.status.model
        if known is not None and known.document is snapshot.document and known.model == model:
            lines = {f[:2] for f in found}
            found |= {f for f in known.functions if f[:2] not in lines}
        self._marks[snapshot.document.uri] = Marks(snapshot.document, model, tuple(found))

    def forget(self, uri: str) -> None:
        self._marks.pop(uri, None)

    def clear(self) -> None:
        """Forget which functions have a draft: those were made with other prompts."""
        self._marks.clear()

    def ready_at(self, uri: str, range_: lsp.Range) -> bool:
        """Whether a draft for the innermost function at a range can be offered at once; from memory."""
        marks = self._marks.get(uri)
        if marks is None or not self._may_be_used() or marks.model != self._session.engine.status.model:
            return False
        documents = self._session.documents
        if not documents.is_open(uri) or documents.snapshot(uri).document is not marks.document:
            return False
        first, last = range_.start.line, range_.end.line
        return marks.at(first, last - 1 if last > first and range_.end.character == 0 else last)

    async def prepared(
        self, asked: actions.Request, permission: Permission | None, *, once: bool = False
    ) -> actions.Outcome | None:
        """The outcome of an action from a draft, checked like any other; None where the model must be asked.

        `once`: no draft twice in a session, for a client that has no other way to ask for a new answer.
        """
        session = self._session
        if asked.action != ACTION or asked.instruction or not self._may_be_used():
            return None
        try:
            key = await self._key_at(asked)
            if key is None or (once and key_of(*key) in self._offered):
                return None
            answer = await session.answers.find(key)
            outcome = await self._outcome(asked, answer, permission) if answer else None
        except AssistantError:
            return None
        if outcome is not None:
            self._offered.add(key_of(*key))
        return outcome

    def _may_be_used(self) -> bool:
        session = self._session
        return session.settings.idle_enabled and session.engine.status.state in ("ready", "busy")

    async def _key_at(self, asked: actions.Request) -> Key | None:
        """The key of the innermost function around what an action is about."""
        target = await asyncio.to_thread(context.target_span, asked.document, asked.span)
        function = await asyncio.to_thread(function_around, asked.document, target)
        return await self.key(asked.document, function) if function else None

    async def _outcome(
        self, asked: actions.Request, answer: str, permission: Permission | None
    ) -> actions.Outcome | None:
        session, document = self._session, asked.document
        library = await session.library()
        prompt = await actions.prepare(
            asked, engine=session.engine, library=library, settings=session.settings
        )
        judge = Judge(
            propose=lambda reply: edits.propose_docstring(document, prompt.code.target, reply),
            document=document,
            target=prompt.code.target,
            framework="",
            keep_behaviour=True,
            permission=permission,
        )
        judged = Judged(None)
        async with aclosing(judge.steps(answer)) as steps:
            async for step in steps:
                if isinstance(step, Judged):
                    judged = step
        if judged.proposal is None or judged.refusal is not None:
            return None
        return actions.Outcome(prompt, answer, "stop", Usage(), judged.proposal)


def _makes_edit(document: Document, function: Span, answer: str) -> bool:
    try:
        edits.propose_docstring(*edits.cut_out(document, function), answer)
    except EditRefused:
        return False
    return True
