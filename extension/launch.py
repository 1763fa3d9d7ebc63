"""Starts our Python from a VSIX or a checkout, on any Python 3.10 or newer, with nothing installed.

    python -s launch.py [ARGUMENTS]        the language server and the command line, as `python -m lsp_server`
    python -s launch.py host [ARGUMENTS]   the engine host, as `python -m lsp_server.host`

Paths are put on sys.path here and never into PYTHONPATH, which the user's own programs would inherit. Imports the
standard library only, and little of it: its time is part of every start.
"""

from __future__ import annotations

import os
import runpy
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Holds lsp_server/ and prompts/: the extension's directory, or the checkout."""

LIBS = ROOT / "build" / "libs"
"""Pure-Python dependencies; part of a VSIX, and of a checkout that was built."""


def data_directory() -> Path:
    """Where downloads live; also told to children through the environment."""
    if "TT_ASSISTANT_DATA_DIR" in os.environ:
        return Path(os.environ["TT_ASSISTANT_DATA_DIR"])
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "tt-assistant"


def keep_bytecode(data: Path) -> None:
    """Compiling our modules at every start would cost more than everything else in it."""
    if sys.dont_write_bytecode or not os.access(ROOT / "lsp_server", os.W_OK):
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(data / "pycache")


def add_paths(*, first: bool) -> None:
    """Ours first: an old package of the interpreter must not meet our new ones. tt-metal's own have to win in its own."""
    paths = [str(path) for path in (ROOT, LIBS) if path.is_dir()]
    # Python puts the directory of this file first; nothing in it is a module of ours.
    own = [path for path in sys.path if Path(path or ".").resolve() != ROOT / "extension"]
    sys.path[:] = [*paths, *own] if first else [*own, *paths]


def is_server(arguments: list[str]) -> bool:
    """True for the language server, which installs the native packages; commands begin with a word."""
    return not arguments or (arguments[0].startswith("--") and arguments[0] not in ("--help", "--version"))


def is_tt(arguments: list[str]) -> bool:
    """True for a host that runs in tt-metal's environment."""
    return any(pair == ("--backend", "tt") for pair in pairwise(arguments))


def main() -> None:
    host = sys.argv[1:2] == ["host"]
    data = data_directory()
    os.environ["TT_ASSISTANT_DATA_DIR"] = str(data)
    keep_bytecode(data)
    board = host and is_tt(sys.argv)
    add_paths(first=not board)
    if not board:  # tt-metal's interpreter gets nothing native of ours
        from lsp_server import native

        native.activate(data / "native")
    if host:
        del sys.argv[1]
    elif is_server(sys.argv[1:]):
        sys.argv += ["--native-dir", str(data / "native")]
    runpy.run_module("lsp_server.host" if host else "lsp_server", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
