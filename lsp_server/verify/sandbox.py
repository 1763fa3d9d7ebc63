"""Run one untrusted command: bounded in time, memory and output, without network where the system allows it.

It protects against accidents (endless loops, runaway memory, a stray download), not against an attacker: the command
still has the user's rights on files. That is why nothing runs without the user's consent.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

CHILD = Path(__file__).with_name("_child.py")
END_SECONDS = 5.0
"""Until the inner half itself is killed: a process that waits for a device cannot be."""
KEPT_VARIABLES = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "GOCACHE",
    "GOPATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
)


@frozen
class Limits:
    seconds: float = 60.0
    """Wall clock; processor time is bounded by the same number, rounded up."""
    memory_bytes: int = 2 << 30
    """Of each process's data segment, without what it shares; -1 means unbounded."""
    output_bytes: int = 200_000
    """Of standard output and error together; the rest is dropped and said."""


@frozen
class Outcome:
    returncode: int | None
    """None when the time ran out."""
    output: str
    seconds: float
    network: bool
    """True when the command could reach the network, because this system offers no way to prevent it."""

    @property
    def timed_out(self) -> bool:
        return self.returncode is None


async def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    variables: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    on_output: Callable[[str], None] | None = None,
) -> Outcome:
    """Run `argv` to its end; cancelling the task kills it with everything it started.

    `on_output` gets the output as it comes, as far as it is kept.

    The environment is a short list of the usual variables plus `variables`: keys and tokens do not reach the command.
    """
    limits = limits or Limits()
    environment = {k: os.environ[k] for k in KEPT_VARIABLES if k in os.environ} | dict(variables or {})
    if os.name == "nt":
        process = await _spawn(list(argv), cwd, environment, ())
        return await _collect(process, limits, on_output, network=True)
    status_read, status_write = os.pipe()
    try:
        bounds = {
            "cpu_seconds": int(limits.seconds) + 1,
            "memory_bytes": limits.memory_bytes,
            "status_fd": status_write,
        }
        wrapped = [sys.executable, "-I", str(CHILD), json.dumps(bounds), *argv]
        process = await _spawn(wrapped, cwd, environment, (status_write,))
    except BaseException:
        os.close(status_read)
        raise
    finally:
        os.close(status_write)
    try:
        outcome = await _collect(process, limits, on_output, network=True)
        isolated = os.read(status_read, 1) == b"1"
    finally:
        os.close(status_read)
    return Outcome(outcome.returncode, outcome.output, outcome.seconds, not isolated)


async def _spawn(
    argv: list[str], cwd: Path, environment: dict[str, str], pass_fds: tuple[int, ...]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        pass_fds=pass_fds,
    )


async def _collect(
    process: asyncio.subprocess.Process,
    limits: Limits,
    on_output: Callable[[str], None] | None,
    *,
    network: bool,
) -> Outcome:
    began = time.monotonic()
    kept = bytearray()
    dropped = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    async def read() -> None:
        nonlocal dropped
        assert process.stdout is not None
        while block := await process.stdout.read(65_536):
            room = limits.output_bytes - len(kept)
            piece = block[:room] if room > 0 else b""
            kept.extend(piece)
            if on_output is not None and (text := decoder.decode(piece)):
                on_output(text)
            dropped += max(0, len(block) - max(0, room))
        if os.name == "nt":
            await process.wait()

    timed_out = False
    try:
        await asyncio.wait_for(read(), limits.seconds)
    except asyncio.TimeoutError:
        timed_out = True
    finally:
        await _end(process)
    text = kept.decode("utf-8", "replace")
    if dropped:
        text += f"\n[{dropped} more bytes of output were dropped]"
    return Outcome(None if timed_out else process.returncode, text, time.monotonic() - began, network)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and whatever it left behind."""
    _send(process, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except asyncio.TimeoutError:
        _send(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        await process.wait()


def _send(process: asyncio.subprocess.Process, number: int) -> None:
    """As `Process.send_signal`, which may take the exit code before asyncio has it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)
