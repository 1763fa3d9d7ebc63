"""The linters, type checkers and compilers that are known: when a project uses one, how it is asked, what it answers."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from attrs import frozen

from lsp_server.verify.cargo_runs import cargo_runs

PYTHON = {"python"}
REQUIREMENTS = (
    "pyproject.toml",
    "requirements-dev.txt",
    "dev-requirements.txt",
    "requirements.txt",
    "tox.ini",
)
SCRIPTS = {"javascript", "javascriptreact", "typescript", "typescriptreact"}


@frozen
class Linter:
    """One tool. Findings are compared without their line numbers, since an edit moves lines."""

    name: str
    languages: set[str]
    configured: Callable[[Path], bool]
    arguments: Callable[[Path, Path], list[str]]
    """(file as the project knows it, temporary file with the text) → arguments after the executable."""
    findings: Callable[[str], list[str]]
    on_error: bool = False
    """What it finds is told on its standard error."""
    program: str = ""
    """Where it is not called as it is named."""
    ran: frozenset[int] = frozenset({0, 1})
    """Exit codes after which it has looked at the text; any other, or one besides 0 without findings, is a failure."""
    unusable: str = ""
    """Findings (a regular expression) that say that it could not look at the code."""
    whole: bool = False
    """It tells of the whole project, not only of the file it is given."""
    tests: bool = True
    """It looks at tests, too."""
    runs_code: Callable[[Path, Path], bool] = lambda root, file: False
    """(project root, changed file) → whether it may run what it is given."""
    takes: Literal["stdin", "shadow", "copy"] = "stdin"
    """How it is given text that is not on disk: as input, as a file in place of another, or in a copy of the project."""
    cache: str = ""
    """The environment variable that names the folder in which it remembers earlier runs, where it has one."""


def _has(
    root: Path,
    names: tuple[str, ...],
    words: str = "",
    files: tuple[str, ...] = ("pyproject.toml", "setup.cfg"),
) -> bool:
    """A configuration file of that name, or the words in one of the project's shared ones."""
    if any((root / name).exists() for name in names):
        return True
    for name in files:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if words and words in (root / name).read_text("utf-8"):
                return True
    return False


def _ruff_findings(output: str) -> list[str]:
    return [f"{item['code']} {item['message']}" for item in json.loads(output)]


def _mypy_findings(output: str) -> list[str]:
    return re.findall(r"^[^\n]*?:\d+(?::\d+)?: error: (.*)$", output, re.M)


def _cargo_findings(output: str) -> list[str]:
    told = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    messages = [item["message"] for item in told if item.get("reason") == "compiler-message"]
    return [message["message"] for message in messages if message["level"] == "error"]


def _tsc_findings(output: str) -> list[str]:
    return re.findall(r"^[^\n(]*\(\d+,\d+\): error (.*)$", output, re.M)


def _plain_findings(output: str) -> list[str]:
    return re.findall(r"^[^\n]*?:\d+:\d+:? (.*)$", output, re.M)


def _pyright_findings(output: str) -> list[str]:
    found = json.loads(output)["generalDiagnostics"]
    return [item["message"].split("\n")[0] for item in found if item["severity"] == "error"]


def _eslint_findings(output: str) -> list[str]:
    return [
        f"{m.get('ruleId') or 'error'} {m['message']}"
        for file in json.loads(output)
        for m in file["messages"]
    ]


LINTERS = (
    Linter(
        "ruff",
        PYTHON,
        lambda root: _has(root, ("ruff.toml", ".ruff.toml"), "[tool.ruff"),
        lambda file, _: [
            "check",
            "--quiet",
            "--no-cache",
            "--output-format=json",
            f"--stdin-filename={file}",
            "-",
        ],
        _ruff_findings,
    ),
    Linter(
        "mypy",
        PYTHON,
        lambda root: _has(root, ("mypy.ini", ".mypy.ini"), "[tool.mypy") or _has(root, (), "[mypy"),
        lambda file, text: [
            "--no-error-summary",
            "--hide-error-context",
            *([] if file.exists() and file != text else ["--follow-imports=silent"]),
            "--shadow-file",
            str(file),
            str(text),
            str(file),
        ],
        _mypy_findings,
        takes="shadow",
        cache="MYPY_CACHE_DIR",
    ),
    Linter(
        "flake8",
        PYTHON,
        lambda root: _has(root, (".flake8",), "[flake8", ("setup.cfg", "tox.ini")),
        lambda file, _: [f"--stdin-display-name={file}", "-"],
        _plain_findings,
    ),
    Linter(
        "pyflakes",
        PYTHON,
        lambda root: _has(root, (), "pyflakes", REQUIREMENTS),
        lambda file, _: [],
        _plain_findings,
    ),
    Linter(
        "pyright",
        PYTHON,
        lambda root: _has(root, ("pyrightconfig.json",), "[tool.pyright"),
        lambda _, text: ["--outputjson", str(text)],
        _pyright_findings,
        takes="copy",
    ),
    Linter(
        "cargo check",
        {"rust"},
        lambda root: (root / "Cargo.toml").exists(),
        lambda _, text: ["check", "--offline", "--quiet", "--message-format=json"],
        _cargo_findings,
        program="cargo",
        ran=frozenset({0, 101}),
        whole=True,
        tests=False,
        runs_code=cargo_runs,
        takes="copy",
    ),
    Linter(
        "go vet",
        {"go"},
        lambda root: (root / "go.mod").exists(),
        lambda _, text: ["vet", str(text.parent)],
        _plain_findings,
        program="go",
        whole=True,
        unusable="no required module provides|missing go.sum entry|cannot find (?:module|package)",
        takes="copy",
        on_error=True,
    ),
    Linter(
        "tsc",
        SCRIPTS,
        lambda root: (root / "tsconfig.json").exists(),
        lambda _, text: ["--noEmit", "--pretty", "false", "--project", "."],
        _tsc_findings,
        ran=frozenset({0, 1, 2}),
        whole=True,
        takes="copy",
    ),
    Linter(
        "eslint",
        SCRIPTS,
        lambda root: any(root.glob("eslint.config.*")) or any(root.glob(".eslintrc*")),
        lambda file, _: ["--format=json", "--stdin", f"--stdin-filename={file}"],
        _eslint_findings,
    ),
)
