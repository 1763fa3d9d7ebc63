"""Why a host has gone, out of its log: `main(LOG)` prints a sentence that says what to do, or nothing.

Run in a process of its own by whoever lost the host (docs/engine-http.md); only the host's side knows what a device's texts
mean.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from lsp_server.host.backends.tt import failures

READ = 64 * 1024
LAST = 40
"""Lines before the end that may tell of it; what was said earlier was survived."""
WATCHDOG = re.compile(r"^Timeout \(\d+:\d\d:\d\d(?:\.\d+)?\)!$", re.MULTILINE)
"""The first line of what faulthandler writes before it ends a process."""


def explain(log: str) -> str:
    """The message for a log that ends where its process ended; "" when it does not tell."""
    ended = list(WATCHDOG.finditer(log))
    if ended:
        known = failures.find(_end(log[: ended[-1].start()]))
        return known[1] if known is not None else f"The board does not answer. {failures.RESET}"
    known = failures.find(_end(log), waiting=False)
    return known[1] if known is not None else ""


def _end(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST:])


def main(path: str) -> None:
    file = Path(path)
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - READ))
        sys.stdout.write(explain(stream.read().decode("utf-8", errors="replace")))
