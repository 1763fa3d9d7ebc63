"""Edits that wait for the user, and the workspace edit each becomes against the text of now."""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from lsp_server.edits import rebase
from lsp_server.edits.types import Proposal
from lsp_server.errors import EditRefused
from lsp_server.features.documents import Documents

KEPT = 32
"""Older proposals are forgotten; a preview that old has long been closed."""


class Proposals:
    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Proposal] = OrderedDict()

    def add(self, proposal: Proposal) -> str:
        """Keep a proposal and return its id."""
        id = uuid.uuid4().hex
        self._waiting[id] = proposal
        while len(self._waiting) > KEPT:
            self._waiting.popitem(last=False)
        return id

    def get(self, id: str) -> Proposal:
        try:
            return self._waiting[id]
        except KeyError:
            raise EditRefused("This edit is no longer there: run the action again.") from None

    def forget(self, id: str) -> None:
        self._waiting.pop(id, None)


async def workspace_edit(
    proposal: Proposal, documents: Documents, capabilities: lsp.ClientCapabilities
) -> lsp.WorkspaceEdit:
    """The edit for the text as it is now, of its version. Raises EditRefused when it no longer fits."""
    version, text = await _current(proposal.uri, documents)
    if proposal.creates_file:
        if text is not None:
            raise EditRefused(f"{documents.display_path(proposal.uri)} exists by now: run the action again.")
        return _new_file(proposal, capabilities)
    if text is None:
        raise EditRefused(f"{documents.display_path(proposal.uri)} is gone: run the action again.")
    moved = await asyncio.to_thread(rebase, proposal, text)
    positions = documents.positions(text)
    changes = [lsp.TextEdit(positions.range(r.span), r.text) for r in moved.replacements]
    return _text_edits(proposal.uri, version, changes, capabilities)


async def _current(uri: str, documents: Documents) -> tuple[int | None, str | None]:
    """Version and text of a document: the editor's where it is open, else the disk's; None when there is none."""
    if documents.is_open(uri):
        document = documents.snapshot(uri).document
        return document.version, document.text
    return None, await asyncio.to_thread(_read, uri)


def _read(uri: str) -> str | None:
    name = to_fs_path(uri)
    if not name or not Path(name).exists():
        return None
    return Path(name).read_bytes().decode("utf-8", "replace")


def _new_file(proposal: Proposal, capabilities: lsp.ClientCapabilities) -> lsp.WorkspaceEdit:
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    content = lsp.TextEdit(start, proposal.new_text)
    edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
    if edits is None or lsp.ResourceOperationKind.Create not in (edits.resource_operations or ()):
        return lsp.WorkspaceEdit(changes={proposal.uri: [content]})
    create = lsp.CreateFile(
        proposal.uri, options=lsp.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    )
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(proposal.uri, None)
    return lsp.WorkspaceEdit(document_changes=[create, lsp.TextDocumentEdit(identifier, [content])])


def _text_edits(
    uri: str, version: int | None, changes: list[lsp.TextEdit], capabilities: lsp.ClientCapabilities
) -> lsp.WorkspaceEdit:
    edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
    if edits is None or not edits.document_changes:
        return lsp.WorkspaceEdit(changes={uri: changes})
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, version)
    return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(identifier, list(changes))])
