"""The last words of a host that has gone, out of its log."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from attrs import frozen

STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (?P<level>[A-Z]+) [\w.]+: ")
SHOWN_LINES = 20
READ_BYTES = 20_000
EXPLAIN = (
    "import sys; sys.path[:] = sys.argv[2:]; from lsp_server.host.last_words import main; main(sys.argv[1])"
)
EXPLAIN_SECONDS = 10.0


@frozen
class LastWords:
    line: str = ""
    """The last line, without its time and origin; "" when nothing was written."""
    reason: bool = False
    """The line tells what went wrong: it is an error, or comes from outside of our logging (a traceback, the system)."""
    tail: str = ""
    """The last lines together."""


def last_words(log: Path, start: int = 0) -> LastWords:
    """Read the end of a log; what stands before byte `start` is another host's. Blocking."""
    try:
        with log.open("rb") as file:
            file.seek(max(start, log.stat().st_size - READ_BYTES))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return LastWords()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    stamp = STAMP.match(last)
    reason = bool(last) and (stamp is None or stamp["level"] in ("ERROR", "CRITICAL"))
    return LastWords(STAMP.sub("", last), reason, "\n".join(lines[-SHOWN_LINES:]))


def explained(log: Path | None) -> str:
    """What a board's library meant with its last lines, and what to do; "" when they do not tell. Blocking."""
    if log is None:
        return ""
    command = [sys.executable, "-c", EXPLAIN, str(log), *sys.path]
    try:
        asked = subprocess.run(command, capture_output=True, timeout=EXPLAIN_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.decode("utf-8", errors="replace").strip()
