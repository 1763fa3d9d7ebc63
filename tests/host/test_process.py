"""The host as a process of its own: found, started, shared, killed, replaced. The backend is scripted, all else is real."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_asyncio

from lsp_server.engine import control, create_engine
from lsp_server.engine.choice import plan_host
from lsp_server.engine.client import HttpEngine
from lsp_server.engine.records import read_record
from lsp_server.engine.types import Delta, EngineStatus, Finished, Message, SamplingParams
from lsp_server.errors import EngineDied, EngineStopped, EngineUnavailable, ModelUnusable
from lsp_server.host.__main__ import EXIT_PORT
from lsp_server.settings import Settings
from tests.host.scripted_backend import ScriptedBackend, expected_text

LAUNCH = [sys.executable, str(Path(__file__).with_name("scripted_host.py"))]
MESSAGES = [Message("system", "S"), Message("user", "hello")]
PROMPT = ScriptedBackend().encode_chat([{"role": m.role, "content": m.content} for m in MESSAGES])


class Machine:
    """A run directory, and engines that use it as windows do."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._engines: list[HttpEngine] = []

    def engine(self, model: str = "", **settings: Any) -> HttpEngine:
        engine = create_engine(
            self.settings(model, **settings),
            runtime_dir=self.directory,
            data_dir=self.directory,
            launch=LAUNCH,
        )
        assert isinstance(engine, HttpEngine)
        self._engines.append(engine)
        return engine

    @staticmethod
    def settings(model: str = "", **settings: Any) -> Settings:
        return attrs.evolve(Settings(), engine_backend="cpu", engine_model=model, **settings)

    def key(self, model: str = "") -> str:
        return plan_host(self.settings(model), self.directory, LAUNCH).key

    async def aclose(self) -> None:
        for engine in self._engines:
            await engine.aclose()
        if self.directory.exists() and self.directory.stat().st_uid == os.getuid():
            for record in control.running(self.directory):
                assert await control.stop(record)


@pytest_asyncio.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    machine = Machine(tmp_path / "run")
    yield machine
    await machine.aclose()


async def answer(engine: HttpEngine, tokens: int = 8) -> str:
    text, last = "", None
    async with aclosing(engine.generate(MESSAGES, SamplingParams(max_tokens=tokens))) as events:
        async for last in events:
            text += last.text if isinstance(last, Delta) else ""
    assert isinstance(last, Finished)
    return text


async def until(engine: HttpEngine, wanted: Callable[[EngineStatus], bool]) -> EngineStatus:
    reached: asyncio.Future[EngineStatus] = asyncio.get_running_loop().create_future()
    end = engine.subscribe(lambda s: reached.set_result(s) if wanted(s) and not reached.done() else None)
    try:
        return engine.status if wanted(engine.status) else await asyncio.wait_for(reached, 30)
    finally:
        end()


async def test_the_first_request_starts_a_host_that_streams(machine: Machine) -> None:
    engine = machine.engine()

    assert engine.status.state == "stopped"
    assert await answer(engine, 20) == expected_text(PROMPT, 20)
    assert engine.status.pid is not None
    assert await engine.count("héllo") == 5


async def test_start_waits_until_the_model_is_loaded(machine: Machine) -> None:
    engine = machine.engine()
    seen: list[str] = []
    engine.subscribe(lambda status: seen.append(status.state))

    status = await engine.start()

    assert (status.state, status.kind, status.model) == ("ready", "cpu", "scripted")
    assert seen[0] == "starting"


async def test_two_windows_starting_at_once_share_one_host(machine: Machine) -> None:
    windows = [machine.engine() for _ in range(3)]

    started = await asyncio.gather(*(window.start() for window in windows))

    assert len({status.pid for status in started}) == 1
    assert len(control.running(machine.directory)) == 1


async def test_the_host_outlives_the_window_and_is_found_again(machine: Machine) -> None:
    first = machine.engine()
    pid = (await first.start()).pid
    await first.aclose()

    assert (await machine.engine().start()).pid == pid


async def test_the_host_is_in_a_session_of_its_own(machine: Machine) -> None:
    pid = (await machine.engine().start()).pid

    assert pid is not None
    assert os.getsid(pid) == pid != os.getsid(0)


async def test_other_settings_are_another_host(machine: Machine) -> None:
    one = await machine.engine().start()
    other = await machine.engine(engine_context_window=2048).start()

    assert one.pid != other.pid


async def test_a_host_killed_in_an_answer_is_told_and_the_next_request_starts_another(
    machine: Machine,
) -> None:
    engine = machine.engine("slow")
    pid = (await engine.start()).pid
    assert pid is not None

    with pytest.raises(EngineDied, match="Try again"):
        async with aclosing(engine.generate(MESSAGES, SamplingParams(max_tokens=3000))) as events:
            async for event in events:
                if isinstance(event, Delta):
                    os.kill(pid, signal.SIGKILL)

    assert await answer(engine) == expected_text(PROMPT, 8)
    assert (await until(engine, lambda status: status.pid not in (None, pid))).state in ("ready", "busy")


async def test_a_host_killed_while_idle_is_replaced_without_an_error(machine: Machine) -> None:
    engine = machine.engine()
    pid = (await engine.start()).pid
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    await until(engine, lambda status: status.state == "stopped")

    assert await answer(engine) == expected_text(PROMPT, 8)


async def test_what_a_killed_host_left_does_not_hinder_the_next(machine: Machine) -> None:
    first = machine.engine()
    pid = (await first.start()).pid
    assert pid is not None
    await first.aclose()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert read_record(machine.directory, machine.key()) is not None

    second = machine.engine()

    assert control.running(machine.directory) == []
    assert (await second.start()).pid != pid


async def test_a_window_adopts_the_host_that_another_window_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.engine.status.SEARCH_SECONDS", 0.01)
    watching, acting = machine.engine(), machine.engine()
    await watching.start()
    await acting.start()

    await acting.stop()
    await until(watching, lambda status: status.state == "stopped")
    again = await acting.start()

    assert (await until(watching, lambda status: status.state == "ready")).pid == again.pid


async def test_stop_ends_the_host_and_its_files(machine: Machine) -> None:
    engine = machine.engine()
    await engine.start()

    await engine.stop()

    assert engine.status.state == "stopped"
    assert not list(machine.directory.glob("*.json"))
    assert not list(machine.directory.glob("*.sock"))


async def test_sigterm_leaves_cleanly(machine: Machine) -> None:
    engine = machine.engine()
    pid = (await engine.start()).pid
    assert pid is not None

    os.kill(pid, signal.SIGTERM)
    await until(engine, lambda status: status.state == "stopped")

    assert os.waitpid(pid, 0)[1] == 0
    assert "Left" in (machine.directory / f"{machine.key()}.log").read_text()


async def test_a_load_that_fails_is_told_with_a_button_and_tried_anew(machine: Machine) -> None:
    engine = machine.engine("missing")

    with pytest.raises(ModelUnusable, match="does not exist") as refused:
        await engine.start()
    failed = await until(engine, lambda status: status.state == "failed")
    with pytest.raises(ModelUnusable):
        await answer(engine)

    assert refused.value.button == failed.button == "chooseModel"
    assert "does not exist" in failed.detail


async def test_requests_at_the_same_time_are_all_told_why_the_load_failed(machine: Machine) -> None:
    """One that hears of it closes the connection, and another window asks the failed host to leave."""
    windows = [machine.engine("missing"), machine.engine("missing")]

    told = await asyncio.gather(
        *(window.start() for window in windows * 4),
        *(answer(window) for window in windows * 4),
        return_exceptions=True,
    )

    assert {type(error) for error in told} == {ModelUnusable}


async def test_once_the_cause_is_mended_a_request_loads_the_model(machine: Machine) -> None:
    """The failed host was taken for a running one by who looks for a successor, and was never replaced."""
    engine = machine.engine("later")
    with pytest.raises(ModelUnusable):
        await engine.start()
    await until(engine, lambda status: status.state == "failed")
    assert await engine._adopt() is None

    (machine.directory / "there").touch()

    assert await answer(engine) == expected_text(PROMPT, 8)


async def test_a_host_that_is_to_leave_without_windows_serves_the_one_that_started_it(
    machine: Machine,
) -> None:
    engine = machine.engine(engine_idle_minutes=0)

    assert (await engine.start()).state == "ready"
    assert await answer(engine) == expected_text(PROMPT, 8)


async def test_an_engine_that_was_dropped_starts_no_host(machine: Machine) -> None:
    engine = machine.engine()
    await engine.start()
    await engine.aclose()
    await engine.stop()

    with pytest.raises(EngineStopped):
        await answer(engine)

    assert control.running(machine.directory) == []


async def test_an_engine_that_was_stopped_while_its_host_started_leaves_no_host(machine: Machine) -> None:
    engine = machine.engine()
    starting = asyncio.ensure_future(engine.start())
    await until(engine, lambda status: status.state == "starting")

    await engine.aclose()
    await engine.stop()

    with pytest.raises(EngineStopped):
        await starting
    assert control.running(machine.directory) == []


async def test_stopped_by_another_window_while_it_loads_is_told_as_that(machine: Machine) -> None:
    """It was called a lack of memory."""
    engine = machine.engine("killed")
    starting = asyncio.ensure_future(engine.start())
    await until(engine, lambda status: status.state == "loading")
    (record,) = control.running(machine.directory)

    try:
        assert await control.stop(record)
        with pytest.raises(EngineStopped, match="in the meantime"):
            await starting
    finally:
        (machine.directory / "end").touch()


async def test_dropped_while_it_loads_is_told_as_that(machine: Machine) -> None:
    engine = machine.engine("killed")
    starting = asyncio.ensure_future(engine.start())
    await until(engine, lambda status: status.state == "loading")

    try:
        await engine.aclose()
        with pytest.raises(EngineStopped, match="in the meantime"):
            await starting
    finally:
        (machine.directory / "end").touch()


async def test_a_host_that_cannot_start_is_told_with_the_last_line_of_its_log(machine: Machine) -> None:
    engine = machine.engine("crash")

    with pytest.raises(EngineUnavailable, match="could not be started: ImportError: no module named nothing"):
        await engine.start()

    assert engine.status.state == "failed"
    assert engine.status.button == "showLog"


@pytest.mark.parametrize(
    ("model", "words", "button"),
    [
        ("abort", "while it loaded the model: ggml_abort: not enough space in the context", "showLog"),
        ("killed", "could not say why. Most often the memory did not suffice", "chooseModel"),
    ],
)
async def test_a_host_that_ends_while_it_loads_is_told_with_its_last_words(
    machine: Machine, model: str, words: str, button: str
) -> None:
    engine = machine.engine(model)

    starting = asyncio.ensure_future(engine.start())
    await until(engine, lambda status: status.state == "loading")
    (machine.directory / "end").touch()
    with pytest.raises(EngineUnavailable, match=words) as told:
        await starting

    assert told.value.button == button


async def test_an_interpreter_that_does_not_exist_is_told(machine: Machine, tmp_path: Path) -> None:
    launch = [str(tmp_path / "no-python")]
    engine = create_engine(
        Machine.settings(), runtime_dir=machine.directory, data_dir=tmp_path, launch=launch
    )

    with pytest.raises(EngineUnavailable, match="no-python"):
        await engine.start()
    await engine.aclose()


async def test_an_idle_host_of_an_older_version_is_replaced(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = machine.engine()
    pid = (await old.start()).pid
    await old.aclose()
    monkeypatch.setattr("lsp_server.engine.launcher.__version__", "99.0")

    assert await retried(machine, lambda status: status.pid != pid)


async def test_an_older_host_in_use_is_shared(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    holding = machine.engine()
    pid = (await holding.start()).pid
    monkeypatch.setattr("lsp_server.engine.launcher.__version__", "99.0")

    assert (await machine.engine().start()).pid == pid


async def retried(machine: Machine, wanted: Callable[[EngineStatus], bool]) -> bool:
    """The old host notices the closed lease a moment after we closed it, so the first try may find it in use."""
    for _ in range(50):
        engine = machine.engine()
        status = await engine.start()
        await engine.aclose()
        if wanted(status):
            return True
    return False


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root to give a file away")
@pytest.mark.parametrize("foreign", ["directory", "record", "socket"])
async def test_what_belongs_to_another_user_is_refused(machine: Machine, foreign: str) -> None:
    machine.directory.mkdir(mode=0o700)
    record, sock = machine.directory / f"{machine.key()}.json", machine.directory / "x.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(sock))
        record.write_text(
            json.dumps(
                {
                    "pid": 1,
                    "version": "1",
                    "url": None,
                    "socket": str(sock),
                    "token": "",
                    "model": "",
                    "started": 0,
                }
            )
        )
        path = {"directory": machine.directory, "record": record, "socket": sock}[foreign]
        os.chown(path, 12345, 12345)

        with pytest.raises(EngineUnavailable, match="another user"):
            await machine.engine().start()
        os.chown(path, os.getuid(), -1)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"socket": "/nowhere"}', "null"])
async def test_a_record_that_makes_no_sense_is_ignored(machine: Machine, content: str) -> None:
    machine.directory.mkdir(mode=0o700)
    (machine.directory / f"{machine.key()}.json").write_text(content)

    assert (await machine.engine().start()).state == "ready"


async def test_control_starts_lists_describes_and_stops(machine: Machine) -> None:
    record = await control.start(Machine.settings(), machine.directory, LAUNCH)

    assert control.running(machine.directory) == [record]
    assert (await control.describe(record))["pid"] == record.pid
    assert await control.stop(record)
    assert control.running(machine.directory) == []


async def test_closing_an_answer_early_frees_the_engine(machine: Machine) -> None:
    engine = machine.engine("slow")
    async with aclosing(engine.generate(MESSAGES, SamplingParams(max_tokens=3000))) as events:
        async for event in events:
            if isinstance(event, Delta):
                break

    status = await until(engine, lambda status: status.state == "ready")

    assert status.state == "ready"


def test_a_port_that_is_taken_is_one_sentence_and_a_status_of_its_own(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        host = subprocess.run(
            [*LAUNCH, "--runtime-dir", str(tmp_path / "run"), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert host.returncode == EXIT_PORT
    (line,) = host.stderr.splitlines()
    assert f"Port {port} cannot be listened on: Address already in use." in line
    assert not list((tmp_path / "run").glob("*.sock"))


def test_a_number_that_is_no_port_is_the_same_sentence(tmp_path: Path) -> None:
    command = [*LAUNCH, "--runtime-dir", str(tmp_path / "run"), "--port", "70000"]

    host = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert host.returncode == EXIT_PORT
    assert "Port 70000 cannot be listened on" in host.stderr and "Traceback" not in host.stderr
