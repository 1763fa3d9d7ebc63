"""Lines and blocks of a text by offset, without splitting it: the cost does not grow with the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsp_server.document import Span

LOOKAHEAD = 10_000
"""Characters to look at for the next code: more white space than that separates anything."""
DEFINITION = re.compile(
    r"\s*(?:(?:export|public|private|protected|internal|static|async|local|abstract|override|pub|open)\s+)*"
    r"(?:def|func|fun|fn|function|class|module|struct|interface|trait|impl|sub|proc|procedure|method|object)\b"
)
CLOSING = re.compile(r"\s*(?:[)\]}]|end\b|fi\b|done\b|esac\b)")


def at(text: str, offset: int) -> Span:
    """The line around `offset`, without its line end."""
    end = text.find("\n", offset)
    return Span(text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end)


def stripped(text: str, span: Span) -> Span:
    """A span without the white space around it; empty, at its start, when there is nothing else."""
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return (
        Span(start, max(start, span.start + len(piece.rstrip())))
        if piece.strip()
        else Span(span.start, span.start)
    )


def whole(text: str, span: Span) -> Span:
    """Grow a span to whole lines, without the indentation of the first and what trails the last."""
    return stripped(text, Span(at(text, span.start).start, at(text, span.end).end))


def is_blank_between(text: str, start: int, end: int) -> bool:
    """Whether an empty line lies between two offsets; `start` may be at the beginning of a line."""
    between = text[max(start - 1, 0) : end]
    return between.count("\n") > 1


def block(text: str, offset: int) -> Span | None:
    """The innermost block by indentation around `offset`: its header, what is deeper, and a closing line."""
    line = at(text, offset)
    if not text[line.start : line.end].strip():
        return None
    headers = [header for header in _outwards(text, line) if _is_deeper(text, header)]
    if not headers:
        return _paragraph(text, line)
    definitions = (header for header in headers if DEFINITION.match(text, header.start, header.end))
    header = next(definitions, headers[0])
    return stripped(text, Span(header.start, _end(text, header)))


def _outwards(text: str, line: Span) -> Iterator[Span]:
    """A line, then each line above it that is indented less."""
    around: Span | None = line
    while around is not None:
        yield around
        around = _above(text, around)


def _indent(text: str, line: Span) -> int:
    piece = text[line.start : line.end].expandtabs(8)
    return len(piece) - len(piece.lstrip())


def _next(text: str, line: Span) -> Span | None:
    """The next line that is not blank."""
    while line.end < len(text):
        line = at(text, line.end + 1)
        if text[line.start : line.end].strip():
            return line
    return None


def _previous(text: str, line: Span) -> Span | None:
    while line.start > 0:
        line = at(text, line.start - 1)
        if text[line.start : line.end].strip():
            return line
    return None


def _above(text: str, line: Span) -> Span | None:
    """The nearest line above that is indented less."""
    indent = _indent(text, line)
    above = _previous(text, line)
    while above is not None and _indent(text, above) >= indent:
        above = _previous(text, above)
    return above


def _is_deeper(text: str, header: Span) -> bool:
    below = _next(text, header)
    return below is not None and _indent(text, below) > _indent(text, header)


def _end(text: str, header: Span) -> int:
    """Where the block of a header ends: after the last deeper line, and the closing line that follows."""
    indent, last = _indent(text, header), header
    below = _next(text, header)
    while below is not None and _indent(text, below) > indent:
        last, below = below, _next(text, below)
    if below is not None and _indent(text, below) == indent and CLOSING.match(text, below.start, below.end):
        last = below
    return last.end


def _paragraph(text: str, line: Span) -> Span:
    """The lines around a line up to blank ones."""
    first = last = line
    while first.start > 0 and text[(above := at(text, first.start - 1)).start : above.end].strip():
        first = above
    while last.end < len(text) and text[(below := at(text, last.end + 1)).start : below.end].strip():
        last = below
    return stripped(text, Span(first.start, last.end))
