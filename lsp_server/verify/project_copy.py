"""A throw-away copy of a project in which generated files can be written and run. The project itself is never touched."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lsp_server.errors import EditRefused
from lsp_server.verify.tool_folders import tool_folder

LINKED = ("node_modules", ".venv", "venv", "vendor")
"""Dependencies: linked, not copied. Tests may write there; so may they when the user runs them."""
BUILT = {"target": ("Cargo.toml", "pom.xml", "build.sbt")}
"""What a tool builds, where the project has one of its files: neither linked nor copied. Elsewhere a folder like any."""
SKIPPED = {
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    "dist",
    "build",
}
CARGO_TARGET = ".cargo-target"
"""Beside the copy: where cargo builds, or a link to it."""
MAX_FILES, MAX_BYTES = 20_000, 200 << 20


@contextlib.contextmanager
def project_copy(root: Path, changes: Mapping[Path, str]) -> Iterator[Path]:
    """Copy the project at `root`, write `changes` (absolute paths below `root` → text) over it, and yield the copy's root.

    A folder of dependencies is copied, too, where one of `changes` lies in it. Whoever writes into the copy later does so
    with `write_within`. Blocking. Raises EditRefused when the project is too large to copy.
    """
    changed = {path.relative_to(root).parts[0] for path in changes}
    with contextlib.ExitStack() as held:
        name = held.enter_context(tempfile.TemporaryDirectory(prefix="tt-assistant-run-"))
        copy = Path(name) / root.name
        copy.mkdir()
        own = [root / folder for folder in (*LINKED, *BUILT) if folder in changed]
        files = itertools.chain(project_files(root), *map(_all_files, own))
        total = 0
        for count, path in enumerate(files):
            total += path.lstat().st_size
            if count >= MAX_FILES or total > MAX_BYTES:
                raise EditRefused(
                    f"The project is too large to run tests in a copy (over {MAX_FILES:,} files or {MAX_BYTES >> 20} MB); "
                    "open the folder of the package alone."
                )
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)
        for link in LINKED:
            if link not in changed and (root / link).is_dir():
                (copy / link).symlink_to(root / link, target_is_directory=True)
        for path, text in changes.items():
            write_within(copy, copy / path.relative_to(root), text)
        if (root / "Cargo.toml").exists():
            builds = held.enter_context(tool_folder("cargo", root))
            if builds is not None:
                (copy.parent / CARGO_TARGET).symlink_to(builds, target_is_directory=True)
        yield copy


def cargo_variables(copy: Path) -> dict[str, str]:
    """Let cargo build in a folder of ours, whatever the project configures."""
    return {"CARGO_TARGET_DIR": os.path.realpath(copy.parent / CARGO_TARGET)}


def write_within(copy: Path, place: Path, text: str) -> None:
    """Write a file of the copy. Raises EditRefused when a link leads out of it: what is there is the user's."""
    if not place.resolve().is_relative_to(copy.resolve()):
        raise EditRefused(f"{place.name} leads outside the copy of the project; it cannot be tried there.")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode("utf-8"))


def project_files(root: Path) -> Iterator[Path]:
    """What git tracks or would track; without git, every file outside caches and dependencies."""
    built = [name for name, signs in BUILT.items() if any((root / sign).exists() for sign in signs)]
    listed = _git_files(root)
    paths = listed if listed is not None else (p for p in sorted(root.rglob("*")))
    for path in paths:
        parts = path.relative_to(root).parts
        if (
            not SKIPPED.intersection(parts)
            and not (len(parts) > 1 and parts[0] in (*LINKED, *built))
            and path.is_file()
            and not path.is_symlink()
        ):
            yield path


def _all_files(folder: Path) -> Iterator[Path]:
    """Every file below, and links as such."""
    return (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _git_files(root: Path) -> list[Path] | None:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return [root / name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
