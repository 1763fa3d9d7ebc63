"""Where a long text is cut: before top-level code, and in a long definition before what it holds.

Where the cuts are depends on the text alone: on what follows a cut, and on what was opened since the cut before. Knows
indentation and brackets; asks the grammar only whether the lines that open a definition do so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from zlib import crc32

from attrs import frozen

from lsp_server.syntax.languages import LanguageInfo, LoadedGrammar
from lsp_server.syntax.tree import Tree

LONG = 8_000
"""Characters; a text up to here is one piece, and a definition up to here is not cut."""
OPENING = re.compile(
    r"\n[ \t]*\r?\n(?=([ \t]*)"
    r"(?!(?:else|elif|except|finally|catch|case|default|end)\b|(?:public|private|protected)[ \t]*:)"
    r"([A-Za-z_@#/](?s:.{0,160})))"
)
"""A line after a blank one that may begin a definition; of a comment, with some of what it is about."""
COMMENTED = re.compile(r"(?:[ \t]*(?:(?:#|//|/?\*)[^\n]*)?\n)+([ \t]*)(?=[^\s#/*])")
"""Comments and blank lines up to the indentation of the code below them."""
LOOK_AHEAD = 256
"""Characters behind a cut that may decide about it."""
ONE_IN = 4
"""Openings to a piece on average; which of them are cuts is told by their own text."""
HEADER_LINES = 8
"""Lines that a header may have above its last one."""
SIGNATURE_LINES = 40
"""The same in Python, where its brackets tell how many there are."""
CLOSERS = {"(": ")", "[": "]", "{": "}"}
INDENTED = re.compile(
    r"^([ \t]*)((?:class|def|async|if|elif|else|for|while|with|match|case|try|except|finally)\b[^\n]*:"
    r"|(?![\s#])[^\n]*[)\]}][^\n)\]}]*:|(?![\s#])[^\n]*[(\[{])[ \t]*(?:#[^\n]*)?\r?$",
    re.MULTILINE,
)
"""A line of Python that opens something, or ends what opens something."""
KEYWORD = re.compile(r"(?:class|def|async|if|elif|else|for|while|with|match|case|try|except|finally)\b")
QUOTES = re.compile(r"\\.|\"\"\"|'''", re.DOTALL)
"""What begins or ends a string of several lines, in Python; a comment or another string may hold such quotes, too."""
TOKENS = re.compile(r"#[^\n]*|(\"\"\"|''')|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
"""Comments and strings of Python, of long ones the beginning."""
STRING_CHARACTERS = 16_000
"""How far behind a cut in a string its end is looked for."""
BRACKETED = re.compile(
    r"^([ \t]*)(?!\s|//|/?\*|#)(?:([^\n]*[(\[{])[ \t]*(?://[^\n]*)?|[)\]}][^\n]*)\r?$", re.MULTILINE
)
"""A line of another language that opens something, or else begins with what closes it."""
FIRST = re.compile(
    r"(?:\s*^[ \t]*(?:(?:public|private|protected)[ \t]*:|#|//|/?\*)[^\n]*)*\s*^([ \t]*)(?=\S)", re.MULTILINE
)
"""Up to the first code that something holds, without comments and labels."""
ENDED = (";", "{", "}", ":", "*/")
"""What a line ends with that does not go on in the next."""
COMMENTS = ("#", "//", "*")


@frozen
class Holder:
    """What holds the code at a cut: nothing at the top level, else a long definition."""

    opening: str = ""
    """The lines that open it, after those of what holds it."""
    closing: str = ""
    """What closes it, before what closes the outer ones."""
    depth: str = ""
    """The indentation of what it holds."""
    outer: Holder | None = None

    def outwards(self) -> Iterator[Holder]:
        """Itself and what holds it, the top level last."""
        holder: Holder | None = self
        while holder is not None:
            yield holder
            holder = holder.outer

    @property
    def level(self) -> int:
        """How many definitions hold the code."""
        return sum(1 for _ in self.outwards()) - 1


TOP = Holder()


@frozen
class Cut:
    at: int
    holder: Holder
    kept: int = 0
    """How many of the holders have been open since the cut before."""


@frozen
class _Header:
    """Lines that open something."""

    indent: int
    begins: Sequence[int]
    """Where the lines may begin, the farthest last."""
    end: int


def cuts(text: str, start: Cut, info: LanguageInfo, loaded: LoadedGrammar) -> Iterator[Cut]:
    """The cuts behind a cut."""
    opened = _Opened(text, start, info, loaded)
    for opening in OPENING.finditer(text, start.at):
        depth, code = opening[1], opening[2]
        if crc32(code.encode("utf-8", "surrogatepass")) % ONE_IN:
            continue
        below = COMMENTED.match(code) if code[0] in "#/" else None
        if below is not None and below[1] != depth:
            continue
        found = opened.cut(opening.end(), depth)
        if found is not None and not opened.skips_string(found):
            yield found
            opened = _Opened(text, found, info, loaded)


class _Opened:
    """What was opened since a cut, and is still open."""

    def __init__(self, text: str, start: Cut, info: LanguageInfo, loaded: LoadedGrammar) -> None:
        self._text = text
        self._start = start
        self._info = info
        self._loaded = loaded
        self._python = info.id == "python"
        self._read = start.at
        self._quotes = ""
        """What ends the string that seems to be open where the reading is."""
        self._outside = start.at
        """An offset that is in no string."""
        self._headers: list[_Header] = []
        self._least: int | None = None
        """The least indentation of a line that opened or closed something: what is deeper and was open is closed."""

    def cut(self, at: int, depth: str) -> Cut | None:
        """The cut before code of that indentation; None where it cannot be told what holds it."""
        if at < self._read:  # in a string
            return None
        self._follow(at)
        if not depth:
            return Cut(at, TOP)
        around = self._headers[: bisect_left(self._headers, len(depth), key=lambda header: header.indent)]
        level = around[0].indent if around else len(depth)
        if self._least is not None and level > self._least:
            return None
        found = next((h for h in self._start.holder.outwards() if len(h.depth) == level), None)
        if found is None or (not around and found.depth != depth):
            return None
        if around and at - around[-1].end < LONG:
            return None
        kept = found.level
        for header in around:
            held = self._held(found, header, at) if len(found.depth) == header.indent else None
            if held is None:
                return None
            found = held
        return Cut(at, found, kept) if found.depth == depth else None

    def skips_string(self, cut: Cut) -> bool:
        """Whether a cut is in a string, as far as can be told; then go on behind that.

        Quotes that are being typed make a string of all code up to the next ones: what parses up to there is code.
        """
        quotes = self._open_quotes(cut.at) if self._quotes else ""
        end = _string_end(self._text, quotes, cut.at, cut.at + STRING_CHARACTERS) if quotes else None
        if end is None:
            return False
        behind = self._text[cut.at : end] + quotes
        if not self._has_error(cut.holder.opening + behind + _closers(behind)):
            return False
        self._read = self._outside = end
        self._quotes = ""
        return True

    def _open_quotes(self, at: int) -> str:
        """What ends the string that is open at an offset: then the piece up to there has an error."""
        begin = self._outside
        while (found := TOKENS.search(self._text, begin, at)) is not None:
            begin = found.end()
            if found[1]:
                end = _string_end(self._text, found[1], begin, at)
                if end is None:
                    return found[1]
                begin = end
        return ""

    def _has_error(self, text: str) -> bool:
        return Tree(text, self._info, self._loaded).has_error

    def _follow(self, end: int) -> None:
        """Read the lines up to an offset."""
        for quotes in QUOTES.finditer(self._text, self._read, end) if self._python else ():
            if self._quotes in ("", quotes[0]) and quotes[0][0] != "\\":
                self._quotes = "" if self._quotes else quotes[0]
        for line in (INDENTED if self._python else BRACKETED).finditer(self._text, self._read, end):
            header = self._header(line)
            while self._headers and self._headers[-1].indent >= header.indent:
                self._headers.pop()
            if self._least is None or header.indent < self._least:
                self._least = header.indent
            if line[2]:
                self._headers.append(header)
        self._read = end

    def _header(self, line: re.Match[str]) -> _Header:
        """A line that opens something, with the lines above that may belong to it."""
        indent, begins = len(line[1]), [line.start()]
        unopened = 0 if self._python and KEYWORD.match(line[2]) else _unopened(line[0])
        for above, code in self._above(line.start()):
            if self._python and unopened <= 0:
                break
            unopened += _unopened(code)
            begins.append(above)
            indent = min(indent, len(code) - len(code.lstrip()))
        return _Header(indent, begins, line.end() + 1)

    def _above(self, begin: int) -> Iterator[tuple[int, str]]:
        """The lines above that do not end what they say, the nearest first."""
        for _ in range(SIGNATURE_LINES if self._python else HEADER_LINES):
            end, begin = begin, self._text.rfind("\n", 0, begin - 1) + 1
            line = self._text[begin:end].rstrip()
            ended = not self._python and line.endswith(ENDED)
            if end <= self._start.at or not line or ended or line.lstrip().startswith(COMMENTS):
                break
            yield begin, line

    def _held(self, outer: Holder, header: _Header, at: int) -> Holder | None:
        """What a header opens; None where it opens nothing, or nothing that goes on until `at`."""
        first = FIRST.match(self._text, header.end - 1, at)
        if first is None:
            return None
        depth = first[1]
        for begin in reversed(header.begins):
            opening = self._text[begin : header.end]
            for closing in self._closings(opening, depth):
                held = Holder(outer.opening + opening, closing + outer.closing, depth, outer)
                if not self._has_error(held.opening + held.closing):
                    return held
        return None

    def _closings(self, opening: str, depth: str) -> Sequence[str]:
        """What may close it; in Python a block is closed by one more statement, so that it is seen to go on."""
        if brackets := _closers(opening):
            return f"{brackets}\n", f"{brackets};\n"
        return [f"{depth}pass\n"] if self._python else []


def _unopened(code: str) -> int:
    """How many more brackets are closed than opened."""
    return sum(code.count(closing) - code.count(opening) for opening, closing in CLOSERS.items())


def _string_end(text: str, quotes: str, start: int, stop: int) -> int | None:
    """Behind the quotes that end a string."""
    return next((found.end() for found in QUOTES.finditer(text, start, stop) if found[0] == quotes), None)


def _closers(opening: str) -> str:
    """The brackets that close what is open at the end of some code."""
    waiting: list[str] = []
    for character in opening:
        if character in CLOSERS:
            waiting.append(CLOSERS[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))
