"""`python -m lsp_server`: the language server over stdio; with a command, the terminal's side.

The composition root, and the only reader of the environment.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import BinaryIO

SWITCH_SECONDS = 0.001
"""For how long a thread that parses may keep the event loop waiting; Python's own 5 ms add up in a hover."""
COMMANDS = ("chat", "run", "engine", "doctor", "models", "-h", "--help", "--version")


def main() -> int:
    if sys.argv[1:2] == ["doctor"]:
        from lsp_server.doctor import bare

        if bare.missing():
            return bare.main(sys.argv[2:], os.environ)
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        from lsp_server.cli import main as cli

        return cli(sys.argv[1:])
    from lsp_server.stdio import take_stdout

    serve(take_stdout())
    return 0


def serve(out: BinaryIO) -> None:
    """Answer `initialize` first, and import what that does not need after it."""
    arguments = parse_arguments()
    sys.setswitchinterval(SWITCH_SECONDS)
    logging.basicConfig(
        stream=sys.stderr,
        level=arguments.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from lsp_server.bootstrap import answer_initialize

    reader, writer = answer_initialize(sys.stdin.buffer, out)
    from lsp_server.composition import compose
    from lsp_server.garbage import collect_rarely
    from lsp_server.server import create_server

    wiring = compose(arguments.data_dir, arguments.runtime_dir, arguments.native_dir, os.environ)
    server = create_server(wiring)
    collect_rarely()
    server.start_io(reader, writer)  # type: ignore[arg-type]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lsp_server", description=__doc__)
    parser.add_argument(
        "--native-dir", type=Path, help="where the native packages are installed on first use"
    )
    parser.add_argument("--data-dir", type=Path, help="where downloaded models are kept")
    parser.add_argument("--runtime-dir", type=Path, help="where the engine's socket and log are")
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
