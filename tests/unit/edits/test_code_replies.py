"""Code blocks of chat answers, applied at five places of a document: each a right edit or a refusal with a reason.

`replies/code.jsonl` says for each whether an edit is offered. What holds for every edit is checked here, by parsing,
whatever the table says: it parses, nothing is lost but what was selected or is defined anew, and nothing is left in
that is no code.
"""

from __future__ import annotations

import json
import re

import pytest

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import propose_code
from lsp_server.edits.types import Proposal
from lsp_server.errors import EditRefused
from tests.unit.edits.reply_tables import STRAY, TABLES, TARGETS, document_of, has_error, rows

OMITTED = re.compile(
    r"(?:#|//)\s*(?:\.\.\.|\u2026)|rest of|existing|unchanged|same as before|your code|other (?:methods|members)",
    re.IGNORECASE,
)
PROSE = re.compile(
    r"This version|You could|Here (?:is|you)|I hope|Hope it|^- first|pip install", re.MULTILINE
)


def cursor_of(document: Document, definition: Span, at: str) -> Span:
    """Where the user applies the block."""
    text = document.text
    if at == "selected":
        return definition
    gap = re.search(r"\n[ \t]*\r?\n", text)
    assert gap is not None
    place = {
        "inside": (definition.start + definition.end) // 2,
        "end": len(text),
        "start": 0,
        "gap": gap.start() + 1,
    }[at]
    return Span(place, place)


def code_leaves(language: str, text: str) -> list[str]:
    tree = syntax.parse(language, text)
    assert tree is not None
    found, waiting = [], [tree.root]
    while waiting:
        node = waiting.pop()
        if node.children:
            waiting += reversed(node.children)
        elif node.text:
            found.append(node.text.decode().strip())
    return found


def is_kept(old: list[str], new: list[str]) -> bool:
    """`old` occurs in `new`, in order."""
    rest = iter(new)
    return all(any(token == other for other in rest) for token in old)


def may_be_lost(document: Document, cursor: Span, code: str) -> list[Span]:
    """What is selected, and definitions whose name the code gives again."""
    tree = syntax.parse(document.language, document.text)
    assert tree is not None
    redefined = [
        s.span
        for s in tree.scopes()
        if re.search(rf"(?:def|class|function|func|fn|double|T|struct)\s+{re.escape(s.name)}\b", code)
    ]
    return [*redefined, *([cursor] if cursor.start < cursor.end else [])]


def without(text: str, spans: list[Span]) -> str:
    kept = bytearray(b"\x01" * len(text))
    for span in spans:
        kept[span.start : span.end] = bytes(span.end - span.start)
    return "".join(character for character, keep in zip(text, kept, strict=True) if keep)


@pytest.mark.parametrize("row", rows("code"))
def test_a_code_block_breaks_nothing(row: dict[str, str]) -> None:
    document, definition = document_of(row)
    cursor = cursor_of(document, definition, row["at"])
    try:
        outcome: Proposal | EditRefused = propose_code(document, cursor, row["code"])
    except EditRefused as refusal:
        outcome = refusal

    if isinstance(outcome, EditRefused):
        assert row["expect"] != "offered", outcome.message
        assert outcome.message.endswith(".") and "\n" not in outcome.message
        return
    assert row["expect"] != "refused", outcome.new_text
    new = outcome.new_text
    inserted = "\n".join(r.text for r in outcome.replacements)
    assert not has_error(document.language, new)
    assert not STRAY.search(inserted) and not OMITTED.search(inserted) and not PROSE.search(inserted)
    assert all(check.ok is not False for check in outcome.checks)
    if document.language == "python":
        compile(new, "a.py", "exec")
    lost = may_be_lost(document, cursor, row["code"])
    assert is_kept(
        code_leaves(document.language, without(document.text, lost)), code_leaves(document.language, new)
    )
    assert ("\r\n" in document.text) == ("\r\n" in new)
    if "\r\n" in document.text:
        assert not re.search(r"(?<!\r)\n", new)


SHELF = """class Shelf:
    def add(self, book):
        self.books.append(book)

    def count(self):
        return len(self.books)


def total(prices):
    result = 0
    for price in prices:
        result += price
    return result
LAST = 1
"""


@pytest.mark.parametrize(
    ("at", "code", "between"),
    [
        (
            "def total",
            "def mean(prices):\n    return total(prices) / len(prices)",
            "return result\n\n\ndef mean(prices):\n    return total(prices) / len(prices)\n\n\nLAST",
        ),
        ("result +=", "def one():\n    return 1", "return result\n\n\ndef one():\n    return 1\n\n\nLAST"),
        (
            "append(book)",
            "def has(self, book):\n    return book in self.books",
            "append(book)\n\n    def has(self, book):\n        return book in self.books\n\n    def count",
        ),
        (
            "append(book)",
            "def one():\n    return 1",
            "len(self.books)\n\n\ndef one():\n    return 1\n\n\ndef total",
        ),
    ],
)
def test_a_new_definition_stands_beside_the_one_at_the_cursor(at: str, code: str, between: str) -> None:
    """It was written into the body of the function at the cursor."""
    document = Document("file:///shelf.py", "shelf.py", "python", SHELF)
    place = SHELF.index(at)

    proposal = propose_code(document, Span(place, place), code)

    assert between in proposal.new_text


def test_a_new_java_method_stands_beside_the_one_at_the_cursor() -> None:
    source = "class A {\n    int one() {\n        return 1;\n    }\n}\n"
    document = Document("file:///A.java", "A.java", "java", source)
    place = source.index("return")

    proposal = propose_code(document, Span(place, place), "int two() {\n    return 2;\n}")

    assert "}\n\n    int two() {\n        return 2;\n    }\n}" in proposal.new_text


def test_the_table_has_every_place_and_every_language() -> None:
    found = [json.loads(line) for line in (TABLES / "code.jsonl").read_text("utf-8").splitlines()]

    assert {row["at"] for row in found} == {"inside", "selected", "end", "start", "gap"}
    assert {row["target"] for row in found} == set(TARGETS)
    assert sum(row["expect"] == "refused" for row in found) >= 100
