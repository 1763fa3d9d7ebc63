"""Imports a reply brings along: added to the file's import block, each name once, never before what must come first."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits import grammar, python_source, script_imports
from lsp_server.edits.layout import line_end, line_start, next_line, with_line_end
from lsp_server.edits.types import Replacement

if TYPE_CHECKING:
    from tree_sitter import Node


GO_SPEC = re.compile(r"(?:[\w.]+[ \t]+)?\"[^\"]+\"|(?:[\w.]+[ \t]+)?`[^`]+`")
PYTHON_DEFINITIONS = ("function_definition", "class_definition", "decorated_definition")


def hoist(
    text: str, tree: syntax.Tree, statements: tuple[str, ...], *, late: bool = False
) -> Replacement | None:
    """Return the insertion that adds the imports `text` lacks; None when it has them all.

    `late`: behind all imports before the first definition, for what only works after something between them was done.
    """
    lines = _missing(tree, statements)
    if not lines:
        return None
    if tree.language == "go" and (block := _go_block(text, tree)) is not None:
        end = line_end(text, block)
        return Replacement(
            Span(block, block), "".join(f"\t{line.removeprefix('import ')}{end}" for line in lines)
        )
    at, blank = _place(text, tree, late)
    end = line_end(text, max(at - 1, 0)) if text else "\n"
    written = with_line_end("\n".join(lines), end) + end + (end if blank else "")
    if at and text[at - 1] not in "\r\n":
        written = end + written
    return Replacement(Span(at, at), written)


def _missing(tree: syntax.Tree, statements: tuple[str, ...]) -> list[str]:
    present = [grammar.text_of(node) for node in _block(tree)]
    if tree.language == "python":
        return list(dict.fromkeys(python_lines(present, statements)))
    if _is_script(tree):
        return list(dict.fromkeys(script_imports.missing(statements, present)))
    have = {_normal(line) for line in present}
    if tree.language == "go":
        have |= {_normal(f"import {spec}") for line in present for spec in GO_SPEC.findall(line)}
    return list(dict.fromkeys(line for line in statements if _normal(line) not in have))


def _go_block(text: str, tree: syntax.Tree) -> int | None:
    """Where another line goes into a file's `import (…)`; None when it has none of several lines."""
    for node in tree.root.children:
        last = node.named_children[-1] if node.type == "import_declaration" and node.named_children else None
        if last is not None and last.type == "import_spec_list":
            at = line_start(text, tree.span(last).end - 1)
            return at if text[at : tree.span(last).end] == ")" else None
    return None


def _is_script(tree: syntax.Tree) -> bool:
    return tree.language.startswith(("javascript", "typescript"))


def _normal(line: str) -> str:
    return re.sub(r"\s+", "", line).rstrip(";").replace("'", '"')


def _block(tree: syntax.Tree) -> list[Node]:
    return [node for node in tree.root.children if _is_import(tree, node)]


def _is_import(tree: syntax.Tree, node: Node) -> bool:
    return node.type in tree.info.imports or (_is_script(tree) and script_imports.is_import(node))


def _place(text: str, tree: syntax.Tree, late: bool) -> tuple[int, bool]:
    """Where new imports go, and whether a blank line must follow: after the first run of imports, else after the head."""
    last: Node | None = None
    for node in tree.root.children:
        if _is_import(tree, node):
            last = node
        elif late:
            if node.type in PYTHON_DEFINITIONS:
                break
        elif last is not None and not grammar.is_comment(node) and not node.type.startswith("preproc"):
            break
    if last is not None:
        span = tree.span(last)
        alone = last.type in ("package_clause", "package_declaration")
        return next_line(text, max(span.end - 1, span.start)), alone
    at = _after_head(text, tree)
    return at, bool(text[at:].strip()) and not text[at:].startswith(("\n", "\r"))


def _after_head(text: str, tree: syntax.Tree) -> int:
    """After a shebang, licence comments, a module docstring or a "use strict" directive."""
    at = 0
    for number, node in enumerate(tree.root.children):
        span = tree.span(node)
        followed = tree.root.children[number + 1] if number + 1 < len(tree.root.children) else None
        if grammar.is_comment(node) or node.type == "hash_bang_line":
            touches = followed is not None and followed.start_point[0] <= node.end_point[0] + 1
            if touches and followed is not None and not grammar.is_comment(followed):
                break
        elif not _is_directive(node):
            break
        at = next_line(text, max(span.end - 1, span.start))
    return at


def _is_directive(node: Node) -> bool:
    child = (
        node.named_children[0]
        if node.type == "expression_statement" and node.named_child_count == 1
        else None
    )
    return child is not None and child.type in ("string", "concatenated_string")


def python_lines(present: list[str], wanted: tuple[str, ...]) -> list[str]:
    """Import statements for the names of `wanted` that `present` does not bind."""
    have: set[str] = set()
    for line in present:
        have |= {key for key, _ in _bindings(line)}
    lines: list[str] = []
    for line in wanted:
        missing = [(key, alias) for key, alias in _bindings(line) if key not in have]
        have |= {key for key, _ in missing}
        if missing:
            lines.append(_python_statement(line, [alias for _, alias in missing]))
    return lines


def _bindings(line: str) -> list[tuple[str, ast.alias]]:
    """A key for each name an import statement binds, equal for equal bindings."""
    tree = python_source.parse(line)
    node = tree.body[0] if tree is not None and len(tree.body) == 1 else None
    if isinstance(node, ast.Import):
        return [(f"import {a.name} as {a.asname}", a) for a in node.names]
    if isinstance(node, ast.ImportFrom) and node.module != "__future__":
        return [
            (f"from {'.' * node.level}{node.module or ''} import {a.name} as {a.asname}", a)
            for a in node.names
        ]
    return []


def _python_statement(line: str, names: list[ast.alias]) -> str:
    tree = python_source.parse(line)
    node = tree.body[0] if tree is not None else None
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    if len(names) == len(node.names):
        return line.strip()
    node.names = names
    return ast.unparse(node)
