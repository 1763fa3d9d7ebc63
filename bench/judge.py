"""Judges answers with means of its own: Python's parser, tree-sitter, pytest, ruff. Nothing of `lsp_server` is used."""

from __future__ import annotations

import ast
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bench.wrong_versions import wrong_versions

if TYPE_CHECKING:
    import tree_sitter

COMMENTS = {"comment", "line_comment", "block_comment", "doc_comment", "outer_doc_comment_marker"}
GRAMMARS = {"typescript": ("tree_sitter_typescript", "language_typescript")}
"""Where a grammar is found when it is not `tree_sitter_LANGUAGE.language`."""
RUNNERS = {
    "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "{file}"],
    "unittest": [sys.executable, "-m", "unittest", "{file}"],
    "node:test": ["node", "--test", "{file}"],
    "cargo": ["cargo", "test", "--offline", "--lib"],
}
"""A return code of 0 means that all tests passed, and but for cargo that there were any."""


@cache
def _parser(language: str) -> tree_sitter.Parser:
    import tree_sitter

    module, function = GRAMMARS.get(language, (f"tree_sitter_{language}", "language"))
    return tree_sitter.Parser(tree_sitter.Language(getattr(import_module(module), function)()))


def _mistakes(language: str, text: str) -> int:
    waiting, count = [_parser(language).parse(text.encode("utf-8")).root_node], 0
    while waiting:
        node = waiting.pop()
        count += node.is_error or node.is_missing
        waiting += node.children
    return count


def parses(language: str, old: str, new: str) -> bool:
    """No more syntax errors than the old text had; for Python its own compiler agrees."""
    if language == "python":
        try:
            compile(new, "case.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return _mistakes(language, new) <= _mistakes(language, old)


def code_unchanged(language: str, old: str, new: str) -> bool:
    """Equal but for documentation: Python's tree without docstrings, or the leaves that are no comments."""
    if language == "python":
        return ast.dump(_without_docstrings(old)) == ast.dump(_without_docstrings(new))
    return _leaves(language, old) == _leaves(language, new)


def _without_docstrings(text: str) -> ast.Module:
    module = ast.parse(text)
    for node in ast.walk(module):
        if (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module))
            and ast.get_docstring(node, clean=False) is not None
        ):
            del node.body[0]
    return module


def _leaves(language: str, text: str) -> list[bytes]:
    found: list[bytes] = []
    stack = [_parser(language).parse(text.encode("utf-8")).root_node]
    while stack:
        node = stack.pop()
        if node.type in COMMENTS:
            continue
        if node.child_count:
            stack.extend(reversed(node.children))
        else:
            found.append(node.text or b"")
    return found


def outside_unchanged(old: str, new: str, start: int, end: int) -> bool:
    """What was not selected is there in full: every line before and after, in order; others may come between."""
    kept = [line.strip() for line in (old[:start] + "\n" + old[end:]).splitlines() if line.strip()]
    rest = iter(line.strip() for line in new.splitlines())
    return all(any(line == other for other in rest) for line in kept)


def adds_no_finding(language: str, old: str, new: str) -> bool | None:
    """No new finding of ruff's pyflakes rules; None for other languages, or without ruff."""
    program = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if language != "python" or program is None:
        return None

    def findings(text: str) -> Counter[str]:
        command = [program, "check", "--isolated", "--no-cache", "--select=F", "--output-format=json", "-"]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        return Counter(f"{item['code']} {item['message']}" for item in json.loads(done.stdout))

    return not findings(new) - findings(old)


def holds(text: str, expressions: tuple[str, ...], seconds: float = 10.0) -> bool:
    """Every expression is true in the module's namespace; run in a process of its own, in an empty folder."""
    body = "\n".join(f"assert ({expression}), {expression!r}" for expression in expressions)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "case.py").write_text(f"{text}\n\n{body}\n", "utf-8")
        return _succeeds([sys.executable, "-I", "case.py"], Path(folder), seconds)


def green(project: Path, file: Path, text: str, framework: str, end: float = math.inf) -> bool | None:
    """All tests of `text`, written as `file` into a copy of the project, pass; None where they cannot be run here."""
    if framework not in RUNNERS or shutil.which(RUNNERS[framework][0]) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        return _green(_copy(project, folder), file.relative_to(project), text, framework, end)


def killed(
    project: Path, file: Path, text: str, target: Path, function: str, end: float = math.inf
) -> tuple[int, int]:
    """How many wrong versions of a Python function its tests notice, and how many there are."""
    source = target.read_text("utf-8")
    versions = wrong_versions(source, function)
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(project, folder)
        for version in versions:
            (copy / target.relative_to(project)).write_text(version, "utf-8")
            noticed += not _green(copy, file.relative_to(project), text, "pytest", end)
    return noticed, len(versions)


def _copy(project: Path, folder: str) -> Path:
    copy = Path(folder) / project.name
    shutil.copytree(project, copy)
    return copy


def _green(copy: Path, file: Path, text: str, framework: str, end: float) -> bool:
    (copy / file).parent.mkdir(parents=True, exist_ok=True)
    (copy / file).write_text(text, "utf-8")
    command = [part.format(file=file.as_posix()) for part in RUNNERS[framework]]
    seconds = max(min(60.0, end - time.monotonic()), 0.1)
    return _succeeds(command, copy, seconds, "0 passed" if framework == "cargo" else "")


def _succeeds(command: list[str], folder: Path, seconds: float, bad: str = "") -> bool:
    """It ends with 0 and without saying what is bad."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=seconds, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and not (bad and bad in done.stdout)


def mentions(answer: str, words: tuple[str, ...]) -> bool:
    """The explanation contains at least one of the words, whatever the case."""
    lowered = answer.lower()
    return any(word.lower() in lowered for word in words)
