"""`ttAssistant/chat`: one answer of a conversation that the client keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from lsp_server import estimate, protocol
from lsp_server.actions import context_budget
from lsp_server.chat import AttachedCode, build_chat
from lsp_server.document import Document
from lsp_server.engine.repetition import said_once
from lsp_server.engine.types import Delta, Finished, PrefillProgress, Priority
from lsp_server.errors import UnsuitableDocument
from lsp_server.features import views
from lsp_server.features.documents import Documents
from lsp_server.files import read_document
from lsp_server.templates import sampling_for, worded

if TYPE_CHECKING:
    from lsp_server.features.session import Session

UNKNOWN_WINDOW = 8192
"""Assumed of a remote engine that does not tell."""


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(protocol.CHAT)
    async def chat(params: protocol.ChatParams) -> protocol.ChatResult:
        with session.idle.held():
            return await answered(params)

    async def answered(params: protocol.ChatParams) -> protocol.ChatResult:
        def tell(**fields: object) -> None:
            server.protocol.notify(protocol.EVENT, protocol.EventParams(params.run_id, **fields))  # type: ignore[arg-type]

        attached, gone = await _all_attached(session.documents, params.attachments)
        for note in gone:
            tell(kind="note", text=note)
        library, engine = await session.library(), await session.ready_engine()
        status = await engine.start()
        window = status.context_window or UNKNOWN_WINDOW
        sampling = sampling_for(library.get("chat"), 0)
        sampling = evolve(sampling, max_tokens=min(sampling.max_tokens, window // 4))
        prompt = await build_chat(
            worded(library, [(turn.role, turn.text) for turn in params.turns]),
            attached,
            library=library,
            preset=session.settings.prompts_preset,
            window=window,
            max_tokens=sampling.max_tokens,
            context_budget=context_budget(session.settings, status),
            count=engine.count,
            offload=asyncio.to_thread,
        )
        if prompt.dropped_turns:
            tell(
                kind="note", text=f"The oldest {prompt.dropped_turns} turns no longer fit and were left out."
            )
        expected = await estimate.expect(session.paces, status, "chat", "show", sampling.max_tokens)
        text, finished, first = "", None, True
        async with aclosing(engine.generate(prompt.messages, sampling, Priority.CHAT)) as events:
            async for event in events:
                if first and (seconds := expected.seconds_from(event)):
                    tell(kind="note", text=expected.sentence(seconds), seconds=seconds)
                first = False
                match event:
                    case PrefillProgress(done, total):
                        tell(kind="prefill", done=done, total=total)
                    case Delta(piece):
                        text += piece
                        tell(kind="delta", text=piece)
                    case Finished():
                        finished = event
        assert finished is not None, "the engine's contract: the last event is Finished"
        await expected.learn(finished)
        if finished.reason == "repetition":
            text = said_once(text)
        receipt = views.receipt(
            prompt.parts, prompt.tokens, window, finished.usage, finished.reason, prompt.dropped_turns
        )
        return protocol.ChatResult(text, receipt)


async def _all_attached(
    documents: Documents, items: Sequence[protocol.Attachment]
) -> tuple[list[AttachedCode], list[str]]:
    """What is attached, and sentences about what earlier turns attached and is gone by now."""
    attached, gone = [], []
    for item in items:
        try:
            attached.append(await _attached(documents, item))
        except UnsuitableDocument:
            if not item.earlier:
                raise
            name = documents.display_path(item.uri)
            gone.append(f"What was attached of {name} earlier is gone, and was left out.")
    return attached, gone


async def _attached(documents: Documents, item: protocol.Attachment) -> AttachedCode:
    """Attached code as it is in the editor, or on disk when it is not open."""
    if documents.is_open(item.uri):
        snapshot = documents.snapshot(item.uri)
        document, positions = snapshot.document, snapshot.positions
    else:
        document = await asyncio.to_thread(_read, item.uri, documents)
        positions = documents.positions(document.text)
    span = positions.span(item.range) if item.range else None
    if item.earlier and span is not None and not document.slice(span).strip():
        raise UnsuitableDocument("The attached code is gone.")
    return AttachedCode(document, span)


def _read(uri: str, documents: Documents) -> Document:
    name = to_fs_path(uri)
    if not name:
        raise UnsuitableDocument(f"{uri} is not open in the editor: open it and try again.")
    path = Path(name)
    return read_document(path, documents.folder_of(uri) or path.parent)
