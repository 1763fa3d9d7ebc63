"""The sandbox ends what does not end, keeps the network out where it can, and passes no secrets on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from lsp_server.verify.sandbox import Limits, run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    outcome = await run(python("print('hello'); raise SystemExit(3)"), cwd=tmp_path)

    assert (outcome.returncode, outcome.output) == (3, "hello\n")


async def test_an_endless_loop_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )

    outcome = await run(python(code), cwd=tmp_path, limits=Limits(seconds=1.5))

    assert outcome.timed_out
    assert await gone(int(outcome.output))


LEAVES = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
inner = f"import subprocess; print(subprocess.Popen({sleep}, start_new_session=True, stdout=-3, stderr=-3).pid, flush=True)"
subprocess.Popen([sys.executable, "-c", inner], start_new_session=True).wait()
"""
"""Starts a process in a session of its own, whose parent is gone, and prints its number."""
on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux hands on what lost its parent"
)


@on_linux
@pytest.mark.parametrize("end", ["", "time.sleep(600)"])
async def test_what_left_for_a_session_of_its_own_is_ended_too(tmp_path: Path, end: str) -> None:
    """It was not in the process group that was killed, and went on after Stop."""
    outcome = await run(python(LEAVES + end), cwd=tmp_path, limits=Limits(seconds=5 if end else 60))

    assert outcome.timed_out is bool(end)
    assert await gone(int(outcome.output))


@on_linux
async def test_cancelling_ends_what_left_for_a_session_of_its_own(tmp_path: Path) -> None:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(
        run(python(LEAVES + "time.sleep(600)"), cwd=tmp_path, on_output=told.set_result)
    )
    pid = int(await asyncio.wait_for(told, 30))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await gone(pid)


async def test_what_a_child_says_after_the_command_ended_is_kept(tmp_path: Path) -> None:
    child = "import time; time.sleep(0.5); print('late')"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]); sys.exit(3)"

    outcome = await run(python(code), cwd=tmp_path)

    assert (outcome.returncode, outcome.output) == (3, "late\n")


async def test_the_signal_that_ended_the_command_comes_back(tmp_path: Path) -> None:
    outcome = await run(python("import os, signal; os.kill(os.getpid(), signal.SIGTERM)"), cwd=tmp_path)

    assert outcome.returncode == -15


async def test_the_exit_code_of_short_commands_is_never_lost(tmp_path: Path) -> None:
    """asyncio told 255 when the command ended just as it was to be ended."""
    outcomes = await asyncio.gather(*(run(["false"], cwd=tmp_path) for _ in range(30)))

    assert {outcome.returncode for outcome in outcomes} == {1}


async def test_the_command_gets_signals_as_ever(tmp_path: Path) -> None:
    code = (
        "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getsignal(signal.SIGCHLD))"
    )

    outcome = await run(python(code), cwd=tmp_path)

    assert outcome.output in ("set() 0\n", "set() Handlers.SIG_DFL\n")


async def gone(pid: int) -> bool:
    """Wait until a killed process has left; a zombie has."""
    for _ in range(500):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):  # the second where it leaves while it is read
            return True
        await asyncio.sleep(0.01)
    return False


async def test_cancelling_kills_the_command(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    code = f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    task = asyncio.ensure_future(run(python(code), cwd=tmp_path))
    while not (started.exists() and started.read_text()):
        await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not Path(f"/proc/{started.read_text()}").exists()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent has gone"
)
async def test_a_killed_server_takes_the_command_along(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
    server = (
        "import asyncio, pathlib\n"
        "from lsp_server.verify.sandbox import run\n"
        "tell = lambda text: print(text, end='', flush=True)\n"
        f"asyncio.run(run({command!r}, cwd=pathlib.Path({str(tmp_path)!r}), on_output=tell))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", server, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await asyncio.wait_for(process.stdout.readline(), 20))

    process.kill()
    await process.wait()

    assert await gone(pid)


@on_linux
async def test_a_killed_server_takes_along_what_left_for_a_session_of_its_own(tmp_path: Path) -> None:
    server = (
        "import asyncio, pathlib\n"
        "from lsp_server.verify.sandbox import run\n"
        "tell = lambda text: print(text, end='', flush=True)\n"
        f"command = {python(LEAVES + 'time.sleep(600)')!r}\n"
        f"asyncio.run(run(command, cwd=pathlib.Path({str(tmp_path)!r}), on_output=tell))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", server, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await asyncio.wait_for(process.stdout.readline(), 30))

    process.kill()
    await process.wait()

    assert await gone(pid)


async def test_output_is_bounded_and_says_so(tmp_path: Path) -> None:
    outcome = await run(python("print('x' * 1_000_000)"), cwd=tmp_path, limits=Limits(output_bytes=100))

    assert (
        outcome.output.startswith("x" * 100 + "\n[") and "more bytes of output were dropped" in outcome.output
    )


async def test_memory_is_bounded(tmp_path: Path) -> None:
    outcome = await run(python("b'x' * (1 << 30)"), cwd=tmp_path, limits=Limits(memory_bytes=256 << 20))

    assert outcome.returncode == 1 and "MemoryError" in outcome.output


async def test_secrets_in_the_environment_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TT_ASSISTANT_API_KEY", "secret")

    outcome = await run(
        python("import os; print(sorted(os.environ))"), cwd=tmp_path, variables={"EXTRA": "1"}
    )

    assert "TT_ASSISTANT_API_KEY" not in outcome.output and "EXTRA" in outcome.output


async def test_the_network_is_out_of_reach_but_the_loopback_works(tmp_path: Path) -> None:
    """Where the system offers no namespaces, the outcome says that the network was within reach."""
    code = (
        "import socket\n"
        "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()); print('loopback')\n"
        "print(sorted(name for _, name in socket.if_nameindex()))\n"
    )

    outcome = await run(python(code), cwd=tmp_path)

    assert "loopback" in outcome.output
    assert outcome.network or "['lo']" in outcome.output


async def test_a_missing_command_is_said(tmp_path: Path) -> None:
    outcome = await run(["no-such-program"], cwd=tmp_path)

    assert outcome.returncode == 127 and "cannot start no-such-program" in outcome.output
