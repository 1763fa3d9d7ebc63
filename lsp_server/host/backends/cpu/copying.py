"""Copy-biased decoding: what the answer seems to copy from the prompt is drafted, and verified in one step.

llama.cpp looks the last N tokens up in what came before (its n-gram speculation) and verifies a draft with the same sampler
and the same random numbers, so that no text is likelier or less likely than without drafts. But a step of many tokens rounds
differently from a step of one: a model that hesitates between two tokens may then take the other one, greedy too. So it is
on only for a model that was seen to write the same greedy texts with and without (copying_check.py). It is for a whole
server: llama.cpp has no switch in a request.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import sys
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

LOOKED_UP = 8
"""Tokens that must have stood there before; fewer would draft where nothing is copied."""
DRAFTED = 24
"""Tokens drafted at a time, where a batch has room for them."""
CHECKS = 2
"""To be raised when the cases of the check change: earlier verdicts are then forgotten."""

BOOTSTRAP = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from lsp_server.host.backends.cpu.copying_check import main; main(*sys.argv[2:])"
)


@frozen
class Verdict:
    """What came of comparing one model with itself."""

    texts: int
    """Compared, until some differed."""
    differing: int
    plain_seconds: float
    """Of decoding these texts without drafts."""
    drafted_seconds: float

    @property
    def good(self) -> bool:
        """Every text was the same, and they were written faster."""
        return self.texts > 0 and not self.differing and self.drafted_seconds < self.plain_seconds

    @property
    def words(self) -> str:
        """For /status and the doctor."""
        if self.differing:
            return "off: a text differed"
        return "on" if self.good else "off: not faster"


def turn_on(parameters: Any) -> None:
    """Make a server with these `CommonParams` draft what it copies."""
    import xllamacpp

    kinds = xllamacpp.common_speculative_type
    parameters.speculative.types = [kinds.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    parameters.speculative.ngram_simple.size_n = LOOKED_UP
    # Drafts and the token before them must fit into a batch, or llama.cpp aborts the process.
    parameters.speculative.ngram_simple.size_m = min(DRAFTED, parameters.n_batch - 1)


def verdict_file(data: Path, model: Path, threads: int) -> Path:
    """Where the verdict on this file is kept: it depends on the model, llama.cpp, and how the work is divided."""
    stat = model.stat()
    identity = [
        *(model.name, stat.st_size, stat.st_mtime_ns, threads),
        *(_llama_version(), LOOKED_UP, DRAFTED, CHECKS),
    ]
    return data / "copying" / f"{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]}.json"


def _llama_version() -> str:
    try:
        return importlib.metadata.version("xllamacpp")
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def read(file: Path) -> Verdict | None:
    """The verdict kept there; None when there is none that can be read."""
    try:
        return Verdict(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(file: Path, verdict: Verdict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(asdict(verdict)), "utf-8")
    part.replace(file)


def check_command(model: Path, threads: int, file: Path) -> list[str]:
    """The command that compares the model with itself and writes the verdict to `file`."""
    return [sys.executable, "-c", BOOTSTRAP, json.dumps(sys.path), str(model), str(threads), str(file)]
