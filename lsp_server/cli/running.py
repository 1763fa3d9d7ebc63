"""`/run` of the chat: one code block of the last answer, after the user agreed to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsp_server import snippets
from lsp_server.cli.loop import LoopThread
from lsp_server.cli.terminal import Terminal
from lsp_server.edits.reply import Block, read
from lsp_server.errors import AssistantError
from lsp_server.settings import Settings
from lsp_server.verify.sandbox import Outcome


class BlockRunner:
    """Asks before every run, until the user says that it is always fine in this session."""

    def __init__(self, settings: Settings, folder: Path, terminal: Terminal, loop: LoopThread) -> None:
        self._settings = settings
        self._folder = folder
        self._terminal = terminal
        self._loop = loop
        self._always = False

    def run(self, turns: Sequence[tuple[str, str]], which: str) -> None:
        """Run block `which` of the newest answer, counted from 1; "" means its last one. Ctrl+C ends it."""
        block = block_of(turns, which)
        snippet = snippets.snippet_of(
            block.info, block.text, root=self._folder, python=self._settings.tests_python
        )
        if not self._agreed(snippet):
            self._terminal.note("Not run.")
            return
        seconds = self._settings.run_timeout_seconds
        work = snippets.run(snippet, root=self._folder, seconds=seconds, on_output=self._terminal.answer)
        self._terminal.note(ending(self._loop.run(work)))

    def _agreed(self, snippet: snippets.Snippet) -> bool:
        if self._always:
            return True
        lines = len(snippet.code.rstrip().split("\n"))
        self._terminal.note(
            f"{lines} line{'' if lines == 1 else 's'} of {snippets.NAMES[snippet.language]} that the model wrote, "
            f"with {snippet.interpreter}, in an empty temporary folder, for {self._settings.run_timeout_seconds:g} s "
            "and 2 GB of memory for each process at most, without network where the system allows that. "
            "It can read and change your files as you can."
        )
        answer = self._terminal.read("Run it? [y]es once, [a]lways in this session, [N]o: ").strip().lower()
        self._always = answer in ("a", "always")
        return self._always or answer in ("y", "yes")


def block_of(turns: Sequence[tuple[str, str]], which: str) -> Block:
    """A code block of the newest answer. Raises AssistantError when there is none of that number."""
    answers = [text for role, text in turns if role == "assistant"]
    blocks = read(answers[-1]).blocks if answers else ()
    if not blocks:
        raise AssistantError("The last answer has no code block to run.")
    if not which:
        return blocks[-1]
    if not which.isdigit() or not 1 <= int(which) <= len(blocks):
        raise AssistantError(f"Say which block: /run 1 to /run {len(blocks)}.")
    return blocks[int(which) - 1]


def ending(outcome: Outcome) -> str:
    """How a run ended, in one line."""
    if outcome.returncode is None:
        return f"Stopped after {outcome.seconds:.0f} s: the time was up."
    network = ", the network was within reach" if outcome.network else ""
    if outcome.returncode < 0:
        return f"Ended by signal {-outcome.returncode} after {outcome.seconds:.1f} s{network}."
    return f"Exit code {outcome.returncode} after {outcome.seconds:.1f} s{network}."
