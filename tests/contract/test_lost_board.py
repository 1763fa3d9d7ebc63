"""A board that hangs, dies or is held: what the user is told, that the process ends, and that the next question is answered.

Real processes throughout: the engine's client, the host over the stand-ins, and what faulthandler does to it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import attrs
import psutil
import pytest
import pytest_asyncio

from lsp_server.engine import control, create_engine
from lsp_server.engine.client import HttpEngine
from lsp_server.engine.types import Delta, EngineStatus, Message, SamplingParams
from lsp_server.errors import EngineDied, EngineError
from lsp_server.settings import Settings
from tests.contract.double import model
from tests.contract.double.tokenizer import Tokenizer
from tests.contract.harness import stand_ins, weights

pytestmark = pytest.mark.timeout(120)
LAUNCH = [sys.executable, str(Path(__file__).with_name("board_host.py"))]
GENERATION = "G4"
CHAT = [
    Message("user", "What does mean() compute?"),
    Message("assistant", "The mean."),
    Message("user", "Of what?"),
]
RESET = "Run `tt-smi -r`"


class Machine:
    """A workstation whose board does what `fails` says, from now on."""

    def __init__(self, folder: Path) -> None:
        self.runtime = folder / "run"
        self.faults = folder / "faults.json"
        self.fails()
        settings = attrs.evolve(
            Settings(),
            engine_backend="tt",
            engine_model=str(weights()),
            engine_context_window=2048,
            tt_home=str(stand_ins(GENERATION)),
            tt_python=sys.executable,
        )
        engine = create_engine(settings, runtime_dir=self.runtime, data_dir=folder, launch=LAUNCH)
        assert isinstance(engine, HttpEngine)
        self.engine = engine

    def fails(self, **faults: Any) -> None:
        """Replace the file in one step: the host reads it at every call."""
        new = self.faults.with_suffix(".new")
        new.write_text(json.dumps(faults))
        new.replace(self.faults)

    async def status(self, wanted: Callable[[EngineStatus], bool]) -> EngineStatus:
        reached: asyncio.Future[EngineStatus] = asyncio.get_running_loop().create_future()
        end = self.engine.subscribe(
            lambda s: reached.set_result(s) if wanted(s) and not reached.done() else None
        )
        try:
            return self.engine.status if wanted(self.engine.status) else await asyncio.wait_for(reached, 30)
        finally:
            end()


@pytest_asyncio.fixture
async def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Machine]:
    for name in ("MESH_DEVICE", "HF_MODEL", "LLAMA_DIR", "TT_CACHE_PATH"):
        monkeypatch.delenv(name, raising=False)
    made = Machine(tmp_path)
    monkeypatch.setenv("CONTRACT_GENERATION", GENERATION)
    monkeypatch.setenv("CONTRACT_FAULTS", str(made.faults))
    yield made
    await made.engine.aclose()
    for record in control.running(made.runtime):
        assert await control.stop(record)


async def ask(engine: HttpEngine) -> str:
    text = ""
    async with aclosing(engine.generate(CHAT, SamplingParams(temperature=0, max_tokens=12))) as events:
        async for event in events:
            text += event.text if isinstance(event, Delta) else ""
    return text


def expected() -> str:
    tokenizer = Tokenizer()
    messages = [{"role": message.role, "content": message.content} for message in CHAT]
    rendered = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return model.text_of(model.greedy(tokenizer.encode(rendered, add_special_tokens=False), 12, 2048))


async def gone(pid: int | None) -> None:
    """The process has ended, whatever its library's clean-up waits for."""
    assert pid is not None
    for _ in range(600):
        if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)
            continue
        return
    raise AssertionError(f"process {pid} stays")


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        ({"hang_decode": True}, RESET),
        ({"hang_decode": True, "holds_interpreter": True}, RESET),
        (
            {"on_decode": "TIMEOUT: device timeout, potential hang detected, the device is unrecoverable"},
            RESET,
        ),
        (
            {
                "abort_decode": "terminate called after throwing: TIMEOUT: device timeout, potential hang detected"
            },
            RESET,
        ),
    ],
    ids=["hangs", "hangs with the interpreter", "dies", "takes the process along"],
)
async def test_a_board_that_fails_is_told_with_its_fix_and_the_same_chat_goes_on(
    machine: Machine, faults, says
):
    assert await ask(machine.engine) == expected()
    pid = machine.engine.status.pid
    machine.fails(**faults)

    with pytest.raises(EngineError, match=says) as told:
        await ask(machine.engine)

    status = await machine.status(lambda status: status.state == "failed")
    assert status.detail == told.value.message
    await gone(pid)
    assert machine.engine.status.detail == told.value.message, "the status keeps saying it"
    machine.fails()
    assert await ask(machine.engine) == expected()
    assert (await machine.status(lambda status: status.state == "ready")).pid not in (None, pid)


@pytest.mark.parametrize("holds_interpreter", [False, True])
async def test_a_board_that_somebody_unseen_holds_is_told_with_the_pid(machine: Machine, holds_interpreter):
    """A process of another container: only ttnn's own line tells of it, and the call may block all of Python."""
    machine.fails(holder=4711, holds_interpreter=holds_interpreter)

    with pytest.raises(EngineError, match=r"Process 4711 is using the board\. Close it"):
        await machine.engine.start()

    assert machine.engine.status.state == "failed"
    assert "Process 4711" in machine.engine.status.detail
    machine.fails()
    assert await ask(machine.engine) == expected()
    assert len(control.running(machine.runtime)) == 1


async def test_a_host_that_waits_for_a_held_board_does_not_stay_to_take_it(machine: Machine):
    """Its blocked call would get the board once it is free, with nobody to use it."""
    machine.fails(holder=4711)
    with pytest.raises(EngineError, match="Process 4711"):
        await machine.engine.start()
    (record,) = control.running(machine.runtime)

    await gone(record.pid)

    assert "Process 4711" in machine.engine.status.detail


async def test_a_host_that_ends_for_a_reason_nobody_knows_is_told_so(machine: Machine):
    assert await ask(machine.engine) == expected()
    machine.fails(abort_decode="terminate called without an active exception")

    with pytest.raises(EngineDied, match="Try again: it will be started anew"):
        await ask(machine.engine)

    machine.fails()
    assert await ask(machine.engine) == expected()


async def test_the_log_has_the_librarys_own_words(machine: Machine):
    assert await ask(machine.engine) == expected()
    machine.fails(on_decode="TT_FATAL: nobody knows this text")

    with pytest.raises(EngineError, match="the log has its words"):
        await ask(machine.engine)

    (log,) = machine.runtime.glob("*.log")
    assert "answering" in log.read_text() and "TT_FATAL: nobody knows this text" in log.read_text()


async def test_a_killed_host_is_replaced_and_the_same_chat_goes_on(machine: Machine):
    assert await ask(machine.engine) == expected()
    pid = machine.engine.status.pid
    assert pid is not None

    os.kill(pid, 9)

    await machine.status(lambda status: status.state == "stopped")
    assert await ask(machine.engine) == expected()
