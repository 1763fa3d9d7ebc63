"""Code around the selection, nearest first: the rest of its function, then whole functions beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import merge

from attrs import frozen

from lsp_server.context import lines
from lsp_server.context.outline import signature
from lsp_server.document import Span
from lsp_server.syntax import Scope, Tree, is_in_function

Estimate = Callable[[str], int]

MISSES = 3
"""Functions that did not fit after which no farther one is tried."""
CONSTRUCTORS = frozenset({"__init__", "constructor"})


@frozen
class Piece:
    span: Span
    text: str
    parent: Scope | None


def nearby(tree: Tree, target: Span, budget: int, estimate: Estimate) -> tuple[str, int]:
    """Code around `target` in document order, within the budget, and how many functions were left folded."""
    pieces: list[Piece] = []
    rest = _rest_of_function(tree, target, budget, estimate)
    if rest is not None:
        pieces.append(rest)
        budget -= _cost(tree, rest, estimate)
    misses = folded = 0
    for scope in _nearest(tree, target):
        piece = Piece(scope.span, _whole_lines(tree.text, scope.span), scope.parent)
        cost = _cost(tree, piece, estimate)
        if misses < MISSES and cost <= budget:
            pieces.append(piece)
            budget -= cost
        else:
            misses += 1
            folded += 1
    return _in_order(tree, pieces), folded


def surroundings(text: str, target: Span, budget: int, estimate: Estimate) -> tuple[str, str]:
    """The whole lines before and after `target` that fit half the budget each."""
    before, after = text[: lines.at(text, target.start).start], text[lines.at(text, target.end).end + 1 :]
    return _last_lines(before, budget // 2, estimate), _first_lines(after, budget // 2, estimate)


def _rest_of_function(tree: Tree, target: Span, budget: int, estimate: Estimate) -> Piece | None:
    """The function that `target` is a part of, with a comment in place of the target."""
    scope = tree.innermost(target)
    if scope is None or scope.kind != "function" or scope.span == target or scope.body is None:
        return None
    start = lines.at(tree.text, scope.span.start).start
    text = tree.text[start : scope.span.end]
    inner = Span(target.start - start, target.end - start)
    indent = lines.indentation(tree.text, lines.at(tree.text, target.start))
    mark = f"{indent}{tree.info.line_comment} (the selected code)\n"
    head = f"{lines.indentation(text, Span(0, len(text)))}{signature(tree, scope)}\n{indent}...\n"
    room = budget - _cost(tree, Piece(scope.span, head + mark, scope.parent), estimate)
    if room <= 0:
        return None
    before, after = surroundings(text, inner, room, estimate)
    whole_before = text[: lines.at(text, inner.start).start].replace("\r\n", "\n")
    head = "" if before == whole_before else head
    return Piece(scope.span, (head + before + mark + after).rstrip(), scope.parent)


def _cost(tree: Tree, piece: Piece, estimate: Estimate) -> int:
    """Tokens of a piece with the header of its class and the blank line before it, rounded up."""
    header = signature(tree, piece.parent) if piece.parent else ""
    return estimate(f"{header}\n{piece.text}\n\n") + 1


def _nearest(tree: Tree, target: Span) -> Iterator[Scope]:
    """Functions beside `target` and not in it: the constructor of its class, then by distance."""
    beside = [
        scope
        for scope in tree.scopes()
        if scope.kind == "function"
        and not is_in_function(scope.parent)
        and (scope.span.end <= target.start or scope.span.start >= target.end)
    ]
    owner = tree.innermost(target)
    owner = owner.parent if owner is not None and owner.kind == "function" else owner
    first = [
        scope for scope in beside if owner is not None and scope.parent == owner and _constructs(scope, owner)
    ]
    yield from first
    above = [scope for scope in reversed(beside) if scope.span.end <= target.start]
    below = [scope for scope in beside if scope.span.start >= target.end]
    for scope in merge(above, below, key=lambda s: max(target.start - s.span.end, s.span.start - target.end)):
        if scope not in first:
            yield scope


def _constructs(scope: Scope, owner: Scope) -> bool:
    return scope.name in CONSTRUCTORS or scope.name == owner.name


def _in_order(tree: Tree, pieces: list[Piece]) -> str:
    """Join pieces as in the document, each class named by its header once."""
    texts: list[str] = []
    shown: Scope | None = None
    for piece in sorted(pieces, key=lambda piece: piece.span.start):
        if piece.parent is not None and piece.parent != shown:
            indent = " " * (piece.parent.span.start - lines.at(tree.text, piece.parent.span.start).start)
            texts.append(indent + signature(tree, piece.parent) + "\n" + piece.text)
        else:
            texts.append(piece.text)
        shown = piece.parent
    return "\n\n".join(texts)


def _whole_lines(text: str, span: Span) -> str:
    start = lines.at(text, span.start).start
    if text[start : span.start].strip():
        start = span.start
    return text[start : span.end].replace("\r\n", "\n")


def _last_lines(text: str, budget: int, estimate: Estimate) -> str:
    start = len(text)
    while start > 0:
        line = text.rfind("\n", 0, start - 1) + 1
        budget -= estimate(text[line:start])
        if budget < 0:
            break
        start = line
    return text[start:].replace("\r\n", "\n")


def _first_lines(text: str, budget: int, estimate: Estimate) -> str:
    end = 0
    while end < len(text):
        line = text.find("\n", end) + 1 or len(text)
        budget -= estimate(text[end:line])
        if budget < 0:
            break
        end = line
    return text[:end].replace("\r\n", "\n")
