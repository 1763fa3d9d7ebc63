"""Ask the project's own linters and type checker whether a proposed text has findings that the old text had not.

Only tools the project configures and has installed are run, only in trusted workspaces, on text given through standard
input, a shadow file or a copy of the project: nothing is written into the project itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lsp_server.edits.types import Check
from lsp_server.errors import EditRefused
from lsp_server.verify import sandbox
from lsp_server.verify.linter_table import LINTERS, Linter
from lsp_server.verify.project_copy import cargo_variables, project_copy
from lsp_server.verify.tool_folders import tool_folder
from lsp_server.verify.verdict import NOT_ALLOWED

T = TypeVar("T")

SECONDS = 20.0
LONGEST = 160
"""Characters told of why a tool did not run."""
SANDBOX = sandbox.Limits(seconds=SECONDS, output_bytes=4_000_000)


class _NotRunError(Exception):
    """A tool ended without having looked at the text; says why."""


async def check(
    root: Path,
    file: Path,
    language: str,
    old: str | None,
    new: str,
    *,
    tests: bool = False,
    run_code: bool = False,
) -> list[Check]:
    """One Check for each linter the project configures for `language`: no new finding, the new ones, or why not known.

    `old` is None for a file that is not there yet. `tests`: it is a file of tests.
    A linter that may run the text itself is asked only with the consent to run code, and in the sandbox.
    """
    asked = []
    for linter in LINTERS:
        if tests and not linter.tests:
            continue
        if language in linter.languages and await asyncio.to_thread(linter.configured, root):
            asked.append(_ask(linter, root, file, old, new, run_code))
    return list(await asyncio.gather(*asked))


async def _ask(linter: Linter, root: Path, file: Path, old: str | None, new: str, run_code: bool) -> Check:
    name = f"no new {linter.name} finding"
    program = await asyncio.to_thread(_executable, linter.program or linter.name, root)
    if program is None:
        return Check(name, None, f"{linter.name} is configured but not installed")
    boxed = await asyncio.to_thread(linter.runs_code, root, file)
    if boxed and not run_code:
        return Check(name, None, NOT_ALLOWED)
    try:
        runs = [_findings(linter, program, root, file, text, boxed) for text in (old, new)]
        ended = await asyncio.gather(*runs, return_exceptions=True)
        before, after = (_raised(result) for result in ended)
    except asyncio.TimeoutError:
        return Check(name, None, f"{linter.name} took longer than {SECONDS:.0f} s")
    except EditRefused as refusal:
        return Check(name, None, refusal.message)
    except _NotRunError as error:
        return Check(name, None, f"{linter.name} could not be run: {error}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Check(name, None, f"{linter.name} could not be run ({type(error).__name__})")
    added = list((Counter(after) - Counter(before)).elements())
    return Check(name, not added, "; ".join(added[:3]))


def _raised(result: list[str] | BaseException) -> list[str]:
    if isinstance(result, BaseException):
        raise result
    return result


async def _findings(
    linter: Linter, program: str, root: Path, file: Path, text: str | None, boxed: bool
) -> list[str]:
    if text is None and not linter.whole:
        return []
    shadowed = linter.takes == "shadow" and await asyncio.to_thread(file.exists)
    if text is None or not (shadowed or linter.takes == "stdin"):
        async with _in_thread(project_copy(root, {} if text is None else {file: text})) as copy:
            place = copy / file.relative_to(root)
            await asyncio.to_thread(place.parent.mkdir, parents=True, exist_ok=True)
            if boxed:
                return await _said_in_sandbox(linter, program, copy, file, place)
            named = place if linter.takes == "shadow" else file
            return await _said(linter, program, copy, named, place, variables=cargo_variables(copy))
    with tempfile.TemporaryDirectory(prefix="tt-assistant-lint-") as folder:
        place = Path(folder) / file.name
        if linter.takes == "stdin":
            return await _said(linter, program, root, file, place, given=text)
        await asyncio.to_thread(place.write_bytes, text.encode("utf-8"))
        async with _in_thread(tool_folder(linter.name, root)) as cache:
            variables = {linter.cache: str(cache or os.devnull)} if linter.cache else {}
            return await _said(linter, program, root, file, place, variables=variables)


@contextlib.asynccontextmanager
async def _in_thread(context: contextlib.AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave a context that blocks."""
    entered = await asyncio.to_thread(context.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


async def _said(
    linter: Linter,
    program: str,
    cwd: Path,
    file: Path,
    place: Path,
    *,
    given: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        program,
        *linter.arguments(file, place),
        cwd=cwd,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        printed = await asyncio.wait_for(process.communicate(given.encode("utf-8")), SECONDS)
    finally:
        _end(process)
    output, error = (text.decode("utf-8", "replace") for text in printed)
    return _read(linter, process.returncode, output, error)


def _end(process: asyncio.subprocess.Process) -> None:
    """End a tool with what it started: eslint's and cargo's work is done by processes of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _read(linter: Linter, code: int | None, output: str, error: str) -> list[str]:
    """What it found; raises _NotRunError when it did not look."""
    if code not in linter.ran:
        raise _NotRunError(_first_line(error, output, code))
    found = linter.findings(output + error if linter.on_error else output)
    unusable = [f for f in found if linter.unusable and re.search(linter.unusable, f)]
    if unusable or (code and not found):
        raise _NotRunError(unusable[0] if unusable else _first_line(error, output, code))
    return found


def _first_line(error: str, output: str, code: int | None) -> str:
    lines = [line.strip() for line in (error + "\n" + output).splitlines()]
    return next((line[:LONGEST] for line in lines if line), f"it ended with {code}")


async def _said_in_sandbox(linter: Linter, program: str, copy: Path, file: Path, place: Path) -> list[str]:
    command = [program, *linter.arguments(file, place)]
    outcome = await sandbox.run(command, cwd=copy, variables=cargo_variables(copy), limits=SANDBOX)
    if outcome.timed_out:
        raise asyncio.TimeoutError
    return _read(linter, outcome.returncode, outcome.output, "")


def _executable(name: str, root: Path) -> str | None:
    """The project's own copy before one on the PATH."""
    for folder in (".venv/bin", "venv/bin", ".venv/Scripts", "node_modules/.bin"):
        found = shutil.which(name, path=str(root / folder))
        if found:
            return found
    return shutil.which(name)
