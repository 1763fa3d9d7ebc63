"""A real terminal for a test: the CLI in a pseudo-terminal, driven by keys, read as a person would see it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


def cli(arguments: Sequence[str]) -> list[str]:
    code = "import sys; from lsp_server.cli import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", code, *arguments]


class TerminalSession:
    """Use with `with`. `expect` waits for text that has not been waited for yet."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self._process = subprocess.Popen(
            cli(arguments),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=folder,
            env={**environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)
        self.seen = ""
        self._at = 0

    def __enter__(self) -> TerminalSession:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._controller)

    def type(self, keys: str) -> None:
        os.write(self._controller, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl+C once the process waits for keys.

        Python's readline misses a signal that comes after it has written and before it waits; a person presses again.
        """
        state = Path(f"/proc/{self._process.pid}/stat")
        while state.exists() and state.read_text().rpartition(") ")[2][0] == "R":
            self._read(0.01)
        self.type(CTRL_C)

    def enter(self, line: str) -> None:
        self.type(line + "\r")

    def expect(self, text: str, timeout: float = 30) -> None:
        """Wait until `text` appears after what was last expected."""
        until = time.monotonic() + timeout
        while (found := self.seen.find(text, self._at)) < 0:
            if not self._read(until - time.monotonic()):
                raise AssertionError(f"“{text}” did not appear; the terminal shows:\n{self.seen[self._at :]}")
        self._at = found + len(text)

    def wait(self, timeout: float = 30) -> int:
        until = time.monotonic() + timeout
        while self._read(until - time.monotonic()):
            pass
        return self._process.wait(timeout)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._controller], [], [], max(seconds, 0))
        if not ready:
            return False
        try:
            data = os.read(self._controller, 65536)
        except OSError:
            return False
        self.seen += ESCAPES.sub("", data.decode("utf-8", "replace"))
        return bool(data)
