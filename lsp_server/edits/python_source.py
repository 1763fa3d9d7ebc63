"""Python text and its `ast`: quiet parsing, positions as code points, and the part of a file that proves an edit.

Used beside tree-sitter because `ast` is Python's own word on what code means.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from attrs import frozen

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits.layout import LINE_END, line_start, line_stop, next_line

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
WHOLE_FILE = 12_000
"""Code points up to which a whole file, or a whole top-level statement, is parsed to prove an edit."""


def parse(text: str) -> ast.Module | None:
    """Parse without printing warnings; None when this Python cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def compiles(text: str) -> str:
    """Say why a text does not compile; "" when it does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.removeprefix("\ufeff"), "", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""


class Positions:
    """Offsets of `ast` positions (line, UTF-8 column) in a text, moved by `shift`."""

    def __init__(self, text: str, shift: int = 0) -> None:
        text = text.removeprefix("\ufeff") if (bom := text.startswith("\ufeff")) else text
        self._text = text
        self._shift = shift + bom
        self._starts = [0, *(found.end() for found in LINE_END.finditer(text))]

    def offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        head = self._text[start : start + column]
        if not head.isascii():
            head = head.encode("utf-8")[:column].decode("utf-8", "ignore")
        return self._shift + start + len(head)

    def start(self, node: ast.stmt | ast.expr) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr | ast.arg | ast.keyword) -> int:
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


@frozen
class Region:
    """Whole lines of a text that parse by themselves. `head` makes an indented block parse."""

    span: Span
    head: str = ""

    def source(self, text: str) -> str:
        return self.head + text[self.span.start : self.span.end]

    def positions(self, text: str) -> Positions:
        return Positions(self.source(text), self.span.start - len(self.head))


def regions(text: str, target: Span) -> Iterator[Region]:
    """Yield parts of a Python file that contain `target`, the largest affordable first.

    A part is whole statements, and bytes outside it stay equal: what holds for it holds for the file. A smaller one
    serves when the rest of the file has a mistake, or is written in a newer Python than this one.
    """
    tree = syntax.parse("python", text)
    if tree is None or len(text) <= WHOLE_FILE:
        yield Region(Span(0, len(text)))
    if tree is None:
        return
    top = statements(text, target)
    is_small = top.span.end - top.span.start <= WHOLE_FILE
    if is_small:
        yield top
    scope = tree.innermost(target)
    while scope is not None:
        start = line_start(text, scope.span.start)
        lead = text[start : scope.span.start]
        if not lead.strip():
            block = Span(start, next_line(text, scope.span.end))
            yield Region(block, "if 1:\n" if lead else "")
        scope = scope.parent
    if not is_small:
        yield top


def statements(text: str, target: Span) -> Region:
    """The whole top-level statements around `target`; the whole file where no grammar is installed."""
    tree = syntax.parse("python", text)
    if tree is None:
        return Region(Span(0, len(text)))
    start = line_start(text, target.start)
    end = next_line(text, max(target.start, target.end - 1))
    low, high = tree.to_byte(start), tree.to_byte(end)
    for node in tree.root.children:
        if node.end_byte > low and node.start_byte < high:
            span = tree.span(node)
            start = min(start, line_start(text, span.start))
            end = max(end, next_line(text, line_stop(text, max(span.start, span.end - 1))))
    return Region(Span(start, end))


def definition_start(node: Definition, at: Positions) -> int:
    """Where a definition begins, at the `@` of its first decorator."""
    lines = [node.lineno, *(d.lineno for d in node.decorator_list)]
    return at.offset(min(lines), node.col_offset)


def definitions(tree: ast.AST) -> list[Definition]:
    return [node for node in ast.walk(tree) if isinstance(node, DEFINITIONS)]


def docstring_of(node: Definition) -> ast.Expr | None:
    """The statement that is the docstring; f-strings and bytes are none."""
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return first
    return None


def same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees are equal apart from positions. Not recursive: generated code nests deeply."""
    waiting: list[tuple[object, object]] = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST):
            waiting += [(getattr(a, name, None), getattr(b, name, None)) for name in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif a is not b and repr(a) != repr(b):
            return False
    return True
