"""The parts of one definition: what wraps it, where its header ends, its body, its name. Works in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from lsp_server.syntax.languages import LanguageInfo

BODIES = frozenset({"field_declaration_list", "block"})
"""Bodies that their parents hold without the field name "body"."""
NAMES = frozenset(
    {
        "identifier",
        "field_identifier",
        "type_identifier",
        "destructor_name",
        "operator_name",
        "operator_cast",
        "template_function",
    }
)
WRAPPED_NAMES = frozenset(
    {
        "typed_parameter",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "rest_pattern",
        "spread_parameter",
        "parenthesized_declarator",
        "reference_declarator",
        "mut_pattern",
    }
)
"""What may stand around a parameter's name without a field that tells it."""
RECEIVERS = frozenset({"self", "cls"})
NAMING_FIELDS = ("name", "left", "key", "property", "declarator")
"""Where a value's parent keeps the name, in `const f = …`, `a.f = …`, `f: …`, `f = …` and `typedef … f`."""


def extent(node: Node, info: LanguageInfo) -> tuple[int, int]:
    """Where a definition begins and ends, with decorators, attributes, `export`, template<> and semicolon."""
    outer = _outermost(node, info)
    first = outer
    while info.leading and (before := first.prev_sibling) is not None and before.type in info.leading:
        first = before
    after = outer.next_sibling
    last = after if after is not None and after.type == ";" and after.start_byte == outer.end_byte else outer
    return first.start_byte, last.end_byte


def _outermost(node: Node, info: LanguageInfo) -> Node:
    while (parent := node.parent) is not None and parent.type in info.wrappers and _is_alone(node, parent):
        node = parent
    return node


def _is_alone(node: Node, parent: Node) -> bool:
    if parent.type == "expression_list":
        return parent.named_child_count == 1
    if node.type == "expression_list":
        return True
    return sum(child.type == node.type for child in parent.named_children) == 1


def header_start(node: Node, info: LanguageInfo) -> int:
    """Where the signature begins: after decorators, with everything else that `extent` includes."""
    part = next(iter(_outermost(node, info).children), None)
    while part is not None and part.type in ("decorator", "comment"):
        part = part.next_sibling
    return part.start_byte if part is not None else node.start_byte


def header_end(node: Node, body: Node | None) -> int:
    """Where the signature ends: before the body and any comment in front of it."""
    if body is None:
        return node.end_byte
    before = body.prev_sibling
    while before is not None and before.is_extra:
        before = before.prev_sibling
    return before.end_byte if before is not None else body.start_byte


def body(node: Node) -> Node | None:
    found = node.child_by_field_name("body")
    if found is None and (type_ := node.child_by_field_name("type")) is not None:
        found = next((child for child in type_.named_children if child.type in BODIES), None)
    return found


def name(node: Node) -> str:
    """The last part of a definition's name: `run` for `Engine::run`; "" when it has none."""
    found = node.child_by_field_name("name")
    if found is not None:
        return _text(found).strip("\"'")
    if (declarator := node.child_by_field_name("declarator")) is not None:
        return _declared(declarator)
    if node.type == "impl_item" and (type_ := node.child_by_field_name("type")) is not None:
        return _text(type_)
    return _assigned(node)


def _declared(declarator: Node) -> str:
    """The name inside C's declarators: `*(*name)(int)`."""
    node: Node | None = declarator
    while node is not None and node.type not in NAMES:
        if node.type in ("qualified_identifier", "template_function"):
            node = node.child_by_field_name("name")
        else:
            node = node.child_by_field_name("declarator") or next(iter(node.named_children), None)
    if node is None:
        return ""
    return _text(node).partition("(")[0] if node.type == "operator_cast" else _text(node)


def _assigned(node: Node) -> str:
    parent = node.parent
    if parent is not None and parent.type == "expression_list":
        parent = parent.parent
    if parent is None:
        return ""
    if parent.type == "export_statement":
        return "default"
    for field in NAMING_FIELDS:
        target = parent.child_by_field_name(field)
        if target is not None and target != node:
            property_ = target.child_by_field_name("property")
            return _text(property_ or target).strip("\"'")
    return ""


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def parameters(node: Node) -> list[str]:
    """The names of a function's parameters, without the receiver."""
    found = node.child_by_field_name("parameters")
    declarator = node.child_by_field_name("declarator")
    while found is None and declarator is not None:
        found = declarator.child_by_field_name("parameters")
        declarator = declarator.child_by_field_name("declarator")
    if found is None:
        single = node.child_by_field_name("parameter")
        return [_text(single)] if single is not None else []
    names: list[str] = []
    for parameter in found.named_children:
        if not parameter.is_extra:
            names += _parameter_names(parameter)
    return [name for name in names if name not in RECEIVERS]


def _parameter_names(parameter: Node) -> list[str]:
    if parameter.type in NAMES and parameter.type != "type_identifier":
        return [_text(parameter)]
    named = parameter.children_by_field_name("name")
    if named:
        return [_text(name) for name in named]
    for field in ("pattern", "left", "declarator"):
        inner = parameter.child_by_field_name(field)
        if inner is not None:
            return _parameter_names(inner)
    if parameter.type in WRAPPED_NAMES:
        return next((names for child in parameter.named_children if (names := _parameter_names(child))), [])
    return []
