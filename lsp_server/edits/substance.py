"""Whether a rewrite changes any code, and what beside the code is not its to change: remarks and docstrings."""

from __future__ import annotations

import ast
import re

from lsp_server.edits import grammar, python_source
from lsp_server.edits.layout import line_start, line_stop
from lsp_server.edits.python_source import Positions
from lsp_server.edits.selection import Selection


def same_code(language: str, old: str, new: str) -> bool:
    """Whether two texts, both dedented, differ in comments, documentation and layout alone."""
    if language == "python":
        before, after = python_source.parse(old), python_source.parse(new)
        if before is None or after is None:
            return False
        return python_source.same(_without_docstrings(before), _without_docstrings(after))
    return _leaves(language, old) == _leaves(language, new)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in python_source.definitions(tree):
        if python_source.docstring_of(node) is not None:
            del node.body[0]
    return tree


def _leaves(language: str, text: str) -> list[str] | None:
    tree = grammar.parse_once(language, text)
    if tree is None:
        return None
    nodes = grammar.walk(tree.root)
    return [grammar.text_of(n) for n in nodes if not n.children and not grammar.is_comment(n)]


def without_remark(text: str, selection: Selection) -> str:
    """Take off a comment behind the header that was not there: an answer begun with the header often goes on with one."""
    if len(selection.scopes) != 1:
        return text
    source, end = selection.document.text, selection.scopes[0].header.end
    stop = line_stop(source, end)
    line = source[line_start(source, end) : stop].strip()
    if source[end:stop].strip() not in ("", ":", "{"):
        return text
    return re.sub(
        rf"^([ \t]*{re.escape(line)})[ \t]*(?:#|//)[^\n]*$", r"\1", text, count=1, flags=re.MULTILINE
    )


def with_docstrings(old: str, new: str) -> str:
    """Python: put back the docstrings that definitions lost in a rewrite. Both texts are dedented."""
    before, after = python_source.parse(old), python_source.parse(new)
    if before is None or after is None:
        return new
    lost = _documented(before)
    at, was = Positions(new), Positions(old)
    for node in sorted(python_source.definitions(after), key=lambda n: -n.lineno):
        docstring = lost.get((node.name, node.col_offset))
        start = at.start(node.body[0])
        lead = new[line_start(new, start) : start]
        if docstring is None or python_source.docstring_of(node) is not None or lead.strip():
            continue
        written = old[was.start(docstring) : was.end(docstring)]
        first = line_start(new, start)
        new = f"{new[:first]}{lead}{written}\n{new[first:]}"
    return new


def _documented(tree: ast.Module) -> dict[tuple[str, int], ast.Expr]:
    """Docstrings by name and column; of namesakes none, since it could be either's."""
    found: dict[tuple[str, int], ast.Expr] = {}
    seen: set[tuple[str, int]] = set()
    for node in python_source.definitions(tree):
        key = (node.name, node.col_offset)
        docstring = python_source.docstring_of(node)
        if key in seen:
            found.pop(key, None)
        elif docstring is not None:
            found[key] = docstring
        seen.add(key)
    return found
