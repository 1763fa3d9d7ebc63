"""Runs one code block of an answer in the sandbox, in an empty directory that goes afterwards.

Knows which languages can be run and how. Asks nobody: whoever calls has the user's consent.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve, frozen

from lsp_server.errors import AssistantError
from lsp_server.verify import sandbox
from lsp_server.verify.frameworks import python_of

OUTPUT_BYTES = 50_000
"""Of standard output and error together: what a panel can show and a conversation can keep."""
LABELS = {
    "python": "python",
    "py": "python",
    "python3": "python",
    "javascript": "javascript",
    "js": "javascript",
    "node": "javascript",
    "mjs": "javascript",
}
"""What a fence may say → the language. Shells are not among them: their commands are not meant for a directory that goes."""
NAMES = {"python": "Python", "javascript": "JavaScript"}
MODULE_SYNTAX = re.compile(r"^(?:import|export)\b", re.M)


@frozen
class Snippet:
    """Code that can be run, and what runs it."""

    language: str
    """A key of NAMES."""
    code: str
    interpreter: str
    """A path, or a name to be found on PATH."""

    @property
    def file(self) -> str:
        if self.language == "python":
            return "snippet.py"
        return "snippet.mjs" if MODULE_SYNTAX.search(self.code) else "snippet.js"


def snippet_of(label: str, code: str, *, root: Path | None, python: str) -> Snippet:
    """Prepare a block whose fence says `label`; its first word counts.

    `python` is the setting `tests.python`; "" means the interpreter of the project at `root`.
    Raises AssistantError when the language cannot be run, here or at all.
    """
    label = re.split(r"[\s,{]", label.strip(), maxsplit=1)[0].lower()
    language = LABELS.get(label)
    if language is None:
        raise AssistantError(
            f"{label or 'This'} code cannot be run: only {' and '.join(NAMES.values())} can."
        )
    if language == "javascript":
        if shutil.which("node") is None:
            raise AssistantError("Node.js was not found: install it to run JavaScript.")
        return Snippet(language, code, "node")
    interpreter = python or (python_of(root) if root else "python3")
    if shutil.which(interpreter) is None:
        raise AssistantError(
            f"{interpreter} was not found: name the project's Python in ttAssistant.tests.python.",
            button="openSettings",
        )
    return Snippet(language, code, interpreter)


async def run(
    snippet: Snippet, *, root: Path | None, seconds: float, on_output: Callable[[str], None]
) -> sandbox.Outcome:
    """Run to the end, or until `seconds` are over; cancelling kills it with everything it started.

    Python modules of the project at `root` can be imported. `on_output` gets standard output and error as they come.
    """
    with_directory = TemporaryDirectory(prefix="tt-assistant-run-", ignore_cleanup_errors=True)
    directory = Path(await asyncio.to_thread(with_directory.__enter__))
    try:
        source = directory / snippet.file
        await asyncio.to_thread(source.write_bytes, snippet.code.encode("utf-8", "surrogatepass"))
        outcome = await sandbox.run(
            [snippet.interpreter, source.name],
            cwd=directory,
            variables=_variables(directory, root),
            limits=sandbox.Limits(seconds=seconds, output_bytes=OUTPUT_BYTES),
            on_output=lambda text: on_output(_shortened(text, source)),
        )
        return evolve(outcome, output=_shortened(outcome.output, source))
    finally:
        await asyncio.to_thread(with_directory.cleanup)


def _shortened(output: str, source: Path) -> str:
    """A traceback names the file by its place in a directory that nobody knows; its name says enough."""
    return output.replace(str(source), source.name)


def _variables(directory: Path, root: Path | None) -> Mapping[str, str]:
    """The project's modules are found, nothing is written beside them, and output arrives unbuffered and uncoloured."""
    found = [str(path) for path in (root, root / "src") if path.is_dir()] if root else []
    return {
        "PYTHONPATH": os.pathsep.join(found),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
        "TMPDIR": str(directory),
    }
