"""What stands beside the definitions of a reply: which of it belongs in place of the selection, and which is a copy or an
example.

A selection of definitions alone takes constants and types along with theirs. One that holds imports, calls or a main
guard gets those of the reply too, since what a reply gives for them is all that is left of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits import grammar
from lsp_server.edits.namesakes import field_name
from lsp_server.edits.selection import Selection
from lsp_server.syntax import definitions

if TYPE_CHECKING:
    from tree_sitter import Node

DECLARATIONS = frozenset(
    {
        "lexical_declaration",
        "variable_declaration",
        "const_declaration",
        "var_declaration",
        "type_declaration",
        "const_item",
        "static_item",
        "type_item",
        "type_alias_declaration",
        "declaration",
        "preproc_def",
        "preproc_function_def",
        "type_definition",
        "type_alias_statement",
    }
)
MARKS = frozenset({"attribute_item", ";", "{", "}"})
"""What is no statement by itself."""
CALLS = ("expression_statement call", "expression_statement call_expression")


def declarations(tree: syntax.Tree, kept: list[syntax.Scope]) -> list[Span]:
    """Constants and types beside the definitions; a call, as in a usage example, is none."""
    return [
        tree.span(node)
        for node in tree.root.children
        if _is_declaration(node) and not _lies_in(tree.span(node), kept)
    ]


def new_fields(
    tree: syntax.Tree, holder: syntax.Scope, kept: list[syntax.Scope], selection: Selection
) -> list[Span]:
    """Constants and fields of a class that a reply repeats around its methods: those that only these methods name."""
    if selection.tree is None or selection.parent is None:
        return []
    text, there = tree.text, selection.tree.text[selection.parent.span.start : selection.parent.span.end]
    used = " ".join(text[scope.span.start : scope.span.end] for scope in kept)
    found: list[Span] = []
    for span in tree.data():
        name = field_name(text[span.start : span.end])
        word = re.compile(rf"\b{re.escape(name)}\b")
        if name and tree.innermost(span) == holder and word.search(used) and not word.search(there):
            found.append(Span(span.start, span.end + text.startswith(";", span.end)))
    return found


def holds_statements(selection: Selection) -> bool:
    """Whether more is selected than definitions and comments: imports, calls, a main guard."""
    return bool(_statements(selection))


def foreign(tree: syntax.Tree, kept: list[syntax.Scope], selection: Selection) -> list[Node]:
    """What of a reply does not belong in place of a selection that holds statements, comments above it included.

    That is what repeats the file around the selection, and calls where the selection has none: usage examples.
    """
    old = _statements(selection)
    kinds, own = {_kind(node) for node in old}, {grammar.text_of(node) for node in old}
    around = {grammar.text_of(node) for node in _members(selection)} - own
    all_belong = any(map(_runs, old))
    found: list[Node] = []
    for node in tree.root.children:
        scopes = [scope for scope in tree.inside(tree.span(node)) if scope.parent is None]
        if scopes:
            belongs = any(scope in kept for scope in scopes)
        else:
            belongs = grammar.text_of(node) not in around and (
                _kind(node) in kinds or _is_declaration(node) or (all_belong and _kind(node) not in CALLS)
            )
        if not belongs and not grammar.is_comment(node) and node.type not in MARKS:
            found += [*_comments_above(node), node]
    return found


def lost_call(language: str, old: str, new: str) -> str:
    """What `old` runs beside its definitions, when `new` runs nothing; both are top-level code."""
    before, after = grammar.parse_once(language, old), grammar.parse_once(language, new)
    if before is None or after is None or not before.scopes() or any(map(_runs, after.root.children)):
        return ""
    lost = next(filter(_runs, before.root.children), None)
    return grammar.text_of(lost).split("\n")[0] if lost is not None else ""


def _members(selection: Selection) -> list[Node]:
    """The statements of what holds the selection: the file, a class."""
    if selection.tree is None:
        return []
    holder = selection.tree.root if selection.parent is None else definitions.body(selection.parent.node)
    return holder.children if holder is not None else []


def _statements(selection: Selection) -> list[Node]:
    """The selected statements that are no definitions."""
    found: list[Node] = []
    for node in _members(selection):
        span = selection.tree.span(node) if selection.tree is not None else Span(0, 0)
        selected = selection.span.start <= span.start and span.end <= selection.span.end
        is_statement = not grammar.is_comment(node) and node.type not in MARKS
        if selected and is_statement and not _lies_in(span, selection.scopes):
            found.append(node)
    return found


def _lies_in(span: Span, scopes: list[syntax.Scope] | tuple[syntax.Scope, ...]) -> bool:
    return any(scope.span.start <= span.start and span.end <= scope.span.end for scope in scopes)


def _kind(node: Node) -> str:
    """The type of a statement; of an expression, also what it is: a call, a string."""
    inner = node.named_children[0].type if node.type == "expression_statement" and node.named_children else ""
    return "import" if "import" in node.type else f"{node.type} {inner}"


def _is_declaration(node: Node) -> bool:
    return node.type in DECLARATIONS or (node.type == "expression_statement" and "assignment" in _kind(node))


def _runs(node: Node) -> bool:
    """Whether it does something when the file is loaded, and is not only a name given or taken."""
    named = "import" in node.type or "export" in node.type or _is_declaration(node)
    is_statement = node.type.endswith("_statement") and node.type != "empty_statement"
    return is_statement and not named and "string" not in _kind(node)


def _comments_above(node: Node) -> list[Node]:
    found: list[Node] = []
    above = node.prev_sibling
    while above is not None and grammar.is_comment(above) and above.end_point[0] >= node.start_point[0] - 1:
        found.append(above)
        node, above = above, above.prev_sibling
    return found
