"""Imports a reply brings along: added to the file's import block, each name once, never before what must come first."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits import grammar, python_source
from lsp_server.edits.layout import line_end, next_line
from lsp_server.edits.types import Replacement

if TYPE_CHECKING:
    from tree_sitter import Node


def hoist(text: str, tree: syntax.Tree, statements: tuple[str, ...]) -> Replacement | None:
    """Return the insertion that adds the imports `text` lacks; None when it has them all."""
    language = tree.language
    present = [grammar.text_of(node) for node in _block(tree)]
    if language == "python":
        lines = python_lines(present, statements)
    else:
        have = {_normal(line) for line in present}
        lines = [line for line in statements if _normal(line) not in have]
        if language.startswith(("javascript", "typescript")):
            lines = [kept for line in lines if (kept := _without_known(line, present))]
    lines = list(dict.fromkeys(lines))
    if not lines:
        return None
    at, blank = _place(text, tree)
    end = line_end(text, max(at - 1, 0)) if text else "\n"
    written = end.join(lines) + end + (end if blank else "")
    if at and text[at - 1] not in "\r\n":
        written = end + written
    return Replacement(Span(at, at), written)


def _normal(line: str) -> str:
    return re.sub(r"\s+", "", line).rstrip(";").replace("'", '"')


def _block(tree: syntax.Tree) -> list[Node]:
    return [node for node in tree.root.children if node.type in tree.info.imports]


def _place(text: str, tree: syntax.Tree) -> tuple[int, bool]:
    """Where new imports go, and whether a blank line must follow: after the first run of imports, else after the head."""
    last: Node | None = None
    for node in tree.root.children:
        if node.type in tree.info.imports:
            last = node
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


def _without_known(line: str, present: list[str]) -> str:
    """A JavaScript import without the names the file already imports; "" when none is left."""
    clause = re.match(r"import\s+(?:type\s+)?\{([^}]*)\}(\s*from\b.*)", line, re.DOTALL)
    if clause is None:
        return line
    known: set[str] = set()
    for other in present:
        known |= set(re.findall(r"[\w$]+", other.split(" from ")[0]))
    names = [name.strip() for name in clause.group(1).split(",") if name.strip()]
    kept = [name for name in names if name.split()[-1] not in known]
    if len(kept) == len(names):
        return line
    return line[: clause.start(1)] + f" {', '.join(kept)} " + "}" + clause.group(2) if kept else ""
