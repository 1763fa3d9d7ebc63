from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .scripted_server import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A home of its own, so that no setting, history or running engine of this machine takes part."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(home), "TT_ASSISTANT_RUNTIME_DIR": str(tmp_path / "run"), "PYTHONUTF8": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder the terminal is in, with one file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shape.py").write_text("PI = 3.14\n\n\ndef area(r):\n    return PI * r * r\n", "utf-8")
    return folder
