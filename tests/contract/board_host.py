"""The real host process over the stand-ins, with deadlines that a test can wait for: arguments as of `lsp_server.host`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lsp_server.host.__main__ import arguments, host_process
from lsp_server.host.backends.tt import create, watchdog
from lsp_server.host.backends.tt.options import Deadlines

SECONDS = 4.0
"""After which a call counts as hung; a busy machine may stand still for one or two."""


def main() -> int:
    options = arguments(None)
    watchdog.GRACE, watchdog.FAREWELL = 0.5, 3.0
    deadlines = Deadlines(open=SECONDS, decode=SECONDS)
    given = {"model": options.model, "context_window": options.context, "home": options.home}
    return host_process(options, lambda files: create({**given, "deadlines": deadlines}))


if __name__ == "__main__":
    sys.exit(main())
