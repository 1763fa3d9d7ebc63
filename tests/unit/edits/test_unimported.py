"""Tests bring what they use: imports that are known are added, words of another framework are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import TestPlan, propose_tests
from lsp_server.errors import EditRefused

JAVA = "package shop;\n\nclass Shop {\n    static int sum(List<Integer> all) {\n        return 0;\n    }\n}\n"
SCRIPT = "export function half(n) {\n  return n / 2;\n}\n"
GO = "package shop\n\nfunc Half(n int) int {\n\treturn n / 2\n}\n"


def proposed(
    language: str, source: str, reply: str, framework: str, line: str = "", existing: str | None = None
) -> str:
    document = Document(f"file:///p/Shop.{language}", "Shop", language, source)
    plan = TestPlan(Path("/p/ShopTest"), "file:///p/ShopTest", existing, framework, line, "")
    return propose_tests(document, Span(0, len(source)), f"```\n{reply}\n```", plan).new_text


def test_java_tests_import_junit_and_collections() -> None:
    body = "@Test\nvoid adds() {\n    List<Integer> all = Arrays.asList(1, 2);\n    assertEquals(0, Shop.sum(all));\n}"

    new = proposed("java", JAVA, body, "JUnit 5")

    assert new.startswith(
        "package shop;\n\nimport org.junit.jupiter.api.Test;\nimport java.util.Arrays;\nimport java.util.List;\n"
        "import static org.junit.jupiter.api.Assertions.assertEquals;\n\nclass ShopTest {\n"
    )
    assert "import static org.junit.Assert.assertEquals;\n" in proposed("java", JAVA, body, "JUnit 4")


def test_what_is_imported_already_is_not_imported_again() -> None:
    reply = (
        "import java.util.*;\nimport static org.junit.jupiter.api.Assertions.*;\n\n"
        "@Test\nvoid adds() {\n    assertEquals(0, Shop.sum(List.of()));\n    check(java.util.Set.of());\n}"
    )

    new = proposed("java", JAVA, reply, "JUnit 5")

    assert new.count("assertEquals") == 1 and "import java.util.List" not in new and "util.Set;" not in new


@pytest.mark.parametrize(
    ("language", "source", "framework", "line", "reply", "words"),
    [
        (
            "javascript",
            SCRIPT,
            "node:test",
            'import { half } from "./half.js";',
            "test('half', () => { expect(half(4)).toBe(2); });",
            "node:test has no `expect`",
        ),
        (
            "go",
            GO,
            "go test",
            "",
            "func TestHalf(t *testing.T) {\n\tassert.Equal(t, 2, Half(4))\n}",
            "Go has no `assert`",
        ),
    ],
)
def test_words_of_another_framework_are_refused(
    language: str, source: str, framework: str, line: str, reply: str, words: str
) -> None:
    with pytest.raises(EditRefused, match=words):
        proposed(language, source, reply, framework, line)


def test_what_the_project_brings_is_no_foreign_word() -> None:
    go = 'import "github.com/stretchr/testify/assert"\n\n'
    test = "func TestHalf(t *testing.T) {\n\tassert.Equal(t, 2, Half(4))\n}"

    assert "testify/assert" in proposed("go", GO, go + test, "go test")
    assert "assert.Equal" in proposed("go", GO, test, "go test", existing="package shop\n\n" + go)


@pytest.mark.parametrize(
    ("language", "source", "framework", "line", "reply", "kept"),
    [
        (
            "javascript",
            "export class Cart {\n  items() {\n    return this.all;\n  }\n}\n",
            "vitest",
            'import { Cart } from "./cart";',
            "function items() {\n  return [1];\n}\n\ntest('items', () => { expect(new Cart(items())).toBe(1); });",
            "function items()",
        ),
        (
            "java",
            JAVA,
            "JUnit 5",
            "",
            "@Test\nvoid sum() {\n    assertEquals(0, Shop.sum(null));\n}",
            "void sum()",
        ),
    ],
)
def test_what_is_named_like_a_method_of_the_source_is_no_copy_of_it(
    language: str, source: str, framework: str, line: str, reply: str, kept: str
) -> None:
    """A helper was dropped, and a test with it: the answer held no test, or could not be run."""
    assert kept in proposed(language, source, reply, framework, line)
