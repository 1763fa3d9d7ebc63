"""`python -m bench.stub_server`: the language server as users start it, with an engine that is always ready.

For `bench scale`, where the time of a model is not what is measured: idle work is on and hastened. It goes on after a
twentieth of a second in place of a second, so that it is in the way of most edits.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Sequence

from attrs import evolve

from lsp_server.engine.types import (
    Delta,
    EngineEvent,
    EngineStatus,
    Finished,
    Message,
    Priority,
    SamplingParams,
    Usage,
)
from lsp_server.idle.machine import Reading
from lsp_server.stdio import take_stdout

MODEL = "stub"
ANSWER = "Chooses the first ones that are above the limit."
ANSWER_SECONDS = 0.02
QUIET_SECONDS = 0.05


class StubEngine:
    """Says one thing, whatever it is asked."""

    status = EngineStatus("ready", "cpu", MODEL, context_window=4096)

    def subscribe(self, listener: Callable[[EngineStatus], None]) -> Callable[[], None]:
        return lambda: None

    async def start(self) -> EngineStatus:
        return self.status

    async def generate(
        self, messages: Sequence[Message], sampling: SamplingParams, priority: Priority = Priority.ACTION
    ) -> AsyncGenerator[EngineEvent, None]:
        await asyncio.sleep(ANSWER_SECONDS)
        if sampling.max_tokens:
            yield Delta(ANSWER)
        yield Finished("stop" if sampling.max_tokens else "length", Usage())

    async def count(self, messages: Sequence[Message] | str) -> int:
        texts = [messages] if isinstance(messages, str) else [message.content for message in messages]
        return sum(len(text) // 4 for text in texts)

    async def stop(self) -> None:
        return None

    async def aclose(self) -> None:
        return None


def main() -> None:
    """As lsp_server.__main__ does it."""
    from lsp_server.__main__ import SWITCH_SECONDS, parse_arguments
    from lsp_server.bootstrap import answer_initialize
    from lsp_server.composition import compose
    from lsp_server.garbage import collect_rarely
    from lsp_server.server import create_server

    out, arguments = take_stdout(), parse_arguments()
    sys.setswitchinterval(SWITCH_SECONDS)
    reader, writer = answer_initialize(sys.stdin.buffer, out)
    wiring = evolve(
        compose(arguments.data_dir, arguments.runtime_dir, arguments.native_dir, os.environ),
        make_engine=lambda settings: StubEngine(),
        read_machine=lambda own: Reading(on_battery=False, others=0.0),
        quiet_seconds=QUIET_SECONDS,
    )
    server = create_server(wiring)
    collect_rarely()
    server.start_io(reader, writer)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
