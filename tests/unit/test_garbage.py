"""The server's settings of Python's garbage collector."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from lsp_server.garbage import collect_rarely

collect_rarely()
print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[2] > 10)
"""


def test_what_was_imported_is_left_alone_and_the_rest_is_still_collected() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["True", "True", "True"]
