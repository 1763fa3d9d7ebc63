"""Collect the language server's pure-Python dependencies into a directory: `vendor.py DIRECTORY`.

The VSIX carries the result, so that the server starts on any Python 3.10 or newer without installing anything. Native
wheels are left out: `lsp_server/native.py` installs those on first use, with the pip that is collected here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lsp_server import native  # noqa: E402

INSTALLER = "pip==26.3"
OLDEST_PYTHON = "3.10"


def pure_requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [r for r in project["dependencies"] if r not in native.REQUIREMENTS]


def collect(directory: Path) -> None:
    # uv, not pip: pip evaluates markers with its own version and forgets what only an older Python needs.
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(directory)),
            *("--python-version", OLDEST_PYTHON, "--python-platform", "linux", "--only-binary", ":all:"),
            *("--no-compile", INSTALLER, *pure_requirements()),
        ],
        check=True,
    )
    # Optional accelerators of PyYAML and MarkupSafe, for one platform only; both fall back to Python.
    for library in directory.rglob("*.so"):
        library.unlink()
    shutil.rmtree(directory / "bin", ignore_errors=True)
    # Keeps importlib.metadata truthful and the licences, without the lists of files that are no longer there.
    for record in directory.glob("*.dist-info/RECORD"):
        record.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2 or re.match("-", sys.argv[1]):
        sys.exit(__doc__)
    collect(Path(sys.argv[1]))
