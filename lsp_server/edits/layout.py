"""How a file is laid out: line ends, indentation unit, line length. Everything an edit must imitate."""

from __future__ import annotations

import re
from collections import Counter

LINE_END = re.compile(r"\r\n|\r|\n")
"""What editors and Python's own parser take for the end of a line; form feeds and U+2028 are not."""
DEFAULT_WIDTH = 88
WIDTHS = (79, 88, 100, 120)
SHORTEST_TELLING_FILE = 40
"""Lines a file needs before its longest line says how long lines may be."""


def line_end(text: str, offset: int = 0) -> str:
    """Return the line end used at `offset`, else the file's most frequent one, else a newline."""
    near = LINE_END.search(text, offset - 1 if text.startswith("\r\n", offset - 1) else offset)
    if near is None:
        ends = Counter(LINE_END.findall(text))
        return ends.most_common(1)[0][0] if ends else "\n"
    return near.group()


def unify_line_ends(text: str) -> str:
    """Write every line end as a newline."""
    return LINE_END.sub("\n", text)


def with_line_end(text: str, end: str) -> str:
    """Write every line end of `text` as `end`."""
    return LINE_END.sub(lambda _: end, text)


def line_start(text: str, offset: int) -> int:
    """Return where the line of `offset` begins."""
    return max(text.rfind("\n", 0, offset), _lone_return(text, offset)) + 1


def _lone_return(text: str, offset: int) -> int:
    at = text.rfind("\r", 0, offset)
    return at if at >= 0 and text[at + 1 : at + 2] != "\n" else -1


def line_stop(text: str, offset: int) -> int:
    """Return where the line of `offset` ends, before its line end."""
    found = LINE_END.search(text, offset)
    return found.start() if found else len(text)


def next_line(text: str, offset: int) -> int:
    """Return where the line after `offset` begins; the length of the text when there is none."""
    found = LINE_END.search(text, offset)
    return found.end() if found else len(text)


def indentation(text: str, offset: int) -> str:
    """Return the white space that begins the line of `offset`; a form feed resets it, as Python's does."""
    start = line_start(text, offset)
    blank = re.compile(r"[ \t\f]*").match(text, start)
    return blank.group().rpartition("\f")[2] if blank else ""


def indent_unit(text: str, default: str = "    ") -> str:
    """Return one level of indentation as the file writes it; lines that go on with the one above tell it only at need."""
    steps: Counter[str] = Counter()
    continued: Counter[str] = Counter()
    before = above = ""
    for line in LINE_END.split(text[:200_000]):
        stripped = line.lstrip(" \t")
        if not stripped or stripped[0] in "*#/":
            continue
        lead = line[: len(line) - len(stripped)]
        if len(lead) > len(before) and lead.startswith(before):
            counted = continued if above.endswith((",", "(")) else steps
            counted[lead[len(before) :]] += 1
        before, above = lead, line.rstrip()
    return _most_frequent(steps) or _most_frequent(continued) or default


def _most_frequent(steps: Counter[str]) -> str:
    known = {
        step: n
        for step, n in steps.items()
        if step == "\t" or (set(step) == {" "} and len(step) in (2, 3, 4, 8))
    }
    return max(known, key=lambda step: known[step]) if known else ""


def line_width(text: str) -> int:
    """Return the line length the file keeps to."""
    lines = LINE_END.split(text)
    longest = max(map(len, lines), default=0)
    if len(lines) < SHORTEST_TELLING_FILE:
        return DEFAULT_WIDTH
    return next((width for width in WIDTHS if longest <= width), DEFAULT_WIDTH)
