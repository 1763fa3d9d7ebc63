"""Which definition of this file a name in its code means, as far as the syntax tells; rather none than a wrong one.

What stands before the name decides: nothing, the object itself, an imported module, or something else. Knows no types.
"""

from __future__ import annotations

import re
from collections import defaultdict

from attrs import frozen

from lsp_server.document import Span
from lsp_server.syntax import Pieces, Scope, Tree, once_per_tree

WORD = re.compile(r"[^\W\d]\w*")
CHAIN = re.compile(r"(['\"`]|\w*(?:\(\))?(?:(?:[?!]?\.|->|::)\w+(?:\(\))?)*)(?<!\.)([?!]?\.|->|::)$")
"""What a name is taken from, `self.` or `a.b()->`: the whole of it, and how."""
CHAIN_CHARACTERS = 200
"""Of a line, before a name: minified lines are long."""
OWN = frozenset({"self", "cls", "this", "Self"})
IMPLICIT = frozenset({"java", "cpp"})
"""Languages in which a method calls another of its class by its bare name."""
MEMBERS = frozenset({"method_declaration", "method_definition"})
"""Definitions that are called on something, also where no class is around them: Go's, and those of JavaScript's objects."""
MEMBER_PLACES = frozenset({"pair", "assignment_expression"})
"""What holds such a definition: `{ name: () => … }`, `exports.name = function …`."""
BUILT_IN = "std"
QUOTES = ("'", '"', "`")
FROM = re.compile(r"\s*from\b.*?\bimport\b|\bfrom\s*['\"].*", re.DOTALL)
"""The part of an import that names no name of the file."""


@frozen
class Definition:
    tree: Tree
    start: int
    """Where in the file the tree's text would begin."""
    scope: Scope


def definition_of(found: Pieces, word: Span) -> Definition | None:
    """The definition that the name at `word` means; None for a word of a comment or a string, too."""
    first, last = found.around(word)
    tree, own = found.joined(first, last), word.shifted(-found.start(first))
    node = tree.node_at(own.start)
    if node is None or not node.type.endswith("identifier"):
        return None
    around = _around(tree.innermost(own))
    name = tree.text[own.start : own.end]
    line = tree.text.rfind("\n", 0, own.start) + 1
    taken = CHAIN.search(tree.text[max(line, own.start - CHAIN_CHARACTERS) : own.start])
    if taken is None:
        return next((d for d in _named(found, name) if _is_visible(d, around)), None)
    return _member(found, name, taken[1], taken[2], around)


def _member(found: Pieces, name: str, holder: str, how: str, around: list[Scope]) -> Definition | None:
    """A definition in what `holder` is; of an unknown object, the only one of that name."""
    root = WORD.match(holder)
    if holder in QUOTES or (root is not None and (root[0] == BUILT_IN or _is_imported(found, root[0]))):
        return None
    own = next((_path(scope) for scope in around if scope.kind == "class"), ())
    known = [d for d in _named(found, name) if how == "::" or d.scope.kind == "class" or _is_member(d.scope)]
    if holder.startswith("super"):
        known = [d for d in known if _path(d.scope.parent) != own]
    mine = [d for d in known if own and holder in OWN and _path(d.scope.parent) == own]
    named = [d for d in known if d.scope.parent is not None and d.scope.parent.name == holder]
    if (mine or named) or len({_path(d.scope.parent) for d in known}) == 1:
        return (mine or named or known)[0]
    return None


def _named(found: Pieces, name: str) -> list[Definition]:
    """All definitions of that name, in document order."""
    return [
        Definition(tree, found.start(at), scope)
        for at, tree in enumerate(found.trees)
        for scope in _by_name(tree).get(name, ())
    ]


@once_per_tree
def _by_name(tree: Tree) -> dict[str, list[Scope]]:
    named = defaultdict[str, list[Scope]](list)
    for scope in tree.scopes():
        if scope.name:
            named[scope.name].append(scope)
    return dict(named)


def _is_visible(definition: Definition, around: list[Scope]) -> bool:
    """Whether a bare name may mean it, in code with these scopes around it."""
    scope, parent = definition.scope, definition.scope.parent
    if scope.kind == "class":
        return True
    if _is_member(scope) and definition.tree.language not in IMPLICIT:
        return False
    return parent is None or _path(parent) in map(_path, around)


def _is_member(scope: Scope) -> bool:
    in_class = scope.parent is not None and scope.parent.kind == "class"
    place = scope.node.parent
    return in_class or scope.node.type in MEMBERS or (place is not None and place.type in MEMBER_PLACES)


def _around(scope: Scope | None) -> list[Scope]:
    """A scope and those around it, the innermost first."""
    scopes: list[Scope] = []
    while scope is not None:
        scopes.append(scope)
        scope = scope.parent
    return scopes


def _path(scope: Scope | None) -> tuple[str, ...]:
    """The names of a scope and those around it: what tells it in all pieces of a file."""
    return tuple(around.name for around in _around(scope))


def _is_imported(found: Pieces, name: str) -> bool:
    return any(name in _imported(tree) for tree in found.trees)


@once_per_tree
def _imported(tree: Tree) -> frozenset[str]:
    """The names that a tree's imports bind; beside them, some that they only mention."""
    statements = (FROM.sub("", tree.text[span.start : span.end]) for span in tree.imports())
    return frozenset(name for statement in statements for name in WORD.findall(statement))
