"""Runs the real host process around the scripted backend: `python scripted_host.py ARGUMENTS` as of lsp_server.host.

`--model` is a script: "" | "slow" (10 ms a step) | "missing" (loading fails) | "crash" (the process ends at once).
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lsp_server.host.__main__ import arguments, host_process
from lsp_server.host.backends import BackendError
from tests.host.scripted_backend import ScriptedBackend

FAILURES = {"missing": BackendError("The model file missing does not exist.", code="model_missing")}


def main() -> int:
    options = arguments(None)
    if options.model == "crash":
        print("Traceback:\nImportError: no module named nothing", file=sys.stderr)
        return 1
    step = 0.01 if options.model == "slow" else 0.0
    return host_process(
        options, lambda files: ScriptedBackend(step_seconds=step, failure=FAILURES.get(options.model))
    )


if __name__ == "__main__":
    sys.exit(main())
