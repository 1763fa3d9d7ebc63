"""The engine, seen from the client: its state as it changes; start, stop and restart on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygls.lsp.server import LanguageServer

from lsp_server import protocol
from lsp_server.engine.types import Engine, EngineStatus

if TYPE_CHECKING:
    from lsp_server.features.session import Session


def register(server: LanguageServer, session: Session) -> None:
    def watch(engine: Engine) -> None:
        def tell(status: EngineStatus) -> None:
            # One that was dropped while it connected may still fail, and is of no interest any more.
            if session.uses(engine):
                server.protocol.notify(protocol.STATUS, _view(status))

        if session.options.extension:
            engine.subscribe(tell)
            tell(engine.status)

    session.on_engine(watch)

    @server.feature(protocol.ENGINE_CONTROL)
    async def control(params: protocol.EngineControlParams) -> protocol.EngineControlResult:
        if params.command != "start":
            engine = session.engine
            await session.drop_engine()  # first: who waits for it must not start it anew
            if params.command == "stop" or engine.status.kind != "remote":
                await session.wiring.stop_engine(engine)
        if params.command == "stop":
            return protocol.EngineControlResult(f"The engine is {session.engine.status.state}.")
        engine = await session.ready_engine()
        status = await engine.start()
        return protocol.EngineControlResult(f"The engine is ready: {status.model}.")


def _view(status: EngineStatus) -> protocol.StatusParams:
    return protocol.StatusParams(
        state=status.state,
        kind=status.kind or "",
        model=status.model,
        board=status.board,
        detail=status.detail,
        progress=status.progress,
        context_window=status.context_window,
        tokens_per_second=status.tokens_per_second,
        pid=status.pid,
        button=status.button,
        facts=list(status.facts),
    )
