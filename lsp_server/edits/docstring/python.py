"""Python docstrings: where the syntax tree says they go, written so that no character can end them early.

`place` decides, `verify` proves; neither trusts the other.
"""

from __future__ import annotations

import ast
import re

from lsp_server.document import Document, Span
from lsp_server.edits import python_source
from lsp_server.edits.docstring.wrap import split_summary, wrapped
from lsp_server.edits.layout import (
    indent_unit,
    indentation,
    line_end,
    line_start,
    line_stop,
    line_width,
    next_line,
    with_line_end,
)
from lsp_server.edits.python_source import DEFINITIONS, Definition, Positions, Region
from lsp_server.edits.types import Check, Replacement
from lsp_server.errors import EditRefused

BROKEN = "The docstring would change the code; nothing is offered."
BLANK = " \t\f"
QUOTES = re.compile(r'"{3,}|"+\Z')
"""Quotes that would end the literal, or join its closing ones."""


def find(document: Document, target: Span) -> tuple[Region, Definition]:
    """Return the definition to document, and the part of the file that was parsed to find it."""
    text = document.text
    core = _core(text, target)
    for region in python_source.regions(text, core):
        tree = python_source.parse(region.source(text))
        if tree is not None:
            return region, _choose(tree, region.positions(text), core)
    raise EditRefused("The code around the selection has a syntax error; mend it first.")


def _core(text: str, target: Span) -> Span:
    piece = text[target.start : target.end]
    if not piece.strip():
        return target
    return Span(target.start + len(piece) - len(piece.lstrip()), target.start + len(piece.rstrip()))


def _choose(tree: ast.Module, at: Positions, target: Span) -> Definition:
    """The definition that begins where the target does, else the innermost around it, else the first inside it."""
    spans = [
        (node, python_source.definition_start(node, at), at.end(node))
        for node in python_source.definitions(tree)
    ]
    same = [n for n, start, end in spans if start <= target.start <= at.start(n) and end <= target.end]
    around = [(end - start, n) for n, start, end in spans if start <= target.start and target.end <= end]
    inside = [(start, n) for n, start, end in spans if target.start <= start and end <= target.end]
    if same:
        return same[0]
    if around:
        return min(around, key=lambda pair: pair[0])[1]
    if inside:
        return min(inside, key=lambda pair: pair[0])[1]
    raise EditRefused("There is no function or class here to document.")


def undocumented(text: str, region: Region, node: Definition) -> str:
    """The code of a definition without the docstrings in it: a line of those that a reply repeats is no copy of code."""
    at = region.positions(text)
    docstrings = filter(None, map(python_source.docstring_of, python_source.definitions(node)))
    start, pieces = at.start(node), []
    for old in sorted(docstrings, key=at.start):
        pieces.append(text[start : at.start(old)])
        start = at.end(old)
    return "".join([*pieces, text[start : at.end(node)]])


def parameters(node: Definition) -> set[str] | None:
    """Names of what a function takes; None where others may be told: the attributes of a class, options in `**kwargs`."""
    if isinstance(node, ast.ClassDef) or node.args.kwarg is not None:
        return None
    a = node.args
    found = [*a.posonlyargs, *a.args, *a.kwonlyargs, *([a.vararg] if a.vararg else [])]
    return {arg.arg for arg in found}


def place(document: Document, region: Region, node: Definition, text: str) -> Replacement:
    """Return the one replacement that gives `node` the docstring `text` (clean, newline-separated)."""
    source, at = document.text, region.positions(document.text)
    colon = _colon(source, node, at)
    first = node.body[0]
    old = python_source.docstring_of(node)
    start = python_source.definition_start(first, at) if isinstance(first, DEFINITIONS) else at.start(first)
    own_line = not source[line_start(source, start) : start].strip(BLANK)
    header = indentation(source, at.start(node))
    indent = indentation(source, start) if own_line else header + _unit(source, header)
    end = line_end(source, colon)
    written = with_line_end(literal(text, indent, line_width(source)), end)
    if not own_line:
        return _split(node, at, old, colon, end + indent, written)
    if old is None:
        return _insert(source, colon, indent, written, end)
    stop = at.end(old)
    if len(node.body) > 1 and line_start(source, at.start(node.body[1])) == line_start(source, at.end(old)):
        return Replacement(Span(at.start(old), at.start(node.body[1])), written + end + indent)
    return Replacement(Span(at.start(old), stop), written)


def _unit(source: str, header: str) -> str:
    return "\t" if header.endswith("\t") else indent_unit(source)


def _insert(source: str, colon: int, indent: str, written: str, end: str) -> Replacement:
    at = next_line(source, colon)
    return Replacement(Span(at, at), indent + written + end)


def _split(
    node: Definition, at: Positions, old: ast.Expr | None, colon: int, new_line: str, written: str
) -> Replacement:
    """Give a body on the header's line lines of its own."""
    if old is None:
        return Replacement(Span(colon, at.start(node.body[0])), new_line + written + new_line)
    if len(node.body) > 1:
        return Replacement(Span(colon, at.start(node.body[1])), new_line + written + new_line)
    return Replacement(Span(colon, at.end(old)), new_line + written)


def _colon(source: str, node: Definition, at: Positions) -> int:
    """Return the offset after the colon that ends the header.

    After the last parameter, base or return annotation only brackets, commas, comments and the colon can follow.
    """
    parts: list[ast.expr | ast.arg | ast.keyword] = []
    if isinstance(node, ast.ClassDef):
        parts += [*node.bases, *node.keywords]
    else:
        a = node.args
        parts += [*a.posonlyargs, *a.args, *a.kwonlyargs, *a.defaults, *(d for d in a.kw_defaults if d)]
        parts += [arg for arg in (a.vararg, a.kwarg) if arg]
        parts += [node.returns] if node.returns else []
    parts += getattr(node, "type_params", [])
    offset = max([at.start(node), *map(at.end, parts)])
    while source[offset] != ":":
        offset = line_stop(source, offset) if source[offset] == "#" else offset + 1
    return offset + 1


def literal(text: str, indent: str, width: int) -> str:
    """Write `text` as a triple-quoted literal whose lines after the first are indented.

    Its value, cleaned as `inspect.cleandoc` does, is the text as wrapped.
    """
    room = width - len(indent.expandtabs(4)) - 3
    one_line = "\n" not in text and len(text) + 3 <= room
    lines = [text] if one_line else wrapped(split_summary(text, room), room)
    raw = "\\" in text and '"""' not in text and (not one_line or text[-1] not in '\\"')
    body = (
        text
        if one_line
        else "\n".join([lines[0], *(indent + line if line else "" for line in lines[1:]), indent])
    )
    if not raw:
        body = QUOTES.sub(lambda found: '\\"' * len(found.group()), body.replace("\\", "\\\\"))
    return f'{"r" if raw else ""}"""{body}"""'


def verify(
    document: Document, region: Region, node: Definition, text: str, new_text: str
) -> tuple[Check, ...]:
    """Prove from the texts alone that nothing but the docstring of `node` changed and that it says `text`, or refuse."""
    old = document.text
    tail = old[region.span.end :]
    head = old[: region.span.start]
    before = python_source.parse(region.source(old))
    after = python_source.parse(region.head + new_text[len(head) : len(new_text) - len(tail)])
    if before is None or after is None or not (new_text.startswith(head) and new_text.endswith(tail)):
        raise EditRefused(BROKEN)
    twins = python_source.definitions(before), python_source.definitions(after)
    index = [(n.lineno, n.col_offset) for n in twins[0]].index((node.lineno, node.col_offset))
    if len(twins[0]) != len(twins[1]):
        raise EditRefused(BROKEN)
    said = ast.get_docstring(twins[1][index]) or ""
    for definitions in twins:
        if python_source.docstring_of(definitions[index]) is not None:
            del definitions[index].body[0]
    if not python_source.same(before, after) or said.split() != text.split():
        raise EditRefused(BROKEN)
    return (
        Check("parses", True),
        Check("code unchanged", True, "equal syntax tree apart from the docstring"),
    )
