"""Code that cannot do what it should, whatever its language: it only calls itself, or goes on after it has returned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server import syntax
from lsp_server.edits import grammar
from lsp_server.edits.namesakes import is_member

if TYPE_CHECKING:
    from tree_sitter import Node

LEAVES = {"return_statement", "return_expression", "throw_statement", "raise_statement", "throw_expression"}
BLOCKS = {"block", "statement_block", "compound_statement", "statement_list", "constructor_body"}
REACHED = re.compile(
    r"function_declaration|labeled|class_declaration|yield|case|default|preproc|item\Z|empty|;"
)
"""What may stand behind a `return`: declarations that count in the whole block, labels, a generator's `yield`."""
CHOICE = re.compile(
    r"(?:if|for|while|loop|match|switch|conditional|ternary|try|except|lambda|closure|arrow)(?:_\w+)?|\w+_comprehension|"
    r"&&|\|\||\?\??|and|or"
)
OVERLOADING = ("cpp", "java")
CALLS = {"call", "call_expression", "method_invocation"}


def dead_end(language: str, old: str, new: str) -> str:
    """Say in words what is wrong with `new` and was not with `old`; "" when nothing is. Both are dedented."""
    before, after = grammar.parse_once(language, old), grammar.parse_once(language, new)
    if before is None or after is None:
        return ""
    left = _unreachable(after)
    if left is not None and _unreachable(before) is None:
        return f"`{grammar.text_of(left).splitlines()[0].strip()}` is never reached"
    names = {scope.name for scope in before.scopes() if scope.kind == "function" and scope.name}
    for scope in after.scopes():
        if scope.name in names and _only_recurses(after, scope) and not _calls_itself(before, scope.name):
            return f"`{scope.name}` calls itself without end"
    return ""


def _unreachable(tree: syntax.Tree) -> Node | None:
    for node in grammar.walk(tree.root):
        if node.type not in LEAVES or node.parent is None:
            continue
        statement = node.parent if node.parent.type == "expression_statement" else node
        block, following = statement.parent, statement.next_named_sibling
        while following is not None and grammar.is_comment(following):
            following = following.next_named_sibling
        if block is None or block.type not in BLOCKS or following is None:
            continue
        inner = (
            following.named_children[0].type
            if following.type == "expression_statement" and following.named_children
            else ""
        )
        if not REACHED.search(following.type) and not REACHED.search(inner):
            return following
    return None


def _only_recurses(tree: syntax.Tree, scope: syntax.Scope) -> bool:
    """It calls itself, and nothing in it chooses not to."""
    body = [node for node in grammar.walk(scope.node) if not grammar.is_comment(node)]
    bare = tree.language in OVERLOADING or not is_member(tree, scope)
    calls = _calls(scope.node, scope.name, tree.language, bare=bare)
    return calls and not any(CHOICE.fullmatch(n.type) for n in body)


def _calls_itself(tree: syntax.Tree, name: str) -> bool:
    return any(_calls(scope.node, name, "") for scope in tree.scopes() if scope.name == name)


def _calls(definition: Node, name: str, language: str, *, bare: bool = True) -> bool:
    """Whether it calls itself; where names are overloaded, with as many arguments, all of them plain names.

    `bare`: whether its name alone means it, and not the function that a method has its name from.
    """
    nodes = list(grammar.walk(definition))
    takes = next((n for n in nodes if re.fullmatch(r"(?:formal_)?parameter(?:s|_list)", n.type)), None)
    for node in nodes:
        called = node.child_by_field_name("function") or node.child_by_field_name("name")
        owner, given = node.child_by_field_name("object"), node.child_by_field_name("arguments")
        if node.type not in CALLS or called is None or given is None:
            continue
        own = {name} if (bare if owner is None else grammar.text_of(owner) == "this") else set()
        if grammar.text_of(called) not in own | {f"{self}.{name}" for self in ("self", "this")}:
            continue
        plain = all(re.fullmatch(r"\w+", grammar.text_of(child)) for child in given.named_children)
        if language not in OVERLOADING or takes is None or (plain and _count(given) == _count(takes)):
            return True
    return False


def _count(node: Node) -> int:
    return sum(not grammar.is_comment(child) for child in node.named_children)
