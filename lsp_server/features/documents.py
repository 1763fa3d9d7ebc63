"""The client's documents: immutable snapshots with positions, and where they are in the workspace."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from attrs import frozen
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from lsp_server.document import Document
from lsp_server.errors import AssistantError
from lsp_server.lines import PositionMap, encoding_name, positions_of


@frozen
class Snapshot:
    """A document as it was when a request arrived, with its positions."""

    document: Document
    positions: PositionMap


class Documents:
    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._snapshots: dict[str, Snapshot] = {}

    def snapshot(self, uri: str, version: int | None = None) -> Snapshot:
        """The open document `uri` as it is now; `version` is the one the request was made for."""
        synced = self._synced(uri)
        if synced is None:
            raise AssistantError("The document is not open in the editor: open it and try again.")
        if version is not None and synced.version is not None and version != synced.version:
            raise AssistantError("The text changed after this was asked for: select the code again.")
        known = self._snapshots.get(uri)
        if known and known.document.text is synced.source and known.document.version == synced.version:
            return known
        document = Document(
            uri, self.display_path(uri), synced.language_id or "", synced.source, synced.version
        )
        made = self._snapshots[uri] = Snapshot(document, positions_of(synced))
        return made

    def version(self, uri: str) -> int | None:
        """Of an open document, where the client counts; else None."""
        synced = self._synced(uri)
        return synced.version if synced else None

    def is_open(self, uri: str) -> bool:
        return self._synced(uri) is not None

    def forget(self, uri: str) -> None:
        self._snapshots.pop(uri, None)

    def positions(self, text: str) -> PositionMap:
        """Positions of a text in the code units agreed with the client."""
        return PositionMap(text, encoding_name(self._server.workspace.position_encoding))

    @property
    def folders(self) -> list[Path]:
        """The workspace folders that are on disk, in the client's order."""
        workspace = self._server.workspace
        paths = [to_fs_path(folder.uri) for folder in workspace.folders.values()] or [workspace.root_path]
        return [Path(path) for path in paths if path]

    def folder_of(self, uri: str) -> Path | None:
        """The workspace folder that contains a document; of nested ones the inner."""
        name = to_fs_path(uri)
        holders = [folder for folder in self.folders if name and Path(name).is_relative_to(folder)]
        return max(holders, key=lambda folder: len(folder.parts), default=None)

    def display_path(self, uri: str) -> str:
        name = to_fs_path(uri)
        if not name:
            return uri.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        folder = self.folder_of(uri)
        return Path(name).relative_to(folder).as_posix() if folder else Path(name).name

    def _synced(self, uri: str) -> TextDocument | None:
        found: TextDocument | None = self._server.workspace.text_documents.get(unquote(uri))
        return found
