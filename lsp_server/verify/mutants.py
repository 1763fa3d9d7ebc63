"""Small wrong versions of one function: what a useful test must notice.

The operators are the classic ones of mutation testing (DeMillo, Lipton and Sayward 1978; the set of Mothra, King and
Offutt 1991): relational and arithmetic operator replacement, constants off by one, conditions negated, returned values
replaced. Works on syntax-tree leaves, so one table serves every language.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from lsp_server.document import Span
from lsp_server.syntax.tree import Tree

OPERATORS: dict[str, tuple[str, ...]] = {
    "<": (">=", "<="), "<=": (">", "<"), ">": ("<=", ">="), ">=": ("<", ">"),
    "==": ("!=",), "!=": ("==",), "===": ("!==",), "!==": ("===",),
    "+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "//": ("*",), "%": ("*",),
    "and": ("or",), "or": ("and",), "&&": ("||",), "||": ("&&",),
    "+=": ("-=",), "-=": ("+=",), "*=": ("+=",),
    "is": ("is not",), "in": ("not in",),
    "break": ("continue",),
}  # fmt: skip
CONSTANTS = {"True": "False", "False": "True", "true": "false", "false": "true"}
NUMBERS = {"integer", "number", "int_literal", "integer_literal", "number_literal", "decimal_integer_literal"}
NOTHING = {
    "python": "None",
    "javascript": "null",
    "typescript": "null",
    "typescriptreact": "null",
    "javascriptreact": "null",
}
"""What a returned value is replaced by; languages whose compiler would refuse it have no such mutant."""
CONTAINERS_WITHOUT_BEHAVIOUR = {
    "comment", "line_comment", "block_comment", "string", "type", "type_annotation", "type_arguments", "import_statement",
}  # fmt: skip


@frozen
class Mutant:
    span: Span
    text: str
    what: str
    """For a person: "line 12: < became <="."""

    def applied(self, source: str) -> str:
        return source[: self.span.start] + self.text + source[self.span.end :]


def mutants(tree: Tree, span: Span, most: int = 12) -> list[Mutant]:
    """Up to `most` mutants of the code in `span`, spread evenly over it; deterministic."""
    found = list(_all(tree, span))
    if len(found) <= most:
        return found
    return [found[i * len(found) // most] for i in range(most)]


def _all(tree: Tree, span: Span) -> Iterator[Mutant]:
    stack = [tree.root]
    while stack:
        node = stack.pop()
        where = tree.span(node)
        if where.end <= span.start or where.start >= span.end or node.type in CONTAINERS_WITHOUT_BEHAVIOUR:
            continue
        if node.type == "return_statement" and node.named_children and tree.language in NOTHING:
            value = tree.span(node.named_children[0])
            nothing = NOTHING[tree.language]
            if (
                span.start <= value.start
                and value.end <= span.end
                and tree.text[value.start : value.end] != nothing
            ):
                yield Mutant(value, nothing, f"line {_line(tree, value)}: returns {nothing}")
        if node.child_count:
            stack.extend(reversed(node.children))
            continue
        if where.start < span.start or where.end > span.end:
            continue
        old = tree.text[where.start : where.end]
        for new in _changed(node.type, old, node.parent.type if node.parent is not None else ""):
            yield Mutant(where, new, f"line {_line(tree, where)}: {old} became {new}")


def _line(tree: Tree, span: Span) -> int:
    return tree.text.count("\n", 0, span.start) + 1


def _changed(kind: str, text: str, parent: str) -> tuple[str, ...]:
    if kind in NUMBERS:
        return (str(int(text) + 1),) if text.isdigit() else ()
    if text in CONSTANTS:
        return (CONSTANTS[text],)
    if text not in OPERATORS:
        return ()
    if text in ("is", "in"):
        applies = "comparison" in parent
    elif text in ("*", "-") and ("splat" in parent or "unary" in parent or "pointer" in parent):
        applies = False
    else:
        applies = text == "break" or any(word in parent for word in ("operator", "expression", "assignment"))
    return OPERATORS[text] if applies else ()
