"""What a file declares, one line each: the same for every selection in it, so that one KV prefix serves them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from attrs import frozen

from lsp_server.document import Span
from lsp_server.syntax import Scope, Tree, is_in_function

Estimate = Callable[[str], int]

KEPT = 8
LINE_LIMIT = 160
INDENT = "  "


@frozen
class Entry:
    """One line of the outline."""

    span: Span
    text: str
    """The signature, or the first line of a constant or field; indented by depth."""
    parent: Scope | None


@lru_cache(maxsize=KEPT)
def entries(tree: Tree) -> tuple[Entry, ...]:
    """Every function and class that lies in no function, and every constant, type and field."""
    found = [
        Entry(scope.span, _indent(scope.parent) + signature(tree, scope), scope.parent)
        for scope in tree.scopes()
        if not is_in_function(scope.parent)
    ]
    for span in tree.data():
        if tree.starting_at(span.start) is None:
            parent = tree.innermost(span)
            found.append(Entry(span, _indent(parent) + _first_line(tree.text, span), parent))
    return tuple(sorted(found, key=lambda entry: (entry.span.start, -entry.span.end)))


def page(tree: Tree, target: Span, budget: int, estimate: Estimate) -> tuple[list[Entry], int]:
    """The entries around `target` within the budget, and how many were left out.

    The outline of a large file is cut into pages that do not depend on the target: moving the selection within a
    page leaves the text as it was.
    """
    everything = entries(tree)
    pages: list[list[Entry]] = [[]]
    left = budget
    for entry in everything:
        cost = estimate(entry.text + "\n")
        if cost > left and pages[-1]:
            if entry.span.start > target.start:
                break
            pages.append([])
            left = budget
        pages[-1].append(entry)
        left -= cost
    chosen = pages[-1] if left >= 0 else []
    return chosen, len(everything) - len(chosen)


def signature(tree: Tree, scope: Scope) -> str:
    """A definition's header on one line."""
    header = tree.text[scope.header.start : scope.header.end]
    if "\n" in header and tree.info.line_comment not in header:
        header = re.sub(r"\s*\n\s*", " ", header).replace("( ", "(").replace(", )", ")").replace(" )", ")")
    return _clipped(header.replace("\r", ""))


def _first_line(text: str, span: Span) -> str:
    line, _, rest = text[span.start : span.end].partition("\n")
    return _clipped(line.rstrip()) + (" ..." if rest.strip() else "")


def _clipped(line: str) -> str:
    return line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT].rstrip() + " ..."


def _indent(parent: Scope | None) -> str:
    depth = ""
    while parent is not None:
        depth, parent = depth + INDENT, parent.parent
    return depth
