"""`python -m bench WHAT`: latency, footprint, quality. Each says what it measures with --help."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

KINDS = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef main(argv" in path.read_text("utf-8")
)


def run(arguments: list[str]) -> int:
    if arguments[:1] and arguments[0] in KINDS:
        return int(import_module(f"bench.{arguments[0]}").main(arguments[1:]))
    print(f"usage: python -m bench {{{','.join(KINDS)}}} [--help]")
    return 0 if arguments[:1] in (["-h"], ["--help"]) else 2


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
