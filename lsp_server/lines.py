"""Lines and positions as LSP counts them: only \\n, \\r\\n and \\r end a line; columns are the client's code units.

pygls 2.1 splits lines with str.splitlines(), which also breaks at form feeds, U+2028 and others; incremental edits
then go to the wrong line and corrupt the text without a word. `install` mends that before any document exists.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from lsp_server.document import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> tuple[str, ...]:
    """The lines of `text`, each with its line end."""
    return tuple(_LINE.findall(text))


def install() -> None:
    """Make pygls' documents count lines as the client does; call before the server is created."""
    TextDocument.lines = property(lambda self: split_lines(self.source))  # type: ignore[method-assign,assignment]


class PositionMap:
    """Converts between offsets of one text (code points) and positions of one client (its code units)."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._encoding = encoding
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(text))]
        self._plain = text.isascii() or encoding == "utf-32"

    def offset(self, position: lsp.Position) -> int:
        """The offset of a position; one past the end of its line or of the text is moved back to that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._line(position.line)
        if self._plain:
            return min(start + position.character, end)
        units = 0
        for at in range(start, end):
            if units >= position.character:
                return at
            units += self._units(self.text[at])
        return end

    def position(self, offset: int) -> lsp.Position:
        """The position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : offset]
        return lsp.Position(line, len(before) if self._plain else sum(map(self._units, before)))

    def span(self, range_: lsp.Range) -> Span:
        """The span of a range, whichever way round its ends are."""
        first, second = self.offset(range_.start), self.offset(range_.end)
        return Span(min(first, second), max(first, second))

    def range(self, span: Span) -> lsp.Range:
        """The range of a span."""
        return lsp.Range(self.position(span.start), self.position(span.end))

    def _line(self, number: int) -> tuple[int, int]:
        """Start of a line, and its end without the line end."""
        start = self._starts[number]
        if number + 1 == len(self._starts):
            return start, len(self.text)
        end = self._starts[number + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return start, end

    def _units(self, character: str) -> int:
        if self._encoding == "utf-8":
            return len(character.encode("utf-8", "surrogatepass"))
        return 2 if ord(character) > 0xFFFF else 1
