"""Helpers of generated tests in other languages than Python beside those of the test file: each name is given once."""

# ruff: noqa: E501
from __future__ import annotations

import pytest

from lsp_server.edits.suite.other_names import apart
from lsp_server.errors import EditRefused

SCRIPT = 'const items = [1];\n\nfunction make(n) {\n  return [n];\n}\n\ntest("adds", () => {\n  check(items, make(1));\n});\n'
GO = "package a\n\nvar items = []int{1}\n\nfunc make2(n int) int { return n }\n\ntype fake struct{ n int }\n\nfunc (f fake) Get() int { return f.n }\n"
RUST = "use super::*;\n\nconst ITEMS: [i32; 1] = [1];\n\nfn make(n: i32) -> i32 {\n    n\n}\n"


@pytest.mark.parametrize(
    ("language", "existing", "body", "expected"),
    [
        ("javascript", SCRIPT, 'const items = [1]\n\ntest("b", () => check(items));', 'test("b", () => check(items));'),
        ("javascript", SCRIPT, 'const items = [2];\n\ntest("b", () => check(items, a.items, { items: 1 }));', 'const items2 = [2];\n\ntest("b", () => check(items2, a.items, { items: 1 }));'),
        ("typescript", SCRIPT, 'function make(a: number): number {\n  return a;\n}\n\ntest("b", () => check(make(1)));', 'function make2(a: number): number {\n  return a;\n}\n\ntest("b", () => check(make2(1)));'),
        ("javascript", SCRIPT, 'const items = [2];\n\ntest("b", () => check({ items }));', None),
        ("javascript", SCRIPT, 'test("b", () => { const items = [2]; check(items); });', 'test("b", () => { const items = [2]; check(items); });'),
        ("go", GO, "var (\n\titems = []int{2}\n)\n\nfunc TestB(t *testing.T) { check(items) }", "var (\n\titems2 = []int{2}\n)\n\nfunc TestB(t *testing.T) { check(items2) }"),
        ("go", GO, "type fake struct{ n string }\n\nfunc (f fake) Get() string { return f.n }", "type fake2 struct{ n string }\n\nfunc (f fake2) Get() string { return f.n }"),
        ("go", GO, "var items = []int{2}\n\nvar b = box{items: 1}", None),
        ("rust", RUST, "fn make(n: i32) -> i32 { n + 1 }\n\n#[test]\nfn b() { assert_eq!(make(1), a.make(2)); }", "fn make2(n: i32) -> i32 { n + 1 }\n\n#[test]\nfn b() { assert_eq!(make2(1), a.make(2)); }"),
        ("rust", "#[derive(Debug)]\nstruct A;", "#[derive(Debug)]\nstruct A;\n\n#[test]\nfn b() { f(A); }", "#[test]\nfn b() { f(A); }"),
        ("rust", RUST, 'const ITEMS: i32 = 2;\n\n#[test]\nfn b() { f("{ITEMS}"); }', None),
        ("cpp", "int make(int n);", "int make(double n);", "int make(double n);"),
    ],
)  # fmt: skip
def test_a_helper_the_file_has_is_left_out_or_called_otherwise(
    language: str, existing: str, body: str, expected: str | None
) -> None:
    """It was appended, and the test file could not be loaded."""
    if expected is None:
        with pytest.raises(EditRefused, match="is something else in the test file already"):
            apart(language, body, existing)
    else:
        assert apart(language, body, existing) == expected
