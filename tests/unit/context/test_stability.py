"""Typing inside the selected function changes nothing that stands before the selection in the prompt."""

from __future__ import annotations

import pytest

from lsp_server.context import build, target_span
from lsp_server.document import Span
from tests.unit.context.cases import document, estimate

BEFORE_SELECTION = ("language", "file", "imports", "outline", "nearby", "subject", "scope")

CASES = [
    (
        "python",
        """import os

def a(x):
    return x

class B:
    def c(self):
        §
        return 1

    def d(self):
        return 2

def e(): pass
""",
        'if (x := {"a": [1, 2]}):\n            print(f"{x}")',
    ),
    (
        "typescript",
        """import a from 'a';

export class B {
  c() {
    §
    return 1;
  }

  d() { return 2; }
}

export const e = () => 3;
""",
        "if (a) { a.map((x) => `${x}`); }",
    ),
    (
        "rust",
        "use a::b;\n\nfn c() -> u8 {\n    §\n    1\n}\n\nfn d() -> u8 { 2 }\n",
        'match a { Some(x) => println!("{}", x), None => {} }',
    ),
]


def before_selection(language: str, text: str, cursor: int) -> tuple[object, ...]:
    doc = document(text, language)
    code = build(doc, target_span(doc, Span(cursor, cursor)), 1200, estimate)
    return tuple(code.values[name] for name in BEFORE_SELECTION)


@pytest.mark.parametrize(("language", "text", "typed"), CASES, ids=[case[0] for case in CASES])
def test_finished_statements_change_nothing(language: str, text: str, typed: str) -> None:
    at = text.index("§")

    start = before_selection(language, text.replace("§", ""), at)
    end = before_selection(language, text.replace("§", typed), at)

    assert start == end


@pytest.mark.parametrize(("language", "text", "typed"), CASES, ids=[case[0] for case in CASES])
def test_most_keystrokes_change_nothing(language: str, text: str, typed: str) -> None:
    """While a bracket is open the parser may lose the definitions that follow; it finds them again."""
    at = text.index("§")
    start = before_selection(language, text.replace("§", ""), at)

    same = [
        before_selection(language, text.replace("§", typed[:n]), at) == start
        for n in range(1, len(typed) + 1)
    ]

    assert sum(same) / len(same) >= 0.9, "".join("." if s else c for s, c in zip(same, typed, strict=True))
