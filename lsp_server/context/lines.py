"""Lines of a text by offset, without splitting it: the cost does not grow with the file."""

from __future__ import annotations

from lsp_server.document import Span


def at(text: str, offset: int) -> Span:
    """The line around `offset`, without its line end."""
    end = text.find("\n", offset)
    return Span(text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end)


def stripped(text: str, span: Span) -> Span:
    """A span without the white space around it; empty, at its start, when there is nothing else."""
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    if start >= span.end:
        return Span(span.start, span.start)
    return Span(start, span.start + len(piece.rstrip()))


def whole(text: str, span: Span) -> Span:
    """Grow a span to whole lines, without the indentation of the first and what trails the last."""
    return stripped(text, Span(at(text, span.start).start, at(text, span.end).end))


def is_blank_between(text: str, start: int, end: int) -> bool:
    """Whether an empty line lies between two offsets; `start` may be at the beginning of a line."""
    return text.count("\n", max(start - 1, 0), end) > 1


def next_code(text: str, offset: int) -> int:
    """The offset of the next character that is not white space; the end of the text when there is none."""
    line = at(text, offset)
    found = stripped(text, Span(offset, line.end))
    if not found.empty:
        return found.start
    following = after(text, line)
    return stripped(text, following).start if following else len(text)


def after(text: str, line: Span) -> Span | None:
    """The next line that is not blank."""
    while line.end < len(text):
        line = at(text, line.end + 1)
        if text[line.start : line.end].strip():
            return line
    return None


def before(text: str, line: Span) -> Span | None:
    """The line before that is not blank."""
    while line.start > 0:
        line = at(text, line.start - 1)
        if text[line.start : line.end].strip():
            return line
    return None


def indentation(text: str, line: Span) -> str:
    """The white space a line begins with."""
    piece = text[line.start : line.end]
    return piece[: len(piece) - len(piece.lstrip())]
