"""How each test framework is started on one file, and how its output says which test passed.

Commands are the frameworks' own; nothing is installed. Knows no sandbox: it only builds argument lists and reads text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import frozen

from lsp_server.verify import comparisons


@frozen
class TestResult:
    name: str
    passed: bool
    message: str = ""
    """The failure in the framework's own words, shortened."""

    __test__ = False


@frozen
class Framework:
    command: Callable[[Path, Path, str], list[str]]
    """(project root, test file, Python interpreter) → argument list."""
    parse: Callable[[str], list[TestResult]]
    """Output → one result for each test; empty when nothing could be collected."""
    only: Callable[[Sequence[str]], list[str]] = lambda names: []
    """Arguments after the command that select tests by name; where there are none, all of the file run."""


PYTEST_LINE = re.compile(
    r"^(?:\S*?::)?(\S+?::)?(\w+)(\[.*\])? (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.M
)
PYTEST_REASON = re.compile(r"^(?:FAILED|ERROR) \S*?(\w+)(?:\[.*?\])?(?: - (.*))?$", re.M)
PYTEST_FAILURE = re.compile(
    r"^_{3,} (?:\w+\.)*(\w+)(?:\[.*\])? _{3,}$(.*?)(?=^_{3,} |^={3,} |\Z)", re.M | re.S
)


def python_of(root: Path) -> str:
    """The project's own interpreter: its virtual environment, else python3."""
    for name in (".venv", "venv"):
        for relative in ("bin/python", "Scripts/python.exe"):
            if (root / name / relative).exists():
                return str(root / name / relative)
    return "python3"


def _pytest(root: Path, file: Path, python: str) -> list[str]:
    options = ["-vv", "--tb=short", "-p", "no:cacheprovider", "--color=no", "-o", "addopts=", "-rfE"]
    return [python, "-m", "pytest", *options, str(file.relative_to(root))]


def _parse_pytest(output: str) -> list[TestResult]:
    reasons = {name: (reason or "") for name, reason in PYTEST_REASON.findall(output)}
    reasons |= {
        name: told for name, text in PYTEST_FAILURE.findall(output) if (told := comparisons.told(text))
    }
    worst: dict[str, bool] = {}
    for _, name, _, verdict in PYTEST_LINE.findall(output):
        worst[name] = worst.get(name, True) and verdict in ("PASSED", "XFAIL", "SKIPPED")
    return [
        TestResult(name, passed, "" if passed else reasons.get(name, "")) for name, passed in worst.items()
    ]


def _unittest(root: Path, file: Path, python: str) -> list[str]:
    return [python, "-m", "unittest", "-v", str(file.relative_to(root))]


UNITTEST_LINE = re.compile(r"^(\w+) \(.*?\)(?:\n.*?)?? \.\.\. (ok|FAIL|ERROR|skipped.*)$", re.M)
UNITTEST_REASON = re.compile(r"^(?:FAIL|ERROR): (\w+) .*?\n-+\n(.*?)(?=\n\n|\Z)", re.M | re.S)


def _parse_unittest(output: str) -> list[TestResult]:
    reasons = {
        name: text.strip().splitlines()[-1] for name, text in UNITTEST_REASON.findall(output) if text.strip()
    }
    return [
        TestResult(name, verdict == "ok" or verdict.startswith("skipped"), reasons.get(name, ""))
        for name, verdict in UNITTEST_LINE.findall(output)
    ]


TAP_LINE = re.compile(r"^(?:\s*)(not ok|ok) \d+ - (.+?)(?: # .*)?$", re.M)


def _parse_tap(output: str) -> list[TestResult]:
    found = [(name, verdict == "ok") for verdict, name in TAP_LINE.findall(output)]
    return [TestResult(name, ok) for name, ok in found if not name.endswith((".ts", ".js", ".mjs", ".cjs"))]


GO_LINE = re.compile(r"^--- (PASS|FAIL|SKIP): (\w+)", re.M)
RUST_LINE = re.compile(r"^test (\S+) \.\.\. (ok|FAILED|ignored)", re.M)

FRAMEWORKS: dict[str, Framework] = {
    "pytest": Framework(_pytest, _parse_pytest, lambda names: ["-k", " or ".join(names)]),
    "unittest": Framework(
        _unittest, _parse_unittest, lambda names: [part for name in names for part in ("-k", name)]
    ),
    "node:test": Framework(
        lambda root, file, python: ["node", "--test", "--test-reporter=tap", str(file.relative_to(root))],
        _parse_tap,
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
        lambda output: [TestResult(r.name.rsplit(" > ", 1)[-1], r.passed) for r in _parse_tap(output)],
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
        lambda output: [
            TestResult(re.sub(r" \(\d+ ms\)$", "", name), mark in "✓√")
            for mark, name in re.findall(r"^\s+([✓√✕\u00d7]) (.+)$", output, re.M)
        ],
    ),
    "go test": Framework(
        lambda root, file, python: ["go", "test", "-v", f"./{file.parent.relative_to(root).as_posix()}"],
        lambda output: [TestResult(name, verdict != "FAIL") for verdict, name in GO_LINE.findall(output)],
        lambda names: ["-run", f"^({'|'.join(names)})$"],
    ),
    "cargo": Framework(
        lambda root, file, python: ["cargo", "test", "--offline", "--color=never"],
        lambda output: [
            TestResult(n.rsplit("::", 1)[-1], v != "FAILED") for n, v in RUST_LINE.findall(output)
        ],
    ),
}
"""Framework names are those of `edits.TestPlan.framework`."""
