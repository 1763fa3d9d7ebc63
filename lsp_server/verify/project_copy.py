"""A throw-away copy of a project in which generated files can be written and run. The project itself is never touched."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lsp_server.errors import EditRefused
from lsp_server.verify.tool_folders import tool_folder

LINKED = ("node_modules", ".venv", "venv", "vendor")
"""Dependencies: linked, not copied. Tests may write there; so may they when the user runs them."""
MANIFESTS = ("package.json", "pyproject.toml", "go.mod")
"""Beside these, as at the root, a folder of such a name holds dependencies (`vendor`: unless it is the project's)."""
SOURCES = (".py", ".pyi", ".so", ".pyd")
"""What a project imports though git ignores it: its version, generated modules, extensions built in place."""
FOREIGN = ("pyvenv.cfg", "conda-meta", "CACHEDIR.TAG", ".git")
"""One of these in an ignored folder: an environment, what a tool built, or another repository."""
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
    with `write_within`. Source that git ignores is copied where there is room. Blocking.
    Raises EditRefused when the project is too large to copy.
    """
    files = list(project_files(root))
    linked, links = _dependencies(root, files), {path for path in files if path.is_symlink()}
    with contextlib.ExitStack() as held:
        name = held.enter_context(tempfile.TemporaryDirectory(prefix="tt-assistant-run-"))
        copy = Path(name) / root.name
        copy.mkdir()
        own = [f for f in (*linked, *(root / b for b in BUILT)) if any(p.is_relative_to(f) for p in changes)]
        for path in _fitting(root, itertools.chain(files, *map(_all_files, own))):
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path not in links:
                shutil.copy2(path, target, follow_symlinks=False)
        for link in links:
            _lead(link, root, copy)
        for folder in linked:
            place = copy / folder.relative_to(root)
            if folder not in own and not os.path.lexists(place):
                place.symlink_to(folder, target_is_directory=True)
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
    """What git tracks or would track; without git, every file outside caches and dependencies.

    Links are among them where they lead to a file of the project.
    """
    built = [name for name, signs in BUILT.items() if any((root / sign).exists() for sign in signs)]
    listed = _git_files(root, "--cached", "--others")
    paths = listed if listed is not None else (p for p in sorted(root.rglob("*")))
    for path in paths:
        parts = path.relative_to(root).parts
        if (
            not SKIPPED.intersection(parts)
            and not (len(parts) > 1 and parts[0] in built)
            and not _is_dependency(root, parts)
            and path.is_file()
            and (not path.is_symlink() or _leads_inside(path, root))
        ):
            yield path


def _is_dependency(root: Path, parts: tuple[str, ...]) -> bool:
    """Whether the file lies in a folder that is linked. A `vendor` below may be a package like any."""
    for depth, name in enumerate(parts[:-1]):
        if name in LINKED and (not depth or name != "vendor"):
            beside = root.joinpath(*parts[:depth])
            if not depth or any((beside / manifest).is_file() for manifest in MANIFESTS):
                return True
    return False


def _dependencies(root: Path, files: Iterable[Path]) -> list[Path]:
    """Folders of dependencies, at the root and beside every manifest."""
    places = dict.fromkeys([root, *(file.parent for file in files if file.name in MANIFESTS)])
    return [place / name for place in places for name in LINKED if (place / name).is_dir()]


def _leads_inside(link: Path, root: Path) -> bool:
    end, real = link.resolve(), root.resolve()
    return end.is_relative_to(real) and not SKIPPED.intersection(end.relative_to(real).parts)


def _lead(link: Path, root: Path, copy: Path) -> None:
    """Let a link of the project lead to the copy of its file, which may be changed there; else have what is in it."""
    place, end = copy / link.relative_to(root), link.resolve()
    copied = copy / end.relative_to(root.resolve())
    if copied.is_file():
        place.symlink_to(copied)
    else:
        shutil.copy2(end, place)


def _fitting(root: Path, files: Iterable[Path]) -> list[Path]:
    """These files, and ignored sources where there is room for them, too. Raises EditRefused where there is none."""
    wanted = list(itertools.islice(files, MAX_FILES + 1))
    if not _fits(wanted):
        raise EditRefused(
            f"The project is too large to run tests in a copy (over {MAX_FILES:,} files or {MAX_BYTES >> 20} MB); "
            "open the folder of the package alone."
        )
    more = list(dict.fromkeys([*wanted, *itertools.islice(_ignored_sources(root), MAX_FILES)]))
    return more if _fits(more) else wanted


def _fits(files: list[Path]) -> bool:
    return len(files) <= MAX_FILES and sum(path.lstat().st_size for path in files) <= MAX_BYTES


def _ignored_sources(root: Path) -> Iterator[Path]:
    for path in _git_files(root, "--others", "--ignored", "--directory") or []:
        parts = path.relative_to(root).parts
        if not {*SKIPPED, *LINKED}.intersection(parts):
            found = _own_files(path) if path.is_dir() and not path.is_symlink() else [path]
            yield from (f for f in found if f.suffix in SOURCES and _is_readable(f))


def _is_readable(file: Path) -> bool:
    return file.is_file() and not file.is_symlink() and os.access(file, os.R_OK)


def _own_files(folder: Path) -> Iterator[Path]:
    """Of an ignored folder, what may be the project's."""
    if folder.name.startswith(".") or any((folder / sign).exists() for sign in FOREIGN):
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir():
            yield entry
        elif not entry.is_symlink() and entry.name not in {*SKIPPED, *LINKED}:
            yield from _own_files(entry)


def _all_files(folder: Path) -> Iterator[Path]:
    """Every file below, and links as such."""
    return (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _git_files(root: Path, *which: str) -> list[Path] | None:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", *which, "--exclude-standard"],
            cwd=root, capture_output=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return [root / name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
