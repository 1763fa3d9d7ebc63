"""`ttAssistant/models` and `getModel`: which models the engine can have, and bringing one of the CPU's here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.lsp.server import LanguageServer

from lsp_server import protocol
from lsp_server.errors import DownloadFailed

if TYPE_CHECKING:
    from lsp_server.doctor.probe import Probe
    from lsp_server.features.session import Session
    from lsp_server.models.download import Download
    from lsp_server.models.table import BoardRun, Model, Table

REPORT_SECONDS = 0.1


def register(server: LanguageServer, session: Session) -> None:
    directory, load = session.wiring.models, session.wiring.load_models

    @server.feature(protocol.MODELS)
    async def models(params: protocol.ModelsParams) -> protocol.ModelsResult:
        status, board_models = session.engine.status, session.wiring.board_models
        if status.kind == "tt" and board_models is not None:
            return protocol.ModelsResult(
                await asyncio.to_thread(board_models, session.settings, status.board)
            )
        return protocol.ModelsResult(await asyncio.to_thread(lambda: _list(load(), directory)))

    @server.feature(protocol.GET_MODEL)
    async def get_model(params: protocol.GetModelParams) -> protocol.GetModelResult:
        from lsp_server.models.download import download

        def tell(done: int, total: int) -> None:
            server.protocol.notify(
                protocol.EVENT, protocol.EventParams(params.run_id, "download", done=done, total=total)
            )

        wanted = _find(await asyncio.to_thread(load), params.id, directory)
        return protocol.GetModelResult(str(await download(wanted, _now_and_then(tell))))


def on_board(table: Table, board: str, probe: Probe, home: str) -> list[protocol.ModelInfo]:
    """What runs on `board`, best supported first; on a board the table does not know, what runs on any."""
    from lsp_server.doctor import weights

    known = table.for_board(board)
    infos = []
    for model in known or [model for model in table.models if model.boards]:
        found = weights.check_weights(probe, model.hub, table, home)
        here = found.state == "ok"
        runs = "; ".join(_run(run) for run in model.boards if not known or run.board == board)
        infos.append(
            protocol.ModelInfo(
                model.id,
                model.name,
                model.about,
                0,
                path=found.what if here else "",
                licence=model.licence,
                runs=runs,
                use=model.hub,
                command="" if here else weights.download(model.hub, table),
            )
        )
    return infos


def _run(run: BoardRun) -> str:
    """ "n300: complete, 131,072 tokens, 44.2 tokens/s published"."""
    words: list[str] = [run.status]
    if run.context:
        words.append(f"{run.context:,} tokens")
    if run.speed is not None:
        words.append(f"{run.speed.tokens_per_second:g} tokens/s published")
    return f"{run.board}: {', '.join(words)}"


def _list(models: Sequence[Model], directory: Path) -> list[protocol.ModelInfo]:
    infos = []
    for model in models:
        wanted = _download(model, directory)
        path = str(wanted.target) if wanted.target.exists() else ""
        infos.append(protocol.ModelInfo(model.id, model.name, model.about, wanted.size, path, model.licence))
    return infos


def _find(models: Sequence[Model], id: str, directory: Path) -> Download:
    model = next((model for model in models if model.id == id), None)
    if model is None:
        raise DownloadFailed(f"There is no model {id!r} to download.", button="getModel")
    return _download(model, directory)


def _download(model: Model, directory: Path) -> Download:
    from lsp_server.models.download import Download

    assert model.gguf is not None, "only models with a file are offered"
    return Download(model.gguf.url, directory / model.gguf.file, model.gguf.sha256, model.gguf.bytes)


def _now_and_then(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Pass on the first, the last, and a few steps a second: every piece would flood the client."""
    told = 0.0

    def report(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if done == total or now - told >= REPORT_SECONDS:
            told = now
            tell(done, total)

    return report
