"""Rewrites that cannot be right whatever the language: they only call themselves, or go on after returning."""

from __future__ import annotations

import pytest

from lsp_server.edits.dead_ends import dead_end

GO = "func Filter(values []int, keep func(int) bool) []int {\n\tvar out []int\n\treturn out\n}\n"
JAVA = "static int count(String text) {\n    return text.length();\n}\n"
CPP = "template <typename T>\nint index_of(const std::vector<T>& values, const T& wanted) {\n  return 0;\n}\n"
PYTHON = "def f(a, b):\n    return a + b\n"
SUM = "def sum(self):\n    total = 0\n    return total\n"
TS = "function f(a: number): number {\n  return a;\n}\n"
RUST = "fn f(a: i32) -> i32 {\n    a\n}\n"


@pytest.mark.parametrize(
    ("language", "old", "new", "words"),
    [
        (
            "go",
            GO,
            GO.replace("\tvar out []int\n\treturn out", "\treturn Filter(values, keep)"),
            "calls itself",
        ),
        ("cpp", CPP, CPP.replace("return 0", "return index_of(values, wanted)"), "calls itself"),
        ("python", PYTHON, "def f(a, b):\n    return f(b, a)\n", "calls itself"),
        ("java", JAVA, JAVA.replace("text.length()", "count(text)"), "calls itself"),
        ("python", SUM, "def sum(self):\n    return self.sum()\n", "calls itself"),
        ("python", PYTHON, "def f(a, b):\n    return f(a + 1, b)\n", "calls itself"),
        (
            "cpp",
            CPP,
            CPP.replace("return 0", "auto other = values; return index_of(other, wanted)"),
            "calls itself",
        ),
        ("typescript", TS, TS.replace("return a", "return f(a)"), "calls itself"),
        ("java", JAVA, JAVA.replace("text.length();", "1;\n    return text.length();"), "never reached"),
        ("go", GO, GO.replace("return out", "return out\n\tout = nil"), "`out = nil` is never reached"),
        (
            "python",
            PYTHON,
            "def f(a, b):\n    return a\n    # rest\n    return b\n",
            "`return b` is never reached",
        ),
        ("typescript", TS, TS.replace("return a;", "throw a;\n  return a;"), "never reached"),
        ("rust", RUST, RUST.replace("a\n}", "return a;\n    a\n}"), "`a` is never reached"),
    ],
)
def test_a_dead_end_is_named(language: str, old: str, new: str, words: str) -> None:
    assert words in dead_end(language, old, new)
    assert dead_end(language, new, new) == ""


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("python", SUM, "def sum(self):\n    return sum(self.values)\n"),
        (
            "rust",
            "fn max(&self) -> i32 {\n    1\n}\n",
            "fn max(&self) -> i32 {\n    max(self.a, self.b)\n}\n",
        ),
        (
            "typescript",
            "class A {\n  parse() {}\n}\n",
            "class A {\n  parse() {\n    return parse(this.text);\n  }\n}\n",
        ),
        ("go", "func (s S) Len() int {\n\treturn 1\n}\n", "func (s S) Len() int {\n\treturn Len(s.a)\n}\n"),
        ("java", JAVA, JAVA.replace("text.length()", "count(text.toCharArray(), 1)")),
        ("java", JAVA, JAVA.replace("text.length()", "Other.count(text)")),
        ("cpp", CPP, CPP.replace("return 0", "return index_of(span(values), wanted)")),
        ("python", PYTHON, "def f(a, b):\n    return a if a else f(b, a)\n"),
        ("python", PYTHON, "def f(a, b):\n    if a:\n        return b\n    return f(b, a)\n"),
        ("python", PYTHON, "def f(a, b):\n    return\n    yield\n"),
        (
            "typescript",
            TS,
            "function f(a: number): number {\n  return g(a);\n  function g(b: number) { return b; }\n}\n",
        ),
        ("go", GO, GO.replace("return out", "if keep != nil {\n\t\treturn nil\n\t}\n\treturn out")),
        ("cpp", CPP, CPP.replace("return 0;", "switch (1) { case 1: return 1; default: return 0; }")),
        (
            "rust",
            RUST,
            "fn f(a: i32) -> i32 {\n    match a {\n        0 => return 1,\n        _ => f(a),\n    }\n}\n",
        ),
    ],
)
def test_ways_on_are_no_dead_end(language: str, old: str, new: str) -> None:
    assert dead_end(language, old, new) == ""
