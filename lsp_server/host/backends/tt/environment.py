"""The process environment tt-metal is configured by. The only module of this backend that reads or changes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt.boards import Board
from lsp_server.host.backends.tt.weights import DEFAULT, Weights


def snapshot() -> Mapping[str, str]:
    return dict(os.environ)


def enter(home: Path | None) -> Path | None:
    """Make tt-metal importable and its relative paths valid: its code expects to run in its own checkout."""
    home = home or _from_environment("TT_METAL_HOME")
    if home is None:
        return None
    if not (home / "models").is_dir():
        raise BackendError(
            f"{home} is not a tt-metal checkout: it has no models folder. "
            "Set TT_METAL_HOME (or ttAssistant.tt.home) to the folder you cloned tt-metal into.",
            code="unsupported",
        )
    os.environ["TT_METAL_HOME"] = str(home)
    if str(home) not in sys.path:
        sys.path.insert(0, str(home))
    os.chdir(home)
    return home


def board_name() -> str:
    return os.environ.get("MESH_DEVICE", "")


def model_name() -> str:
    """HF_MODEL, else LLAMA_DIR, else Llama 3.1 8B."""
    return os.environ.get("HF_MODEL") or os.environ.get("LLAMA_DIR") or DEFAULT


def use_weights(weights: Weights, home: Path | None) -> None:
    """Name the weights the way this generation reads them, never both ways: G0 asserts exactly one."""
    os.environ.pop("LLAMA_DIR", None)
    os.environ.pop("HF_MODEL", None)
    os.environ["LLAMA_DIR" if weights.meta else "HF_MODEL"] = weights.name
    if "TT_CACHE_PATH" not in os.environ and not _cache_writable(weights, home):
        slug = weights.name.strip("/").replace("/", "--")
        os.environ["TT_CACHE_PATH"] = str(Path("~/.cache/tt-assistant/tensors").expanduser() / slug)


def prepare(board: Board, home: Path | None) -> None:
    """Set what this board needs, where the user has not."""
    for name, value in board.variables:
        os.environ.setdefault(name, value)
    if board.fabric_graph and home is not None and (graph := home / board.fabric_graph).is_file():
        os.environ.setdefault("TT_MESH_GRAPH_DESC_PATH", str(graph))


def limit_operations(seconds: float) -> None:
    """Have ttnn itself give up on a hung operation, unless the user set another limit."""
    os.environ.setdefault("TT_METAL_OPERATION_TIMEOUT_SECONDS", f"{seconds:g}")


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name, "")
    return Path(value).expanduser() if value else None


def _cache_writable(weights: Weights, home: Path | None) -> bool:
    """A tensor cache that cannot be written means converting the weights at every start."""
    folder = Path(weights.name) if Path(weights.name).is_absolute() else (home or Path.cwd()) / "model_cache"
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)
