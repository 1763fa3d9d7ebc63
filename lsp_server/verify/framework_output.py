"""What test frameworks print, as one result for each test. Text in, data out.

Names are qualified as in `tests_in_text`: `TestAdd::test_zero` in Python, `adds > zero` in JavaScript, `tests::zero` in
Rust.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import evolve, frozen

from lsp_server.verify import comparisons
from lsp_server.verify.tests_in_text import SOME


@frozen
class TestResult:
    name: str
    passed: bool
    message: str = ""
    """The failure in the framework's own words, shortened."""
    skipped: bool = False
    """It was left out, or is expected to fail: it has not passed, and nothing is held against the code."""

    __test__ = False

    @property
    def failed(self) -> bool:
        return not (self.passed or self.skipped)


def worst(results: Iterable[TestResult]) -> list[TestResult]:
    """One result for each name: failed where one of that name failed, skipped where all were."""
    found: dict[str, TestResult] = {}
    for result in results:
        known = found.get(result.name)
        if known is None or _rank(result) < _rank(known):
            found[result.name] = result
    return list(found.values())


def _rank(result: TestResult) -> int:
    return 0 if result.failed else 1 if result.passed else 2


def called(results: Iterable[TestResult], names: frozenset[str], prefix: str = "") -> list[TestResult]:
    """The results of the tests with these names in the text (all where there are none); `prefix` stands before each."""
    patterns = {n: re.compile(".*".join(map(re.escape, n.split(SOME)))) for n in names if SOME in n}
    found: list[TestResult] = []
    for result in results:
        name = result.name.removeprefix(prefix)
        if not result.name.startswith(prefix):
            continue
        if names and name not in names:
            case_of = name.rpartition("::")[0]
            fitting = (n for n, pattern in patterns.items() if pattern.fullmatch(name))
            name = case_of if case_of in names else next(fitting, "")
        if name:
            found.append(evolve(result, name=name))
    return worst(found)


PYTEST_LINE = re.compile(
    r"^(?:\S[^\n]*?\.py)::((?:\w+::)*\w+)(?:\[.*\])? (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b", re.M
)
PYTEST_REASON = re.compile(r"^(?:FAILED|ERROR) [^\n]*?\.py::((?:\w+::)*\w+)(?:\[.*?\])?(?: - (.*))?$", re.M)
PYTEST_FAILURE = re.compile(
    r"^_{3,} ((?:\w+\.)*\w+)(?:\[.*\])? _{3,}$(.*?)(?=^_{3,} |^={3,} |\Z)", re.M | re.S
)


def pytest(output: str) -> list[TestResult]:
    reasons = {name: (reason or "") for name, reason in PYTEST_REASON.findall(output)}
    reasons |= {
        name.replace(".", "::"): told
        for name, text in PYTEST_FAILURE.findall(output)
        if (told := comparisons.told(text))
    }
    return worst(
        _result(name, verdict == "PASSED", verdict in ("SKIPPED", "XFAIL"), reasons.get(name, ""))
        for name, verdict in PYTEST_LINE.findall(output)
    )


def _result(name: str, passed: bool, skipped: bool, message: str = "") -> TestResult:
    return TestResult(name, passed and not skipped, "" if passed or skipped else message, skipped)


UNITTEST_LINE = re.compile(
    r"^ *(\w+) \(([\w.<>]+)\)(?:[^\n]*\n)??[^\n]*? \.\.\. "
    r"(ok|FAIL|ERROR|skipped|expected failure|unexpected success)\b",
    re.M,
)
UNITTEST_REASON = re.compile(r"^(?:FAIL|ERROR): (\w+) \(([\w.<>]+)\).*?\n-+\n(.*?)(?=\n\n|\Z)", re.M | re.S)


def unittest(output: str) -> list[TestResult]:
    reasons = {
        _of_class(name, where): text.strip().splitlines()[-1]
        for name, where, text in UNITTEST_REASON.findall(output)
        if text.strip()
    }
    names = [(_of_class(name, where), verdict) for name, where, verdict in UNITTEST_LINE.findall(output)]
    return worst(
        _result(name, verdict == "ok", verdict in ("skipped", "expected failure"), reasons.get(name, ""))
        for name, verdict in names
    )


def _of_class(name: str, where: str) -> str:
    """From Python 3.11 on the place repeats the name of the test."""
    return f"{where.removesuffix(f'.{name}').rpartition('.')[2]}::{name}"


TAP_LINE = re.compile(
    r"^( *)(?:# Subtest: (?P<begun>.+)|(?P<verdict>not ok|ok) \d+ - (?P<name>.+?)"
    r"(?P<left> # (?:SKIP|TODO)\b.*)?(?: # time=.*)?)$|^(?P<suite> +type: 'suite')$",
    re.M | re.I,
)
FILE = re.compile(r"(?:\S*|.*[/\\].*)\.[mc]?[jt]sx?")


def tap(output: str) -> list[TestResult]:
    """Of node:test, whose describes are indented blocks that begin with their names."""
    path: list[str] = []
    found: list[TestResult] = []
    for line in TAP_LINE.finditer(output):
        if line["suite"]:
            found = found[:-1]
            continue
        depth = len(line[1]) // 4
        if line["begun"]:
            path[depth:] = [_unescaped(line["begun"])]
            continue
        name = [*path[:depth], _unescaped(line["name"])]
        if FILE.fullmatch(name[0]):
            name = name[1:]
        if name:
            found.append(_result(" > ".join(name), line["verdict"] == "ok", bool(line["left"])))
    return worst(found)


def tap_flat(output: str) -> list[TestResult]:
    """Of vitest: each name begins with that of its file."""
    found = [line for line in TAP_LINE.finditer(output) if line["verdict"] and " > " in line["name"]]
    return worst(
        _result(_unescaped(line["name"]).partition(" > ")[2], line["verdict"] == "ok", bool(line["left"]))
        for line in found
    )


def _unescaped(name: str) -> str:
    name = re.sub(r"\\([\\#])", r"\1", name)
    return re.sub(r"\\[nrtbfv]", " ", name)


JEST_BLOCK = re.compile(r"^(?:PASS|FAIL) .*\n((?:[ \t]+\S.*\n?)+)", re.M)
JEST_LINE = re.compile(r"^( +)(?:([✓√✕\u00d7○✎]) )?(.+?)(?: \([\d.]+ m?s\))?$", re.M)


def jest(output: str) -> list[TestResult]:
    found: list[TestResult] = []
    for block in JEST_BLOCK.findall(output):
        path: list[str] = []
        for indent, mark, name in JEST_LINE.findall(block):
            depth = len(indent) // 2 - 1
            left = mark in ("○", "✎")
            path[depth:] = [re.sub(r"^(?:skipped|todo) ", "", name) if left else name]
            if mark:
                found.append(_result(" > ".join(path), mark in "✓√", left))
    return worst(found)


GO_LINE = re.compile(r"^--- (PASS|FAIL|SKIP): (\w+)", re.M)


def go(output: str) -> list[TestResult]:
    return worst(_result(name, v == "PASS", v == "SKIP") for v, name in GO_LINE.findall(output))


RUST_LINE = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)", re.M)


def rust(output: str) -> list[TestResult]:
    return worst(_result(name, v == "ok", v == "ignored") for name, v in RUST_LINE.findall(output))
