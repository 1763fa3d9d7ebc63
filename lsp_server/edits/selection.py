"""What a replacement replaces: the selected text without blank edges, where it stands, and what it defines."""

from __future__ import annotations

from attrs import frozen

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits.layout import indentation, line_start, unify_line_ends
from lsp_server.errors import EditRefused


@frozen
class Selection:
    document: Document
    span: Span
    """From the first to the last character that is not white space."""
    indent: str
    """Indentation of the first line."""
    whole_lines: bool
    """False when code stands before the selection on its first line."""
    scopes: tuple[syntax.Scope, ...]
    """Definitions the selection consists of or contains, outermost only."""
    parent: syntax.Scope | None
    """The definition around the selection."""
    tree: syntax.Tree | None

    @property
    def old(self) -> str:
        """The code to replace, line ends as newlines, its first line without indentation."""
        return unify_line_ends(self.document.slice(self.span))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(scope.name for scope in self.scopes if scope.name)


def select(document: Document, target: Span) -> Selection:
    text = document.text
    piece = text[target.start : target.end]
    if not piece.strip():
        raise EditRefused("There is no code here to replace.")
    span = Span(target.start + len(piece) - len(piece.lstrip()), target.start + len(piece.rstrip()))
    start = line_start(text, span.start)
    tree = syntax.parse(document.language, text)
    inside: list[syntax.Scope] = []
    parent: syntax.Scope | None = None
    for scope in tree.scopes() if tree is not None else ():
        own = _without_decorators(scope, span)
        if span.start <= own.start and scope.span.end <= span.end + 1:
            if not any(
                outer.span.start <= scope.span.start and scope.span.end <= outer.span.end for outer in inside
            ):
                inside.append(scope)
        elif scope.span.start <= span.start and span.end <= scope.span.end:
            parent = scope
    whole = not text[start : span.start].strip()
    return Selection(document, span, indentation(text, span.start), whole, tuple(inside), parent, tree)


def _without_decorators(scope: syntax.Scope, span: Span) -> Span:
    """A selection may begin at the header, below the decorators."""
    if scope.span.start < span.start <= scope.header.start:
        return Span(scope.header.start, scope.span.end)
    return scope.span
