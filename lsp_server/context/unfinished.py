"""Code that does not parse because it is being typed: the same file with the unfinished definition emptied.

While a bracket is open, the parser may lose definitions far from it. People indent as they type, so the extent of the
definition is taken from the indentation; without its interior, the rest of the file parses as it did before.
"""

from __future__ import annotations

from itertools import islice

from attrs import frozen

from lsp_server.context import blocks, lines
from lsp_server.document import Span
from lsp_server.syntax import Scope, Tree, parse_part

ATTEMPTS = 4
"""Blocks tried, from the innermost outwards: each costs a parse."""


@frozen
class Emptied:
    """A definition of a broken text, and the tree of that text without the definition's interior."""

    span: Span
    """The whole definition in the broken text."""
    tree: Tree
    scope: Scope
    """The same definition in `tree`."""


def emptied(tree: Tree, offset: int) -> Emptied | None:
    """Find the definition around `offset` without whose interior fewer errors are left; None without one."""
    if not tree.has_error:
        return None
    text, errors = tree.text, len(tree.errors())
    line = lines.at(text, _below_decorators(text, offset))
    for header in islice(blocks.headers(text, line), ATTEMPTS):
        inside = blocks.interior(text, header)
        stub = lines.indentation(text, inside) + "pass" if tree.language == "python" else ""
        if not tree.is_whole(inside):
            return None
        part = Span(tree.part.start, tree.part.end - (inside.end - inside.start) + len(stub))
        rest = parse_part(tree.language, text[: inside.start] + stub + text[inside.end :], part)
        if rest is None or len(rest.errors()) >= errors:
            continue
        scope = rest.innermost(lines.stripped(text, header))
        if scope is not None and scope.body is not None and scope.body.start >= header.start:
            grown = len(text) - len(rest.text)
            span = lines.stripped(text, Span(scope.span.start, scope.span.end + grown))
            return Emptied(span, rest, scope)
    return None


def _below_decorators(text: str, offset: int) -> int:
    """Step over lines of decorators and attributes."""
    while text.startswith(("@", "#["), offset):
        offset = lines.next_code(text, lines.at(text, offset).end)
    return offset
