"""The project's own tests that touch a function, run before and after an edit of it.

A test touches what it names, in a file that imports it: found by reading text, not by running anything.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from attrs import frozen

from lsp_server.syntax.tree import parse
from lsp_server.verify import sandbox
from lsp_server.verify.framework_output import TestResult, called
from lsp_server.verify.frameworks import FRAMEWORKS, folder_of
from lsp_server.verify.generated_tests import variables_for
from lsp_server.verify.project_copy import project_copy, project_files, write_within
from lsp_server.verify.tests_in_text import tests_in

SCRIPT_TESTS = ("*.test.*", "*.spec.*", "test-*.*")
TEST_FILES: dict[str, tuple[str, ...]] = {
    "python": ("test_*.py", "*_test.py"),
    "javascript": SCRIPT_TESTS,
    "javascriptreact": SCRIPT_TESTS,
    "typescript": SCRIPT_TESTS,
    "typescriptreact": SCRIPT_TESTS,
    "go": ("*_test.go",),
    "rust": ("*.rs",),
}
IMPORTS = re.compile(r"^\s*(?:from|import|export|use|\}|const|let|var)\b.*$|\brequire\(.*$", re.MULTILINE)
MOST_FILES, MOST_TESTS, MOST_READ, MOST_BYTES = 5, 40, 2_000, 500_000
SECONDS = 60.0
Key = tuple[str, str]
"""File and name of a test."""


@frozen
class TouchingTests:
    """Tests of one file."""

    file: Path
    framework: str
    names: frozenset[str]


@frozen
class Regression:
    """What the tests that touch a function say about an edit of it."""

    passed: int
    """Tests that passed before and pass after."""
    broken: tuple[str, ...] = ()
    """Those that passed before and do not after, in words."""
    reason: str = ""
    """Why nothing can be said; "" when it can."""


async def compare_tests(
    root: Path,
    path: Path,
    language: str,
    old: str,
    new: str,
    name: str,
    *,
    python: str,
    seconds: float = SECONDS,
) -> Regression:
    """Run the tests that touch `name` with the texts `old` and `new` at `path`. Raises EditRefused for a huge project.

    `seconds` is for all runs before the edit together, and again for all after it.
    """
    found = await asyncio.to_thread(touching, root, path, language, name)
    if not found:
        return Regression(0, reason=f"no test of the project uses `{name}`")
    context = project_copy(root, {path: old})
    copy = await asyncio.to_thread(context.__enter__)

    async def results_with(text: str) -> dict[Key, TestResult]:
        await asyncio.to_thread(write_within, copy, copy / path.relative_to(root), text)
        return await _run(found, root, copy, python, seconds)

    try:
        before, after = await results_with(old), await results_with(new)
        kept = {key for key, result in before.items() if result.passed}
        broken = {key for key in kept if not _passes(after, key)}
        if broken:  # once more: a test that fails now and then accuses nobody
            before, after = await results_with(old), await results_with(new)
            broken = {key for key in broken if _passes(before, key) and not _passes(after, key)}
    except asyncio.TimeoutError:
        return Regression(0, reason=f"the project's tests take over {seconds:.0f} s")
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
    if not kept:
        return Regression(0, reason=f"no test of the project that uses `{name}` passes here")
    return Regression(len(kept - broken), tuple(_words(key, after.get(key)) for key in sorted(broken)))


def _passes(results: dict[Key, TestResult], key: Key) -> bool:
    return key in results and results[key].passed


def _words(key: Key, result: TestResult | None) -> str:
    file, name = key
    why = "it did not run" if result is None else "it is skipped now" if result.skipped else result.message
    return f"`{name}` in {file} passed before{f': {why}' if why else ''}"


async def _run(
    tests: Sequence[TouchingTests], root: Path, copy: Path, python: str, seconds: float
) -> dict[Key, TestResult]:
    """Results by file and name. Raises TimeoutError when the time ran out."""
    until = time.monotonic() + seconds
    results: dict[Key, TestResult] = {}
    for one in tests:
        runner, relative = FRAMEWORKS[one.framework], one.file.relative_to(root)
        variables = await variables_for(runner, root, copy, python)
        folder = await asyncio.to_thread(folder_of, runner, copy, copy / relative)
        command = runner.command(folder, copy / relative, python) + runner.only(sorted(one.names))
        limits = sandbox.Limits(seconds=max(until - time.monotonic(), 0.1))
        outcome = await sandbox.run(command, cwd=folder, variables=variables, limits=limits)
        if outcome.timed_out:
            raise asyncio.TimeoutError
        for result in called(
            runner.parse(outcome.output), one.names, runner.prefix((copy / relative).relative_to(folder))
        ):
            results[relative.as_posix(), result.name] = result
    return results


def touching(root: Path, path: Path, language: str, name: str) -> list[TouchingTests]:
    """The tests of the project that use `name` of the file `path`, nearest files first. Blocking: reads files."""
    patterns = TEST_FILES.get(language, ())
    files = [f for f in project_files(root) if any(fnmatch(f.name, p) for p in patterns)]
    files.sort(key=lambda f: (f != path, f.stem.find(path.stem) < 0, f.parent != path.parent, f))
    found: list[TouchingTests] = []
    room = MOST_TESTS
    for file in files[:MOST_READ]:
        if len(found) == MOST_FILES or room <= 0:
            break
        text = _text(file)
        framework = _framework(root, file, language, text)
        if framework is None or not _imports(text, file, path, language, name):
            continue
        names = frozenset(list(_names(language, text, name, file == path))[:room])
        if names:
            found.append(TouchingTests(file, framework, names))
            room -= len(names)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8") if file.stat().st_size <= MOST_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _imports(text: str, file: Path, path: Path, language: str, name: str) -> bool:
    """Whether a test file gets at the code: by importing its module or the name; in Go and Rust, by lying beside it."""
    if language == "go":
        return file.parent == path.parent
    if language == "rust" and file == path:
        return True
    wanted = re.compile(rf"\b(?:{re.escape(path.stem)}|{re.escape(name)})\b")
    return any(wanted.search(line) for line in IMPORTS.findall(text))


def _names(language: str, text: str, name: str, same_file: bool) -> Iterator[str]:
    """Tests that name it; where only what they share does (a fixture, a helper), all of them."""
    tree = parse(language, text)
    word = re.compile(rf"\b{re.escape(name)}\b")
    if tree is None or not word.search(text):
        return
    tests = [(test, text[span.start : span.end]) for test, span in tests_in(tree)]
    direct = [test for test, body in tests if word.search(body)]
    yield from direct or ([] if same_file else [test for test, _ in tests])


def _framework(root: Path, file: Path, language: str, text: str) -> str | None:
    if language in ("go", "rust"):
        return {"go": "go test", "rust": "cargo"}[language]
    if language == "python":
        cases = "unittest" in text and "TestCase" in text
        plain = re.search(r"\bpytest\b|^def test_", text, re.MULTILINE)
        return "unittest" if cases and not plain else "pytest"
    manifest = _text(root / "package.json")
    for name in ("vitest", "node:test", "jest"):
        if name in text or f'"{name}"' in manifest:
            return name
    return None
