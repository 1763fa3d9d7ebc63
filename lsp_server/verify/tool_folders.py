"""Where a tool keeps what it builds or remembers: in folders of ours, a few for each project, never in the project.

They are kept, because building all dependencies anew takes longer than any check may. Each is used by one run at a time,
because two runs at once spoil what they share: mypy ends with an internal error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from lsp_server.locks import try_lock

AT_ONCE = 3
"""Of one project: the old and the new text are checked side by side, beside another window."""
MAX_BYTES = 4 << 30
"""A folder that holds more is emptied: every copy of the project leaves its own crates there."""
KEPT_SECONDS = 30 * 86_400.0


@contextlib.contextmanager
def tool_folder(tool: str, root: Path) -> Iterator[Path | None]:
    """A folder for `tool` in the project at `root` that is nobody else's meanwhile; None where there is none. Blocking."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tt-assistant" / tool
    folder = cache / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    with contextlib.ExitStack() as held:
        found = None
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            found = next((f for n in range(AT_ONCE) if _take(f := folder / str(n), held)), None)
            if found is not None:
                found.mkdir(exist_ok=True)
                if _size(found) > MAX_BYTES:
                    _empty(found)
                _forget_unused(cache)
        yield found


def _take(folder: Path, held: contextlib.ExitStack) -> bool:
    descriptor = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    held.callback(os.close, descriptor)
    if not try_lock(descriptor):
        return False
    os.utime(folder.with_suffix(".lock"))
    return True


def _forget_unused(cache: Path) -> None:
    for lock in cache.glob("*/*.lock"):
        with contextlib.ExitStack() as held:
            old = time.time() - lock.stat().st_mtime > KEPT_SECONDS
            if old and _take(lock.with_suffix(""), held):
                _empty(lock.with_suffix(""))


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
