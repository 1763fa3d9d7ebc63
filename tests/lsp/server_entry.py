"""The language server with a scripted engine, as a process: argv is the user's prompt folder, and a JSON file of answers.

Beside the prompt folder may lie models.json, what can be downloaded: id, file, address, bytes and checksum of each model;
setup.json, one entry an installation: its steps as [message, progress], and why it failed; and machine.json, what the
machine does at any moment: with it there is idle work.

Four requests that only tests send drive the script; their parameters and results are JSON in a string.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.stdio import take_stdout

OUT = take_stdout()

from lsp_server.bootstrap import answer_initialize  # noqa: E402
from lsp_server.composition import load_library  # noqa: E402
from lsp_server.engine.types import PrefillProgress  # noqa: E402
from lsp_server.errors import AssistantError, EngineDied, EngineUnavailable  # noqa: E402
from lsp_server.features.session import Wiring  # noqa: E402
from lsp_server.idle.machine import Reading  # noqa: E402
from lsp_server.models.table import Gguf, Model  # noqa: E402
from lsp_server.server import create_server  # noqa: E402
from tests.scripted import End, Gate, ScriptedEngine, Step  # noqa: E402


def step(item: Any) -> Step:
    match item:
        case str():
            return item
        case {"prefill": [done, total]}:
            return PrefillProgress(done, total)
        case {"gate": name}:
            return Gate(name)
        case {"end": reason, "confidence": confidence}:
            return End(reason, confidence)
        case {"end": reason}:
            return End(reason)
        case {"error": "died"}:
            return EngineDied("The engine stopped while it answered.", button="showLog")
        case {"error": "unavailable"}:
            return EngineUnavailable("No engine could be started.", button="showLog")
        case {"error": "bug"}:
            return ValueError("secret in a traceback")
    raise ValueError(item)


@frozen
class LocalGguf(Gguf):
    """A file of a test's own server."""

    address: str = ""

    @property
    def url(self) -> str:
        return self.address


def load_models(path: Path) -> list[Model]:
    return [
        Model(entry["id"], entry["id"], "", "MIT", 1.0, "A test's.", gguf=LocalGguf(0, **entry["gguf"]))
        for entry in json.loads(path.read_text("utf-8"))
    ]


def installer(path: Path) -> Callable[[Callable[[str, float | None], None]], Awaitable[None]]:
    installations = iter(json.loads(path.read_text("utf-8")))

    async def install(report: Callable[[str, float | None], None]) -> None:
        installation = next(installations)
        for message, progress in installation["steps"]:
            report(message, progress)
        if reason := installation.get("failed"):
            raise AssistantError(reason, button="retrySetup")

    return install


def main() -> None:
    user_prompts = Path(sys.argv[1])
    setup, machine = user_prompts.parent / "setup.json", user_prompts.parent / "machine.json"
    logging.basicConfig(stream=sys.stderr, level="INFO")
    engine = ScriptedEngine()
    for answer in json.loads(Path(sys.argv[2]).read_text("utf-8")) if sys.argv[2:] else ():
        engine.enqueue(*map(step, answer))
    server = create_server(
        Wiring(
            make_engine=lambda settings: engine,
            stop_engine=lambda running: engine.stop(),
            load_library=partial(load_library, user_prompts),
            user_prompts=user_prompts,
            models=user_prompts.parent / "models",
            rates=user_prompts.parent / "rates.json",
            load_models=partial(load_models, user_prompts.parent / "models.json"),
            install=installer(setup) if setup.exists() else None,
            read_machine=(lambda own: Reading(**json.loads(machine.read_text())))
            if machine.exists()
            else None,
            quiet_seconds=0.05,
            answers=user_prompts.parent / "answers.db" if machine.exists() else None,
        )
    )

    @server.feature("test/script")
    async def script(params: Any) -> str:
        order = json.loads(params.json)
        for answer in order.get("answers", ()):
            engine.enqueue(*map(step, answer))
        for gate in order.get("close", ()):
            engine.close_gate(gate)
        for gate in order.get("open", ()):
            engine.open_gate(gate)
        engine.started = order.get("started", engine.started)
        if "status" in order:
            engine.become(**order["status"])
        return "done"

    @server.feature("test/requests")
    async def requests(params: Any) -> str:
        return json.dumps(
            [
                {
                    "messages": [[m.role, m.content] for m in r.messages],
                    "max_tokens": r.sampling.max_tokens,
                    "priority": r.priority.name,
                    "outcome": r.outcome,
                }
                for r in engine.requests
            ]
        )

    @server.feature("test/starts")
    async def starts(params: Any) -> str:
        return json.dumps(engine.starts)

    @server.feature("test/noise")
    async def noise(params: Any) -> str:
        print("a stray print")
        os.write(1, b"a stray write\n")
        subprocess.run(["echo", "a stray child"], check=True)
        return "quiet"

    reader, writer = answer_initialize(sys.stdin.buffer, OUT)
    server.start_io(reader, writer)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
