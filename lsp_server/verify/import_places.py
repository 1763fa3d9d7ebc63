"""Where Python finds a project's modules: places of the copy before those of the project that is installed as editable.

A virtual environment is linked into the copy, and what it says of an editable install are absolute paths: without this,
tests in the copy would load the files of the project itself, and tell nothing of the code that is tried.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from lsp_server.verify import sandbox

ASK = """
import json, sys
places = list(sys.path)
for name, module in list(sys.modules.items()):
    if name.startswith("__editable__"):
        for package, place in getattr(module, "MAPPING", {}).items():
            if "." not in package:
                places.append(str(place).rpartition("/")[0])
print(json.dumps(places))
"""
"""Its `*.pth` files were read when it started; setuptools' finders of editable installs know more."""
LIMITS = sandbox.Limits(seconds=10)


async def import_variables(root: Path, copy: Path, python: str) -> dict[str, str]:
    """Let `python` import from `copy` what it would import from `root`."""
    asked = await sandbox.run([python, "-c", ASK], cwd=copy.parent, limits=LIMITS)
    places = await asyncio.to_thread(_places, root, copy, _read(asked.output))
    return {"PYTHONPATH": os.pathsep.join(map(str, places))} if places else {}


def _read(output: str) -> list[str]:
    """Nothing when it could not be asked: then the tests cannot be run, either."""
    try:
        return [str(place) for place in json.loads(output.strip().splitlines()[-1])]
    except (IndexError, ValueError, TypeError):
        return []


def _places(root: Path, copy: Path, searched: Iterable[str]) -> list[Path]:
    """What is searched below `root`, in the copy, and its `src`; not the dependencies that are linked into it."""
    real = root.resolve()
    inside = [place for name in searched if (place := Path(name).resolve()).is_relative_to(real)]
    places = [copy / place.relative_to(real) for place in inside]
    places += [copy / "src"] if _is_import_root(copy / "src") else []
    within = (p for p in places if p.is_dir() and p.resolve().is_relative_to(copy.resolve()))
    return list(dict.fromkeys(within))


def _is_import_root(folder: Path) -> bool:
    """Not a package itself, and nothing in it would stand before a module of Python's own."""
    if not folder.is_dir() or (folder / "__init__.py").exists():
        return False
    return not any(entry.stem in sys.stdlib_module_names for entry in folder.iterdir())
