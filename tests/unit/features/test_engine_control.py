"""What the client is told of the engine's state."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from lsp_server import protocol
from lsp_server.features import engine_control
from lsp_server.features.session import Session, Wiring
from tests.scripted import ScriptedEngine


class Telling:
    """A server of which only what it tells is of interest."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.protocol = self

    def feature(self, name: str) -> Any:
        return lambda handler: handler

    def notify(self, method: str, params: protocol.StatusParams) -> None:
        assert method == protocol.STATUS
        self.states.append(params.state)


async def test_an_engine_that_was_dropped_tells_nothing_more() -> None:
    """Its failure, told late, painted the status bar red although the next engine was ready."""
    old, new = ScriptedEngine(), ScriptedEngine()
    engines = iter((old, new))

    wiring = Wiring(
        make_engine=lambda settings: next(engines),
        load_library=cast(Any, None),
        stop_engine=lambda engine: old.stop(),
        user_prompts=Path(),
        models=Path(),
        load_models=lambda: (),
    )
    server = Telling()
    session = Session(cast(Any, server), wiring)
    session.options = protocol.InitializationOptions(extension=True)
    engine_control.register(cast(Any, server), session)
    assert session.engine is old
    await session.drop_engine()
    assert session.engine is new

    old.become(state="failed")
    new.become(state="busy")

    assert server.states == ["ready", "ready", "busy"]
