"""How the answer to "Generate Tests" is made to begin, by framework."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lsp_server.edits.suite.opening import FIRST, opening_of_tests
from lsp_server.edits.suite.plan import TestPlan


def plan(framework: str, import_line: str = "", example: str = "") -> TestPlan:
    return TestPlan(Path("/p/t"), "file:///p/t", None, framework, import_line, example)


@pytest.mark.parametrize(
    "framework, import_line, name, begins",
    [
        ("pytest", "from shop import add_all", "add_all", "from shop import add_all\n\n\ndef test_add_all_"),
        (
            "unittest",
            "from shop import Cart",
            "Cart",
            "import unittest\nfrom shop import Cart\n\n\nclass TestCart",
        ),
        ("go test", "", "parseURL", "func TestParseURL(t *testing.T) {"),
        ("cargo", "use super::*;", "gcd", "#[test]\nfn test_gcd_"),
        ("JUnit 5", "", "fibonacci", "@Test\nvoid testFibonacci"),
        ("GoogleTest", '#include "a.h"', "add_up", '#include "a.h"\n\nTEST(AddUp,'),
        (
            "node:test",
            'import { f } from "./f.js";',
            "f",
            'import { test } from "node:test";\nimport assert from "node:assert/strict";\n'
            'import { f } from "./f.js";\n\ntest(\'f',
        ),
        (
            "node:test",
            'const { f } = require("./f");',
            "f",
            'const { test } = require("node:test");\nconst assert = require("node:assert/strict");\n'
            'const { f } = require("./f");\n\ntest(\'f',
        ),
        ("vitest", 'import { f } from "./f";', "f", 'import { f } from "./f";\n\ntest(\'f'),
    ],
)
def test_it_begins_with_the_imports_and_a_test(
    framework: str, import_line: str, name: str, begins: str
) -> None:
    assert opening_of_tests(plan(framework, import_line), name) == begins


def test_the_word_of_the_projects_tests_is_used() -> None:
    assert opening_of_tests(plan("vitest", example="it('adds', () => {});"), "f").endswith("it('f")


@pytest.mark.parametrize("framework", FIRST)
def test_code_without_a_name_has_an_opening_too(framework: str) -> None:
    assert re.search(r"\{\w*\}", opening_of_tests(plan(framework), "")) is None


def test_an_unknown_framework_leaves_the_imports() -> None:
    assert opening_of_tests(plan("bats", "load helper"), "f") == "load helper"
