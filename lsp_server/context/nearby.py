"""Code around the selection, nearest first: the rest of its function, then whole functions beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice

from attrs import frozen

from lsp_server.context import lines
from lsp_server.context.outline import signature
from lsp_server.context.place import Place
from lsp_server.document import Span
from lsp_server.syntax import Scope, Tree, is_in_function, once_per_tree

Estimate = Callable[[str], int]

MISSES = 3
"""Functions that did not fit after which no farther one is tried."""
CONSTRUCTORS = frozenset({"__init__", "constructor"})


@frozen
class Excerpt:
    """Code of one function in a prompt."""

    tree: Tree
    at: int
    """Where it begins, counted from the beginning of the target's piece."""
    text: str
    parent: Scope | None


def nearby(place: Place, budget: int, estimate: Estimate) -> tuple[str, int]:
    """Code around the target in document order, within the budget, and how many functions were left folded."""
    excerpts: list[Excerpt] = []
    rest = _rest_of_function(place.tree, place.target, budget, estimate)
    if rest is not None:
        excerpts.append(rest)
        budget -= _cost(rest, estimate)
    misses = shown = 0
    for function in _nearest(place):
        excerpt = function.excerpt()
        cost = _cost(excerpt, estimate)
        if cost <= budget and function.tree.is_whole(function.scope.span):
            excerpts.append(excerpt)
            budget -= cost
            shown += 1
        elif (misses := misses + 1) == MISSES:
            break
    beside = sum(len(_functions(tree)) for tree in (*place.before, *place.after)) + len(_beside(place))
    return _in_order(excerpts), beside - shown


def surroundings(text: str, target: Span, budget: int, estimate: Estimate) -> tuple[str, str]:
    """The whole lines before and after `target` that fit half the budget each."""
    before, after = lines.at(text, target.start).start, min(lines.at(text, target.end).end + 1, len(text))
    return _last_lines(text, before, budget // 2, estimate), _first_lines(text, after, budget // 2, estimate)


def _rest_of_function(tree: Tree, target: Span, budget: int, estimate: Estimate) -> Excerpt | None:
    """The function that `target` is a part of, with a comment in place of the target."""
    scope = tree.innermost(target)
    if scope is None or scope.kind != "function" or scope.span == target or scope.body is None:
        return None
    start = max(lines.at(tree.text, scope.span.start).start, tree.part.start)
    text = tree.text[start : min(scope.span.end, tree.part.end)]
    inner = Span(target.start - start, target.end - start)
    indent = lines.indentation(tree.text, lines.at(tree.text, target.start))
    mark = f"{indent}{tree.info.line_comment} (the selected code)\n"
    head = f"{lines.indentation(text, Span(0, len(text)))}{signature(tree, scope)}\n{indent}...\n"
    room = budget - _cost(Excerpt(tree, 0, head + mark, scope.parent), estimate)
    if room <= 0:
        return None
    before, after = surroundings(text, inner, room, estimate)
    whole_before = text[: lines.at(text, inner.start).start].replace("\r\n", "\n")
    head = "" if before == whole_before and start == lines.at(tree.text, scope.span.start).start else head
    return Excerpt(
        tree, max(scope.span.start, tree.part.start), (head + before + mark + after).rstrip(), scope.parent
    )


def _cost(excerpt: Excerpt, estimate: Estimate) -> int:
    """Tokens of an excerpt with the header of its class and the blank line before it, rounded up."""
    header = signature(excerpt.tree, excerpt.parent) if excerpt.parent else ""
    return estimate(f"{header}\n{excerpt.text}\n\n") + 1


@frozen
class Function:
    """A function beside the target."""

    tree: Tree
    offset: int
    """Where its piece begins, counted from the beginning of the target's."""
    scope: Scope

    def distance(self, target: Span) -> int:
        span = self.scope.span.shifted(self.offset)
        return max(target.start - span.end, span.start - target.end)

    def excerpt(self) -> Excerpt:
        span = self.scope.span
        return Excerpt(
            self.tree, self.offset + span.start, _whole_lines(self.tree.text, span), self.scope.parent
        )


@once_per_tree
def _functions(tree: Tree) -> list[Scope]:
    """The functions that lie in no other."""
    return [s for s in tree.scopes() if s.kind == "function" and not is_in_function(s.parent)]


def _beside(place: Place) -> list[Scope]:
    """The functions of the target's piece that neither are nor hold nor lie in the target."""
    target = place.target
    return [
        scope
        for scope in _functions(place.tree)
        if scope.span.end <= target.start or scope.span.start >= target.end
    ]


def _nearest(place: Place) -> Iterator[Function]:
    """Functions beside the target and not in it: the constructor of its class, then by distance."""
    tree, target = place.tree, place.target
    beside = _beside(place)
    owner = tree.innermost(target)
    owner = owner.parent if owner is not None and owner.kind == "function" else owner
    first = [
        Function(tree, 0, scope)
        for scope in beside
        if owner is not None and scope.parent == owner and _constructs(scope, owner)
    ]
    if owner is not None and not first and owner.span.start < tree.part.start:
        first = list(islice(_constructors_above(place, owner), 1))
    yield from first
    for function in merge(_above(place, beside), _below(place, beside), key=lambda f: f.distance(target)):
        if function not in first:
            yield function


def _constructors_above(place: Place, owner: Scope) -> Iterator[Function]:
    """The constructors of a class that begins before the target's piece, the nearest first."""
    end = place.tree.part.start
    for tree in reversed(place.before):
        offset = end - tree.part.end
        for scope in _constructors(tree):
            if scope.parent is not None and (scope.parent.kind, scope.parent.name) == (
                owner.kind,
                owner.name,
            ):
                yield Function(tree, offset, scope)
        end = offset + tree.part.start


@once_per_tree
def _constructors(tree: Tree) -> list[Scope]:
    return [scope for scope in _functions(tree) if scope.parent and _constructs(scope, scope.parent)]


def _above(place: Place, beside: list[Scope]) -> Iterator[Function]:
    """The nearest first."""
    for scope in reversed(beside):
        if scope.span.end <= place.target.start:
            yield Function(place.tree, 0, scope)
    end = place.tree.part.start
    for tree in reversed(place.before):
        offset = end - tree.part.end
        yield from (Function(tree, offset, scope) for scope in reversed(_functions(tree)))
        end = offset + tree.part.start


def _below(place: Place, beside: list[Scope]) -> Iterator[Function]:
    for scope in beside:
        if scope.span.start >= place.target.end:
            yield Function(place.tree, 0, scope)
    start = place.tree.part.end
    for tree in place.after:
        offset = start - tree.part.start
        yield from (Function(tree, offset, scope) for scope in _functions(tree))
        start = offset + tree.part.end


def _constructs(scope: Scope, owner: Scope) -> bool:
    return scope.name in CONSTRUCTORS or scope.name == owner.name


def _in_order(excerpts: list[Excerpt]) -> str:
    """Join excerpts as in the document, each class named by its header once."""
    texts: list[str] = []
    shown: object = None
    for excerpt in sorted(excerpts, key=lambda excerpt: excerpt.at):
        tree, parent = excerpt.tree, excerpt.parent
        now = (tree, parent) if parent is None or tree.is_whole(parent.span) else signature(tree, parent)
        if parent is not None and now != shown:
            indent = " " * (parent.span.start - lines.at(tree.text, parent.span.start).start)
            texts.append(indent + signature(tree, parent) + "\n" + excerpt.text)
        else:
            texts.append(excerpt.text)
        shown = now
    return "\n\n".join(texts)


def _whole_lines(text: str, span: Span) -> str:
    start = lines.at(text, span.start).start
    if text[start : span.start].strip():
        start = span.start
    return text[start : span.end].replace("\r\n", "\n")


def _last_lines(text: str, end: int, budget: int, estimate: Estimate) -> str:
    """The last whole lines before an offset that fit the budget."""
    start = end
    while start > 0:
        line = text.rfind("\n", 0, start - 1) + 1
        budget -= estimate(text[line:start])
        if budget < 0:
            break
        start = line
    return text[start:end].replace("\r\n", "\n")


def _first_lines(text: str, start: int, budget: int, estimate: Estimate) -> str:
    """The first whole lines after an offset that fit the budget."""
    end = start
    while end < len(text):
        line = text.find("\n", end) + 1 or len(text)
        budget -= estimate(text[end:line])
        if budget < 0:
            break
        end = line
    return text[start:end].replace("\r\n", "\n")
