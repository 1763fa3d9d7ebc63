"""What the mouse is over: a function or class of this file, by its definition or by its name. Knows no LSP."""

from __future__ import annotations

import re
import textwrap

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.syntax import Scope, Tree, fence_name, parse

WORD = re.compile(r"[^\W\d]\w*")


@frozen
class Symbol:
    span: Span
    """The whole definition."""
    hovered: Span
    """The name under the mouse, or the definition's first line."""
    signature: str
    """As Markdown."""


def symbol_at(document: Document, offset: int) -> Symbol | None:
    """The definition whose header or name is at `offset`; parses the document, unless that was done before."""
    tree = parse(document.language, document.text)
    if tree is None:
        return None
    word = _word_at(document.text, offset)
    scope = tree.innermost(Span(offset, offset))
    if scope is None or not (scope.span.start <= offset <= scope.header.end):
        named = document.slice(word) if word else ""
        scope = next((s for s in tree.scopes() if named and s.name == named), None)
    if scope is None or not scope.name:
        return None
    return Symbol(scope.span, word or Span(offset, offset), _signature(document, tree, scope))


def _word_at(text: str, offset: int) -> Span | None:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for match in WORD.finditer(text, start, end if end >= 0 else len(text)):
        if match.start() <= offset <= match.end():
            return Span(match.start(), match.end())
    return None


def _signature(document: Document, tree: Tree, scope: Scope) -> str:
    header = document.slice(scope.header).rstrip().removesuffix("{").rstrip()
    column = scope.header.start - (document.text.rfind("\n", 0, scope.header.start) + 1)
    indent = document.text[scope.header.start - column : scope.header.start]
    text = textwrap.dedent((indent if indent.isspace() else "") + header).strip()
    return f"```{fence_name(document.language)}\n{text}\n```"
