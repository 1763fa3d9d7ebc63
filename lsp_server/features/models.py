"""`ttAssistant/models`: which models can be had for the CPU engine, and which are already here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.lsp.server import LanguageServer

from lsp_server import protocol

if TYPE_CHECKING:
    from lsp_server.features.session import Session


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(protocol.MODELS)
    async def models(params: protocol.ModelsParams) -> protocol.ModelsResult:
        return protocol.ModelsResult(await asyncio.to_thread(_list, session.wiring.models))


def _list(directory: Path) -> list[protocol.ModelInfo]:
    from lsp_server.models import table

    infos = []
    for model in table.load().downloads():
        assert model.gguf is not None, "downloads() gives only models with a file"
        file = directory / model.gguf.file
        path = str(file) if file.exists() else ""
        infos.append(
            protocol.ModelInfo(model.id, model.name, model.about, model.gguf.bytes, path, model.licence)
        )
    return infos
