"""What idle work could make for a part of a document, and is not there yet."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types as lsp

from lsp_server.document import Document, Span
from lsp_server.engine.types import Priority
from lsp_server.features import hover
from lsp_server.features.answers import Key, Work
from lsp_server.features.documents import Snapshot
from lsp_server.idle.attention import Look
from lsp_server.idle.functions import functions_in

if TYPE_CHECKING:
    from lsp_server.features.session import Session

FUNCTIONS = 40
"""Of one view at most these are prepared, the nearest to the cursor."""

NEAR = 3
"""Functions, from the cursor on, that are explained before one is documented."""


@frozen
class Item:
    """Something to make: its key, and how."""

    key: Key
    what: str
    """For the log."""
    work: Work


async def missing(session: Session, look: Look) -> list[Item]:
    """What is not there yet for the functions of a look. Marks, on the way, the drafts that are.

    Code is looked at more often than documented: the draft of the function at the cursor comes after the explanations of
    its neighbours, the other drafts come last.
    """
    snapshot = session.documents.snapshot(look.uri)
    parts = [Span(_offset(snapshot, first), _offset(snapshot, last + 1)) for first, last in look.ranges]
    focus = _offset(snapshot, look.focus)
    found = await asyncio.to_thread(functions_in, snapshot.document, parts, focus)
    near: list[Item] = []
    explanations: list[Item] = []
    drafts: list[Item] = []
    at_cursor: list[Item] = []
    marks: list[tuple[Span, bool]] = []
    for number, function in enumerate(found[:FUNCTIONS]):
        usable = False
        if function.wants_explanation and session.settings.hover_mode == "auto":
            (near if number < NEAR else explanations).extend(
                await _explanation(session, snapshot.document, function.span)
            )
        if function.wants_docstring:
            draft, usable = await _draft(session, snapshot.document, function.span)
            (drafts if number else at_cursor).extend(draft)
        marks.append((function.span, usable))
    session.drafts.mark(snapshot, marks)
    return [*near, *at_cursor, *explanations, *drafts]


async def _explanation(session: Session, document: Document, function: Span) -> list[Item]:
    key = await hover.key_of(session, document, function)
    if await session.answers.find(key):
        return []
    return [Item(key, "explanation", partial(hover.explain, session, document, function, Priority.IDLE))]


async def _draft(session: Session, document: Document, function: Span) -> tuple[list[Item], bool]:
    """The draft to make, if there is none, and whether the one that is there can be used."""
    key = await session.drafts.key(document, function)
    if answer := await session.answers.find(key):
        return [], await session.drafts.is_usable(document, function, key, answer)
    return [Item(key, "docstring draft", partial(session.drafts.ask, document, function))], False


def _offset(snapshot: Snapshot, line: int) -> int:
    return snapshot.positions.offset(lsp.Position(line, 0))
