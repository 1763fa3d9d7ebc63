"""What the mouse is over: a function or class of this file, by its definition or by its name. Knows no LSP."""

from __future__ import annotations

import textwrap

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.features.references import WORD, definition_of
from lsp_server.syntax import Pieces, Scope, Tree, fence_name, pieces


@frozen
class Symbol:
    span: Span
    """The whole definition."""
    hovered: Span
    """The name under the mouse, or the definition's first line."""
    signature: str
    """As Markdown."""


def symbol_at(document: Document, offset: int) -> Symbol | None:
    """The definition whose header or name is at `offset`; parses what was not parsed before."""
    found = pieces(document.language, document.text)
    if found is None:
        return None
    word = _word_at(document.text, offset)
    first, last = found.around(Span(offset, offset))
    tree, start = found.joined(first, last), found.start(first)
    local = offset - start
    scope = tree.innermost(Span(local, local))
    if scope is None or not (max(scope.span.start, tree.part.start) <= local <= scope.header.end):
        named = definition_of(found, word) if word else None
        if named is None:
            return None
        tree, start, scope = named.tree, named.start, named.scope
    if scope is not None and not tree.is_whole(scope.span):
        tree, start, scope = _whole(found, scope.span.start + start)
    if scope is None or not scope.name:
        return None
    return Symbol(scope.span.shifted(start), word or Span(offset, offset), _signature(tree, scope))


def _whole(found: Pieces, offset: int) -> tuple[Tree, int, Scope | None]:
    """The definition that begins in one piece and ends in another."""
    for first, last in found.outwards(Span(offset, offset)):
        tree, start = found.joined(first, last), found.start(first)
        scope = tree.starting_at(offset - start)
        if scope is None or tree.is_whole(scope.span):
            break
    return tree, start, scope


def _word_at(text: str, offset: int) -> Span | None:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for match in WORD.finditer(text, start, end if end >= 0 else len(text)):
        if match.start() <= offset <= match.end():
            return Span(match.start(), match.end())
    return None


def _signature(tree: Tree, scope: Scope) -> str:
    start, text = scope.header.start, tree.text
    header = text[start : scope.header.end].rstrip().removesuffix("{").rstrip()
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    text = textwrap.dedent((indent if indent.isspace() else "") + header).strip()
    return f"```{fence_name(tree.language)}\n{text}\n```"
