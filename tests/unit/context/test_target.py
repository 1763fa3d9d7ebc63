"""Which code an action is about, for cursors and selections as people make them."""

from __future__ import annotations

import pytest

from lsp_server.context import target_span
from lsp_server.document import Document, Span
from lsp_server.errors import NothingSelected, UnsuitableDocument
from tests.unit.context.cases import document, marked


def check(language: str, text: str, expected: str) -> None:
    """`text` has a selection in «»; `expected` is the code to act on."""
    text, span = marked(text)

    target = target_span(document(text, language), span)

    assert text[target.start : target.end] == expected


PYTHON = """\
import os


@cache
def f(a):
    # why
    if a:
        return 1

    return 2


class A:
    x = 1

    def m(self):
        def n():
            pass
        return n


LIMIT = {
    'a': 1,
}
"""
F = "@cache\ndef f(a):\n    # why\n    if a:\n        return 1\n\n    return 2"
N = "def n():\n            pass"
M = f"def m(self):\n        {N}\n        return n"
A = f"class A:\n    x = 1\n\n    {M}"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("        return 1", "        ret«»urn 1", F),
        ("        return 1", "  «»      return 1", F),
        ("        return 1\n\n", "        return 1\n«»\n", F),
        ("def f", "«»def f", F),
        ("    return 2\n", "    return 2«»\n", F),
        ("@cache", "@ca«»che", F),
        ("    # why", "    # wh«»y", F),
        ("            pass", "            pa«»ss", N),
        ("        return n", "        return n«»", M),
        ("    def m", "  «»  def m", M),
        ("    x = 1", "    x «»= 1", A),
        ("    x = 1\n\n", "    x = 1\n«»\n", A),
        ("    'a'", "    «»'a'", "LIMIT = {\n    'a': 1,\n}"),
        ("import os", "im«»port os", "import os"),
    ],
)
def test_a_cursor_means_the_innermost_definition(before: str, after: str, expected: str) -> None:
    check("python", PYTHON.replace(before, after, 1), expected)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "# abo«»ut f\n# more\ndef f():\n    pass\n", "def f():\n    pass"),
        ("javascript", "/**\n * Do«»es f.\n */\nexport function f() {}\n", "export function f() {}"),
        ("rust", "/// Do«»es f.\n/// More.\n#[inline]\nfn f() {}\n", "#[inline]\nfn f() {}"),
        ("go", "package a\n\n// F do«»es.\nfunc F() {}\n", "func F() {}"),
        ("java", "class A {\n    // «»x\n    void f() {}\n}\n", "void f() {}"),
    ],
)
def test_a_cursor_in_the_comment_above_counts(language: str, text: str, expected: str) -> None:
    check(language, text, expected)


def test_a_comment_with_a_blank_line_below_is_not_part_of_a_definition() -> None:
    check("python", "# lic«»ence\n\ndef f():\n    pass\n", "# licence")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("    if a:\n        return 1\n", "  «  if a:\n        return 1\n\n»", "if a:\n        return 1"),
        ("if a:\n        ret", "if« a:\n        ret»", "if a:\n        return 1"),
        ("return 1", "ret«ur»n 1", "return 1"),
        ("def f(a)", "def «f»(a)", F),
        ("def f(a):\n    # why", "«def f(a):\n    # why»", F),
        (F, f"«{F}\n\n»", F),
        (
            "x = 1\n\n    def m(self):\n        def n",
            "«x = 1\n\n    def m(self):\n        def» n",
            f"x = 1\n\n    {M}",
        ),
        ("class A", "cl«ass» A", A),
    ],
)
def test_a_sloppy_selection_becomes_whole_statements(before: str, after: str, expected: str) -> None:
    check("python", PYTHON.replace(before, after, 1), expected)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("javascript", "const a = 1;\n«function f() {\n  return» 1;\n}\n", "function f() {\n  return 1;\n}"),
        ("typescript", "class A {\n  «@dec()\n  m() {}\n»\n  n() {}\n}\n", "@dec()\n  m() {}"),
        (
            "cpp",
            "template <class T>\n«T f(T a) {\n  return a;»\n}\n",
            "template <class T>\nT f(T a) {\n  return a;\n}",
        ),
        ("c", "int f() {\n  int a = 1;\n  «int b = 2;\n  return a» + b;\n}\n", "int b = 2;\n  return a + b;"),
        ("java", "class A {\r\n\t«void f() {\r\n\t\tg();\r\n\t}»\r\n}\r\n", "void f() {\r\n\t\tg();\r\n\t}"),
        ("python", "x = '👍🏽'\n«def f(): return '日'» \n", "def f(): return '日'"),
        ("python", "def f(:\n    «x = = 1»\n\ndef g(): pass\n", "x = = 1"),
        ("javascript", "const o = { «add: (a) => a», sub: (a) => -a };\n", "add: (a) => a"),
        (
            "java",
            "class P { int x; int f() { return x; } «int g() { return 2; }» }\n",
            "int g() { return 2; }",
        ),
    ],
)
def test_selections_in_other_languages(language: str, text: str, expected: str) -> None:
    check(language, text, expected)


RUBY = "module M\n  class A\n    def f(x)\n      if x\n        1\n      end\n    end\n\n    attr :y\n  end\nend\n"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ruby", RUBY.replace("  1\n", "  «»1\n"), "def f(x)\n      if x\n        1\n      end\n    end"),
        ("ruby", RUBY.replace("attr", "at«»tr"), RUBY[RUBY.index("class") : -5]),
        ("yaml", "a:\n  b:\n    c: «»1\n    d: 2\n  e: 3\n", "b:\n    c: 1\n    d: 2"),
        ("markdown", "# T\n\none «»line\nanother\n\nnext\n", "one line\nanother"),
        ("lua", "x = 1\nfunction f()\n\treturn «»x\nend\ny = 2\n", "function f()\n\treturn x\nend"),
        ("plaintext", "a «b\nc» d\n", "a b\nc d"),
    ],
)
def test_other_languages_fold_by_indentation(language: str, text: str, expected: str) -> None:
    check(language, text, expected)


@pytest.mark.parametrize(
    ("language", "text"),
    [("python", "x = 1\n\n«»\n\ny = 2\n"), ("ruby", "x = 1\n\n«»\n\ny = 2\n"), ("ruby", "x = 1\n«»")],
)
def test_nothing_at_the_cursor_is_said(language: str, text: str) -> None:
    text, span = marked(text)

    with pytest.raises(NothingSelected, match="select"):
        target_span(document(text, language), span)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), (" \n\t\r\n", "empty"), ("a\0b", "binary"), ("x = 1\n" * 1_700_000, "too large")],
)
def test_unsuitable_documents_are_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(UnsuitableDocument, match=f"pkg/mod.py is .*{says}"):
        target_span(document(text), Span(0, 0))


def test_a_span_beyond_the_end_is_clamped() -> None:
    doc = Document("file:///a.py", "a.py", "python", "def f():\n    pass")

    assert target_span(doc, Span(500, 900)) == Span(0, 17)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "python",
            "def f():\r\n    x = «»(1\r\n    y = 2\r\n\r\ndef g(): pass\r\n",
            "def f():\r\n    x = (1\r\n    y = 2",
        ),
        ("rust", "fn f() {\n    if a {«»\n}\n\nfn g() {}\n", "fn f() {\n    if a {\n}"),
        (
            "java",
            "class A {\n    @X\n    int f() {\n        g(«»;\n    }\n\n    int h() {}\n}\n",
            "@X\n    int f() {\n        g(;\n    }",
        ),
    ],
)
def test_an_unfinished_definition_ends_where_its_indentation_does(
    language: str, text: str, expected: str
) -> None:
    check(language, text, expected)
