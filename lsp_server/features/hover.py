"""Hovers: the signature at once from the syntax tree, the explanation as soon as it is there.

Our extension asks for the explanation with `ttAssistant/hoverExplanation`, which waits for it. A plain client has only
`textDocument/hover`, which never waits: it starts the explanation, and the engine if need be, and says to hover again.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import actions, protocol
from lsp_server.document import Document, Span
from lsp_server.engine.types import Priority
from lsp_server.features.answers import Key, key_for
from lsp_server.features.documents import Snapshot
from lsp_server.features.symbols import Symbol, symbol_at
from lsp_server.untrusted import harmless

if TYPE_CHECKING:
    from lsp_server.features.session import Session

ACTION = "hover"
CONTEXT_TOKENS = 256
"""What the file imports and declares: one sentence needs no more, and all hovers of a file begin with the same prefill."""
KNOWS_MODEL = ("ready", "busy")
"""States in which an engine tells the model that answers: before, it tells none, or the one it had."""
NOT_THERE = ("stopped", "failed")
"""States that a mere hover leaves alone: a user who stopped the engine meant it, and one that fails would fail again."""
NOT_SURE = "*The model is not sure:* "
HOVER_AGAIN = "*Explaining… hover again in a moment.*"
STARTING = "*Starting the engine… hover again in a moment.*"


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        found = await _find(session, params.text_document.uri, params.position)
        if found is None:
            return None
        session.idle.touch(params.text_document.uri, params.position.line)
        sections = [found.symbol.signature]
        if not session.options.extension and (text := await _explanation_or_hint(session, found)):
            sections.append(harmless(text))
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n---\n\n".join(sections))
        return lsp.Hover(content, found.snapshot.positions.range(found.symbol.hovered))

    @server.feature(protocol.HOVER_EXPLANATION)
    async def explanation(params: protocol.HoverExplanationParams) -> protocol.HoverExplanationResult:
        found = await _find(session, params.text_document.uri, params.position)
        if found is None or session.settings.hover_mode == "off":
            return protocol.HoverExplanationResult("")
        state = session.engine.status.state
        if state in NOT_THERE:
            return protocol.HoverExplanationResult("")
        if state not in KNOWS_MODEL:
            await session.setup.start_engine()
        key = await key_of(session, found.snapshot.document, found.symbol.span)
        text = await session.answers.get(key, lambda: _explain_now(session, found))
        return protocol.HoverExplanationResult(
            harmless(text), found.snapshot.positions.range(found.symbol.hovered)
        )


@frozen
class Found:
    """What the mouse is over."""

    snapshot: Snapshot
    symbol: Symbol


async def _find(session: Session, uri: str, position: lsp.Position) -> Found | None:
    if not session.documents.is_open(uri):
        return None
    snapshot = session.documents.snapshot(uri)
    offset = snapshot.positions.offset(position)
    symbol = await asyncio.to_thread(symbol_at, snapshot.document, offset)
    return Found(snapshot, symbol) if symbol else None


async def _explanation_or_hint(session: Session, found: Found) -> str:
    if session.settings.hover_mode == "off":
        return ""
    state, on_demand = session.engine.status.state, session.settings.hover_mode == "onDemand"
    if state in KNOWS_MODEL:
        key = await key_of(session, found.snapshot.document, found.symbol.span)
        if (text := await session.answers.find(key)) or on_demand:
            return text
        session.answers.begin(key, lambda: _explain_now(session, found))
        return HOVER_AGAIN
    if on_demand or state == "failed":
        return ""
    if state == "stopped":
        session.setup.begin_engine(lambda: _begin(session, found))
    return STARTING


async def _begin(session: Session, found: Found) -> None:
    """Begin the explanation, of the model that is there by now."""
    key = await key_of(session, found.snapshot.document, found.symbol.span)
    session.answers.begin(key, lambda: _explain_now(session, found))


async def key_of(session: Session, document: Document, span: Span) -> Key:
    """What the explanation of a definition depends on; of an engine that is there."""
    library, preset = await session.library(), session.settings.prompts_preset
    return await asyncio.to_thread(
        key_for, document, span, library.digest, preset, session.engine.status.model
    )


async def _explain_now(session: Session, found: Found) -> str:
    with session.idle.held(1.0):
        return await explain(session, found.snapshot.document, found.symbol.span, Priority.HOVER)


async def explain(session: Session, document: Document, span: Span, priority: Priority) -> str:
    """Ask the model to explain a definition. Raises AssistantError."""
    asked = actions.Request(document, span, ACTION, with_nearby=False, confidence=True)
    library, engine = await session.library(), await session.ready_engine()
    budget = min(session.settings.context_max_tokens or CONTEXT_TOKENS, CONTEXT_TOKENS)
    events = actions.run(
        asked,
        engine=engine,
        library=library,
        settings=evolve(session.settings, context_max_tokens=budget),
        paces=session.paces,
        priority=priority,
    )
    async with aclosing(events):
        async for event in events:
            if isinstance(event, actions.Outcome):
                return _told(event)
    return ""


def _told(outcome: actions.Outcome) -> str:
    """The explanation, marked where it is no more than a guess."""
    text = outcome.text.strip() + ("…" if outcome.finish_reason == "length" else "")
    return f"{NOT_SURE}{text}" if text and outcome.confidence == "low" else text
