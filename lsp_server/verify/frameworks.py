"""How each test framework is started on one file.

Commands are the frameworks' own; nothing is installed. Knows no sandbox: it only builds argument lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from attrs import frozen

from lsp_server.verify import framework_output as output
from lsp_server.verify.framework_output import TestResult


@frozen
class Framework:
    command: Callable[[Path, Path, str], list[str]]
    """(folder it is run in, test file, Python interpreter) → argument list."""
    parse: Callable[[str], list[TestResult]]
    """Output → one result for each test; empty when nothing could be collected."""
    only: Callable[[Sequence[str]], list[str]] = lambda names: []
    """Arguments after the command that select tests by name; where there are none, all of the file run."""
    prefix: Callable[[PurePath], str] = lambda file: ""
    """File, relative to where the command runs → what stands before the names of its tests."""
    exit_tells: bool = False
    """It ends with 0 when all of the file passed, and only then."""
    manifest: str = ""
    """The file whose folder it is run in; "" means that of the project."""
    python: bool = False
    """Its tests are run by the project's interpreter."""
    whole: bool = False
    """It runs tests of other files, too, and one that crashes ends them all."""


def python_of(root: Path) -> str:
    """The project's own interpreter: its virtual environment, else python3."""
    for name in (".venv", "venv"):
        for relative in ("bin/python", "Scripts/python.exe"):
            if (root / name / relative).exists():
                return str(root / name / relative)
    return "python3"


def folder_of(framework: Framework, root: Path, file: Path) -> Path:
    """Where the tests of `file` are run: the folder of the nearest manifest, within `root`."""
    for folder in file.parents:
        if folder == root or (framework.manifest and (folder / framework.manifest).is_file()):
            return folder
    return root


def _pytest(root: Path, file: Path, python: str) -> list[str]:
    plain = ["-o", "addopts=", "-o", "log_cli=false"]
    options = ["-vv", "--tb=short", "-p", "no:cacheprovider", "--color=no", "-rfE"]
    return [python, "-m", "pytest", *options, *plain, str(file.relative_to(root))]


def _unittest(root: Path, file: Path, python: str) -> list[str]:
    return [python, "-m", "unittest", "-v", "-b", str(file.relative_to(root))]


def _rust_module(file: PurePath) -> str:
    """What cargo puts before the names of the tests in a file of `src`."""
    parts = file.with_suffix("").parts
    inside = parts[parts.index("src") + 1 :] if "src" in parts else ()
    inside = inside[:-1] if inside and inside[-1] in ("lib", "main", "mod") else inside
    return "".join(f"{part}::" for part in inside)


def _bare(names: Sequence[str]) -> list[str]:
    return sorted({name.rpartition("::")[2] for name in names})


FRAMEWORKS: dict[str, Framework] = {
    "pytest": Framework(
        _pytest, output.pytest, lambda names: ["-k", " or ".join(_bare(names))], exit_tells=True, python=True
    ),
    "unittest": Framework(
        _unittest,
        output.unittest,
        lambda names: [part for name in _bare(names) for part in ("-k", name)],
        exit_tells=True,
        python=True,
    ),
    "node:test": Framework(
        lambda root, file, python: ["node", "--test", "--test-reporter=tap", str(file.relative_to(root))],
        output.tap,
        exit_tells=True,
        manifest="package.json",
    ),
    "vitest": Framework(
        lambda root, file, python: [
            "npx",
            "--no-install",
            "vitest",
            "run",
            "--reporter=tap-flat",
            str(file.relative_to(root)),
        ],
        output.tap_flat,
        manifest="package.json",
    ),
    "jest": Framework(
        lambda root, file, python: [
            "npx",
            "--no-install",
            "jest",
            "--verbose",
            "--colors=false",
            str(file.relative_to(root)),
        ],
        output.jest,
        manifest="package.json",
    ),
    "go test": Framework(
        lambda root, file, python: ["go", "test", "-v", f"./{file.parent.relative_to(root).as_posix()}"],
        output.go,
        lambda names: ["-run", f"^({'|'.join(names)})$"],
        manifest="go.mod",
        whole=True,
    ),
    "cargo": Framework(
        lambda root, file, python: ["cargo", "test", "--offline", "--color=never"],
        output.rust,
        prefix=_rust_module,
        manifest="Cargo.toml",
    ),
}
"""Framework names are those of `edits.TestPlan.framework`."""
