"""Blocks by indentation: what a definition is where there is no grammar, or where the code does not parse yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsp_server.context import lines
from lsp_server.document import Span

DEFINITION = re.compile(
    r"\s*(?:(?:export|public|private|protected|internal|static|async|local|abstract|override|pub|open)\s+)*"
    r"(?:def|func|fun|fn|function|class|module|struct|interface|trait|impl|sub|proc|procedure|method|object)\b"
)
CLOSING = re.compile(r"\s*(?:[)\]}]|end\b|fi\b|done\b|esac\b)")
TAB = 8


def block(text: str, offset: int) -> Span | None:
    """The innermost definition around `offset`, else the innermost block, else the paragraph; None on a blank line."""
    line = lines.at(text, offset)
    if not text[line.start : line.end].strip():
        return None
    found = list(headers(text, line))
    if not found:
        return _paragraph(text, line)
    definitions = (header for header in found if DEFINITION.match(text, header.start, header.end))
    header = next(definitions, found[0])
    last = interior(text, header)
    closing = lines.after(text, last)
    if closing is not None and _depth(text, closing) == _depth(text, header):
        last = closing if CLOSING.match(text, closing.start, closing.end) else last
    return lines.stripped(text, Span(header.start, last.end))


def headers(text: str, line: Span) -> Iterator[Span]:
    """The lines that have deeper ones below them: the line itself, then outwards."""
    around: Span | None = line
    while around is not None:
        following = lines.after(text, around)
        if following is not None and _depth(text, following) > _depth(text, around):
            yield around
        around = _outer(text, around)


def interior(text: str, header: Span) -> Span:
    """The lines below a header that are deeper, up to the last of them."""
    last, following = header, lines.after(text, header)
    while following is not None and _depth(text, following) > _depth(text, header):
        last, following = following, lines.after(text, following)
    return Span(min(header.end + 1, last.end), last.end)


def _depth(text: str, line: Span) -> int:
    return len(lines.indentation(text, line).expandtabs(TAB))


def _outer(text: str, line: Span) -> Span | None:
    """The nearest line above that is indented less."""
    outer = lines.before(text, line)
    while outer is not None and _depth(text, outer) >= _depth(text, line):
        outer = lines.before(text, outer)
    return outer


def _paragraph(text: str, line: Span) -> Span:
    """The lines around a line up to blank ones."""
    start = text.rfind("\n\n", 0, line.start) + 1
    end = text.find("\n\n", line.end)
    return lines.stripped(text, Span(start, len(text) if end < 0 else end))
