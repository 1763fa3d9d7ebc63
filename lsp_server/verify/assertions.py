"""The assertions of failing pytest functions, taken apart: each can be run alone, and those that fail can go.

A small model's test often holds many right assertions and one wrong one. Text in, text out; runs nothing.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from attrs import frozen

from lsp_server.verify.tidy import without_idle_values, without_lines

MOST = 60
"""Assertions taken apart in one file."""


@frozen
class Probe:
    """One assertion of a test as a test of its own."""

    name: str
    test: str
    line: int
    """Where the assertion is in the file, from 1."""


def probes(text: str, names: frozenset[str]) -> tuple[str, list[Probe]]:
    """The file with a test for each assertion of the named tests, and what these are called."""
    added: list[str] = []
    found: list[Probe] = []
    for test in _tests(text, names):
        for number, statement in enumerate(test.body):
            if isinstance(statement, ast.Assert) and len(found) < MOST:
                alone = copy.deepcopy(test)
                alone.name = f"{test.name}_alone_{number}"
                before = [s for s in alone.body[:number] if not isinstance(s, ast.Assert)]
                alone.body = [*before, alone.body[number]]
                added.append(ast.unparse(alone))
                found.append(Probe(alone.name, test.name, statement.lineno))
    return "\n\n\n".join([text.rstrip("\n"), *added]) + "\n", found


def without(text: str, failing: list[Probe]) -> str:
    """The file without assertions that fail and what only they needed; tests of which none would be left stay."""
    names = frozenset(probe.test for probe in failing)
    gone: set[int] = set()
    for test in _tests(text, names):
        own = [s for s in test.body if isinstance(s, ast.Assert)]
        wrong = [s for s in own if any(p.test == test.name and p.line == s.lineno for p in failing)]
        if len(wrong) < len(own):
            gone.update(n for s in wrong for n in range(s.lineno - 1, s.end_lineno or s.lineno))
    return without_idle_values(without_lines(text, gone), names) if gone else text


def uses(text: str, names: frozenset[str], target: str) -> bool:
    """Whether the named tests still name what they are to test."""
    tests = list(_tests(text, names, least=1))
    return any(target in (getattr(n, "id", ""), getattr(n, "attr", "")) for t in tests for n in ast.walk(t))


def _tests(text: str, names: frozenset[str], least: int = 2) -> Iterator[ast.FunctionDef]:
    """Functions of the module among the names, undecorated, with assertions on lines of their own."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in names and not node.decorator_list:
            starts = [s.lineno for s in node.body]
            asserted = sum(isinstance(s, ast.Assert) for s in node.body)
            if asserted >= least and len(set(starts)) == len(starts) and starts[0] > node.lineno:
                yield node
