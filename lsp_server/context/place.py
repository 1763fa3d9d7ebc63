"""Where a target is in the trees of its file: what it is, what is around it, and the pieces before and after."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from lsp_server.context.unfinished import emptied
from lsp_server.document import Document, Span
from lsp_server.syntax import Scope, Tree, pieces


@frozen
class Place:
    """A target in the tree of its piece; in the tree without it when the target is unfinished. Offsets are that tree's."""

    before: Sequence[Tree]
    """The pieces of the file before `tree`; none where the file is one piece, as most are."""
    tree: Tree
    after: Sequence[Tree]
    target: Span
    scope: Scope | None
    """The definition that the target is."""
    around: Scope | None
    """The definition around the target."""

    @property
    def trees(self) -> list[Tree]:
        """All pieces in the order of the file."""
        return [*self.before, self.tree, *self.after]


def place_of(document: Document, target: Span) -> Place | None:
    """Find a target in the trees of its file; None for a language without a grammar."""
    found = pieces(document.language, document.text)
    if found is None:
        return None
    first, last = found.around(target)
    before, tree, after = found.trees[:first], found.joined(first, last), found.trees[last:]
    target = target.shifted(-found.start(first))
    unfinished = emptied(tree, target.start)
    if unfinished is not None and unfinished.span == target:
        scope = unfinished.scope
        return Place(before, unfinished.tree, after, scope.span, scope, scope.parent)
    definition = _definition(tree, target)
    around = definition.parent if definition else tree.innermost(target)
    return Place(before, tree, after, target, definition, around)


def _definition(tree: Tree, target: Span) -> Scope | None:
    """The definition that the target is, or the only outermost one in it."""
    inside = tree.inside(target)
    if not inside or any(scope.span.start >= inside[0].span.end for scope in inside):
        return None
    return inside[0]
