"""How a file of tests begins, up to its first test: an answer made to begin so holds a test."""

from __future__ import annotations

import re

from lsp_server.edits.suite.plan import TestPlan

FIRST: dict[str, str] = {
    "pytest": "def test_{snake}_",
    "unittest": "class Test{camel}",
    "go test": "func Test{camel}(t *testing.T) {{",
    "cargo": "#[test]\nfn test_{snake}_",
    "JUnit 5": "@Test\nvoid test{camel}",
    "JUnit 4": "@Test\npublic void test{camel}",
    "GoogleTest": "TEST({camel},",
    "Catch2": 'TEST_CASE("{name}',
    "vitest": "test('{name}",
    "jest": "test('{name}",
    "node:test": "test('{name}",
    "mocha": "it('{name}",
}
"""Each ends where the model has something to choose: what the test is about."""
PYTHON = ("pytest", "unittest")
NODE_IMPORTED = ('import {{ {word} }} from "node:test";', 'import assert from "node:assert/strict";')
NODE_REQUIRED = (
    'const {{ {word} }} = require("node:test");',
    'const assert = require("node:assert/strict");',
)
"""Said, because a model takes Jest's `expect` for granted otherwise."""


def opening_of_tests(plan: TestPlan, name: str) -> str:
    """The imports that cannot be done without, and the beginning of a test of `name`; "" for an unknown framework."""
    first = FIRST.get(plan.framework, "")
    if first.startswith("test('") and re.search(r"\bit\('", plan.example):
        first = first.replace("test('", "it('")
    words = re.findall(r"[A-Z]?[a-z\d]+|[A-Z]+(?![a-z])", name)
    first = first.format(
        name=name, snake="_".join(words).lower(), camel="".join(word[0].upper() + word[1:] for word in words)
    )
    imports = ["import unittest"] if plan.framework == "unittest" else []
    if plan.framework == "node:test":
        lines = NODE_REQUIRED if "require(" in plan.import_line else NODE_IMPORTED
        imports = [line.format(word=first[: first.index("(")]) for line in lines]
    imports += [plan.import_line] if plan.import_line and plan.framework != "cargo" else []
    gap = "\n\n\n" if plan.framework in PYTHON else "\n\n"
    return gap.join(part for part in ("\n".join(imports), first) if part)
