"""What the client is told of the engine's state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from lsp_server import protocol
from lsp_server.engine.types import Engine
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


def wiring(make: Callable[[], Engine], stop: Callable[[Engine], Awaitable[None]]) -> Wiring:
    return Wiring(
        make_engine=lambda settings: make(),
        load_library=cast(Any, None),
        stop_engine=stop,
        user_prompts=Path(),
        models=Path(),
        load_models=lambda: (),
    )


async def test_an_engine_that_was_dropped_tells_nothing_more() -> None:
    """Its failure, told late, painted the status bar red although the next engine was ready."""
    old, new = ScriptedEngine(), ScriptedEngine()
    engines = iter((old, new))

    async def stop(engine: Engine) -> None:
        await old.stop()

    server = Telling()
    session = Session(cast(Any, server), wiring(lambda: next(engines), stop))
    session.options = protocol.InitializationOptions(extension=True)
    engine_control.register(cast(Any, server), session)
    assert session.engine is old
    await session.drop_engine()
    assert session.engine is new

    old.become(state="failed")
    new.become(state="busy")

    assert server.states == ["ready", "ready", "busy"]


async def test_stop_lets_go_of_the_engine_first_so_that_who_waits_for_it_does_not_start_it_anew() -> None:
    done: list[str] = []

    class Watched(ScriptedEngine):
        async def aclose(self) -> None:
            done.append("let go")

    async def stop(engine: Engine) -> None:
        done.append("stopped")

    handlers: dict[str, Any] = {}
    server = Telling()
    server.feature = lambda name: lambda handler: handlers.setdefault(name, handler)  # type: ignore[method-assign]
    session = Session(cast(Any, server), wiring(Watched, stop))
    engine_control.register(cast(Any, server), session)
    assert session.engine.status.state == "ready"

    await handlers[protocol.ENGINE_CONTROL](protocol.EngineControlParams("stop"))

    assert done == ["let go", "stopped"]
