"""Runs the real host process around the scripted backend: `python scripted_host.py ARGUMENTS` as of lsp_server.host.

`--model` is a script: "" | "slow" (10 ms a step) | "missing" (loading fails) | "later" (it fails until the file
`there` is in the run directory) | "crash" (the process ends at once)
| "abort" (it ends while it loads, with a last line) | "killed" (it ends while it loads, without one).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lsp_server.host.__main__ import arguments, host_process
from lsp_server.host.backends import BackendError, LoadProgress, ModelInfo
from tests.host.scripted_backend import ScriptedBackend

FAILURES = {"missing": BackendError("The model file missing does not exist.", code="model_missing")}


class Ending(ScriptedBackend):
    """Takes the whole process along while it loads, as soon as the file `end` is in the run directory."""

    def __init__(self, last_words: str, end: Path) -> None:
        super().__init__()
        self._last_words = last_words
        self._end = end

    def load(self, report: Callable[[LoadProgress], None]) -> ModelInfo:
        report(LoadProgress("reading the script", 0.5))
        while not self._end.exists():
            time.sleep(0.01)
        os.write(2, self._last_words.encode())
        os._exit(1)


ENDINGS = {"abort": "ggml_abort: not enough space in the context\n", "killed": ""}


def main() -> int:
    options = arguments(None)
    if options.model == "crash":
        print("Traceback:\nImportError: no module named nothing", file=sys.stderr)
        return 1
    if options.model == "later" and not (options.runtime_dir / "there").exists():
        options.model = "missing"
    step = 0.01 if options.model == "slow" else 0.0
    if options.model in ENDINGS:
        return host_process(
            options, lambda files: Ending(ENDINGS[options.model], options.runtime_dir / "end")
        )
    return host_process(
        options, lambda files: ScriptedBackend(step_seconds=step, failure=FAILURES.get(options.model))
    )


if __name__ == "__main__":
    sys.exit(main())
