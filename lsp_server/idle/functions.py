"""The functions of a document that something can be prepared for."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.edits.docstring import comment
from lsp_server.syntax import Scope, Tree, is_in_function, pieces

LONGEST = 8_000
"""Characters; reading a longer function takes longer than the work is worth."""


@frozen
class Function:
    """A named function or method."""

    span: Span
    """The whole definition, as a hover and an action on it see it."""
    wants_docstring: bool
    """It has no documentation, is no detail of another function, and is not too long."""
    wants_explanation: bool
    """It is not too long."""


def functions_in(document: Document, parts: Sequence[Span], focus: int) -> list[Function]:
    """The functions that touch one of the parts, nearest to the offset `focus` first; none without a grammar.

    Parses what was not parsed before.
    """
    found = pieces(document.language, document.text)
    if found is None:
        return []
    held = sorted({at for part in parts for at in range(*found.around(part))})
    seen = [
        _function(found.trees[at], scope, found.start(at))
        for at in held
        for scope in found.trees[at].scopes()
        if scope.kind == "function"
        and scope.name
        and any(_touches(scope.span.shifted(found.start(at)), part) for part in parts)
    ]
    return sorted(seen, key=lambda function: _distance(function.span, focus))


def function_around(document: Document, span: Span) -> Span | None:
    """The definition of the innermost function around a target; None where that is a class, or nothing."""
    found = pieces(document.language, document.text)
    if found is None:
        return None
    for first, last in found.outwards(span):
        tree, start = found.joined(first, last), found.start(first)
        scope = tree.innermost(span.shifted(-start))
        if scope is None or scope.kind != "function" or tree.is_whole(scope.span):
            break
    named = scope is not None and scope.kind == "function" and scope.name
    return scope.span.shifted(start) if scope is not None and named else None


def enclosing(document: Document, definition: Span) -> list[str]:
    """The headers of the definitions around one, the outermost first."""
    found = pieces(document.language, document.text)
    if found is None:
        return []
    first, last = found.around(definition)
    tree, own = found.joined(first, last), definition.shifted(-found.start(first))
    scope, headers = tree.innermost(own), list[str]()
    while scope is not None:
        if scope.span != own:
            headers.append(tree.text[scope.header.start : scope.header.end])
        scope = scope.parent
    return headers[::-1]


def _function(tree: Tree, scope: Scope, start: int) -> Function:
    short = scope.span.end - scope.span.start <= LONGEST
    undocumented = not is_in_function(scope.parent) and not _is_documented(tree, scope)
    return Function(scope.span.shifted(start), short and undocumented, short)


def _touches(span: Span, part: Span) -> bool:
    return span.start <= part.end and part.start <= span.end


def _distance(span: Span, focus: int) -> tuple[int, int]:
    """Characters between, then the smaller one first: of nested functions the inner."""
    return max(span.start - focus, focus - span.end, 0), span.end - span.start


def _is_documented(tree: Tree, scope: Scope) -> bool:
    if tree.language != "python":
        return comment.existing(tree, scope) is not None
    body = scope.node.child_by_field_name("body")
    first = next(iter(body.named_children), None) if body is not None else None
    if first is None or first.type != "expression_statement":
        return False
    return any(said.type in ("string", "concatenated_string") for said in first.named_children[:1])
