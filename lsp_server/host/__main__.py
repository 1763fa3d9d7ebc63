"""`python -m lsp_server.host`: the engine process. Owns its arguments, its log and its standard streams."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from lsp_server.host.backends import Backend
from lsp_server.host.files import AlreadyRunning, HostFiles, RunDirectoryError

EXIT_ALREADY_RUNNING = 75
EXIT_RUN_DIRECTORY = 73
EXIT_PORT = 69

BACKENDS = ("cpu", "tt")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="lsp_server.host", description="Holds a model in memory and serves it."
    )
    parser.add_argument("--backend", choices=BACKENDS, default="cpu")
    parser.add_argument(
        "--model", default="", help="GGUF file (cpu), hub name or directory (tt); empty: the default"
    )
    parser.add_argument("--context", type=int, default=0, help="context window in tokens; 0: chosen")
    parser.add_argument("--threads", type=int, default=0, help="threads (cpu); 0: one per physical core")
    parser.add_argument(
        "--runtime-dir", type=Path, required=True, help="where the lock, record and socket go"
    )
    parser.add_argument(
        "--data-dir",
        default="",
        help="where it is remembered what a model was found to do (cpu); empty: nowhere",
    )
    parser.add_argument("--key", default="manual", help="names this host in the run directory")
    parser.add_argument(
        "--idle-minutes", type=float, default=30.0, help="leave after so long without a client"
    )
    parser.add_argument(
        "--port", type=int, default=None, help="also listen on this loopback TCP port, with a token"
    )
    parser.add_argument(
        "--mode", choices=("performance", "accuracy"), default="performance", help="precision (tt)"
    )
    parser.add_argument(
        "--device-sampling", action="store_true", help="sample on the board, from 32 tokens at most (tt)"
    )
    parser.add_argument("--home", default="", help="tt-metal checkout (tt); empty: TT_METAL_HOME")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to leave."""
    options = arguments(argv)

    def create(files: HostFiles) -> Backend:
        module = importlib.import_module(f"lsp_server.host.backends.{options.backend}")
        backend: Backend = module.create(
            {
                "model": options.model,
                "context_window": options.context,
                "threads": options.threads,
                "mode": options.mode,
                "device_sampling": options.device_sampling,
                "home": options.home,
                "data": options.data_dir,
                "socket": "" if sys.platform == "win32" else str(files.backend_socket),
            }
        )
        return backend

    return host_process(options, create)


def host_process(options: argparse.Namespace, create: Callable[[HostFiles], Backend]) -> int:
    """Prepare the process, take the lock, serve. Returns the exit status."""
    # A device library's printf must not reach whoever reads our stdout.
    os.dup2(2, 1)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    files = HostFiles(options.runtime_dir, options.key)
    try:
        files.claim()
    except AlreadyRunning:
        logging.info("Another host holds %s", options.key)
        return EXIT_ALREADY_RUNNING
    except RunDirectoryError as error:
        logging.error("%s", error)
        return EXIT_RUN_DIRECTORY

    from lsp_server.host.serve import HostOptions, PortError, run

    try:
        run(
            lambda: create(files),
            HostOptions(options.backend, options.model, options.idle_minutes, options.port),
            files,
        )
    except PortError as error:
        logging.error("%s", error)
        files.remove()
        files.release()
        return EXIT_PORT
    return 0


if __name__ == "__main__":
    sys.exit(main())
