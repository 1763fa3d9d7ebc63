"""Test code moved to another indentation; what stands in its strings keeps its value."""

from __future__ import annotations

from lsp_server.document import Span
from lsp_server.edits import grammar
from lsp_server.edits.indent import dedent
from lsp_server.edits.layout import LINE_END, line_end, with_line_end
from lsp_server.edits.types import Replacement


def outdented(language: str, code: str) -> str:
    """Code (newlines) without the indentation that all of its lines share, those inside strings not counted."""
    lines, inside = list(enumerate(code.split("\n"))), _inside_strings(language, code)
    moved = iter(dedent("\n".join(line for n, line in lines if n not in inside)).split("\n"))
    return "\n".join(line if n in inside else next(moved) for n, line in lines)


def indented(language: str, code: str, indent: str) -> str:
    """Code (newlines) with `indent` before each of its lines but blank ones and those inside strings."""
    inside = _inside_strings(language, code)
    lines = enumerate(code.split("\n"))
    return "\n".join(line if n in inside or not line else indent + line for n, line in lines)


def in_braces(text: str, brace: int, code: str) -> Replacement:
    """Put code before a closing brace that stands on a line of its own, or make it do so."""
    end = line_end(text)
    at = len(text[:brace].rstrip())
    blank = "" if text[:at].endswith("{") else end
    tail = "" if LINE_END.search(text[at:brace]) else end
    return Replacement(Span(at, at), end + blank + with_line_end(code, end) + tail)


def _inside_strings(language: str, code: str) -> set[int]:
    """Numbers of the lines that begin inside a string."""
    strings = grammar.multiline_strings(grammar.parse_once(language, code))
    return {n for node in strings for n in range(node.start_point[0] + 1, node.end_point[0] + 1)}
