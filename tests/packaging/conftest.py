from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def import_state() -> Iterator[None]:
    """Undo what a test adds to sys.path and sys.modules."""
    path, modules = sys.path[:], set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture(scope="session")
def vsix() -> Path:
    """The packaged extension; `npm test` has just made it, a lone pytest run makes it here."""
    path = ROOT / "build" / "tt-coding-assistant.vsix"
    if not path.exists():
        subprocess.run(["node", "extension/scripts/package.mjs"], cwd=ROOT, check=True)
    return path


@pytest.fixture(scope="session")
def installed(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's directory as VS Code lays it out."""
    directory = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(vsix) as archive:
        archive.extractall(directory)
    return directory / "extension"
