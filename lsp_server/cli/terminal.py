"""What is written to and read from a terminal or a pipe: answers on stdout, everything about them on stderr."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters; a model's answer must not move the cursor or set the title."""
DIM, PLAIN = "\x1b[2m", "\x1b[0m"
CLEAR_LINE = "\r\x1b[K"
KEPT_QUESTIONS = 500


class Terminal:
    """Both streams, and the one line of progress that may stand on stderr."""

    def __init__(self) -> None:
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._shows_progress = sys.stderr.isatty()
        self._progress = ""
        self._column_zero = True

    def answer(self, text: str) -> None:
        """Write newly decoded text at once."""
        self.progress("")
        clean = UNPRINTABLE.sub("", text)
        if clean:
            sys.stdout.write(clean)
            sys.stdout.flush()
            self._column_zero = clean.endswith("\n")

    def end_line(self) -> None:
        """Begin a new line unless at the beginning of one."""
        self.progress("")
        if not self._column_zero:
            self.answer("\n")

    def line(self, text: str) -> None:
        """Write a result of ours."""
        self.end_line()
        self.answer(f"{text}\n")

    def note(self, text: str) -> None:
        """Say something about the answer that is not part of it."""
        self.end_line()
        text = UNPRINTABLE.sub("", text)
        sys.stderr.write(f"{DIM}{text}{PLAIN}\n" if self._shows_progress else f"{text}\n")
        sys.stderr.flush()

    def progress(self, text: str) -> None:
        """Show a line that the next output replaces; only on a terminal. Empty removes it."""
        if self._shows_progress and text != self._progress:
            clean = UNPRINTABLE.sub("", text)
            sys.stderr.write(f"{CLEAR_LINE}{DIM}{clean}{PLAIN}" if text else CLEAR_LINE)
            sys.stderr.flush()
            self._progress = text

    @contextlib.contextmanager
    def editing(self, history: Path, complete: Callable[[str], Sequence[str]]) -> Iterator[None]:
        """Edit lines with readline, where Python has it, and keep what was typed for the next time."""
        try:
            import readline
        except ImportError:
            yield
            return

        def completer(word: str, state: int) -> str | None:
            matches = complete(readline.get_line_buffer()[: readline.get_endidx()])
            return matches[state] if state < len(matches) else None

        readline.set_completer_delims(" ")
        readline.set_completer(completer)
        readline.parse_and_bind("tab: complete")
        readline.set_history_length(KEPT_QUESTIONS)
        with contextlib.suppress(OSError):
            readline.read_history_file(history)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                history.parent.mkdir(parents=True, exist_ok=True)
                history.touch(mode=0o600)
                readline.write_history_file(history)

    def read(self, prompt: str) -> str:
        """Read one line. Raises EOFError at Ctrl+D; at Ctrl+C keeps what was typed one Up key away."""
        try:
            line = input(prompt)
        except KeyboardInterrupt:
            self._keep_typed()
            sys.stdout.write("\n")
            raise
        finally:
            self._column_zero = True
        return line

    def _keep_typed(self) -> None:
        with contextlib.suppress(ImportError):
            import readline

            typed = readline.get_line_buffer().strip()
            if typed:
                readline.add_history(typed)
