"""Documentation text as lines: cleaned of what no source file should hold, wrapped to a width."""

from __future__ import annotations

import re
import textwrap

from lsp_server.edits.layout import unify_line_ends

UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""Control characters, and marks that make text read otherwise than it is written."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
LITERAL = re.compile(r"\s*(?:>>>|\.\.\.(?=\s|$)|\||\+[-=]|=+[ =]*$|-{3,}|`{3}|~{3}|#+ |@\w+ |\\\w+ )")
"""Lines whose breaks mean something: doctests, tables, rules, fences, headings, tags."""
BULLET = re.compile(r"\s*(?:[-*+•]|\d+[.)]) +")
FIELD = re.compile(r"\s*:\w[^:]*: |\s+[\w*, .\[\]]{1,60}(?:\([^)]*\))?: ")
"""`:param x: …` anywhere, and `x (int): …` below a heading such as `Args:`."""
SENTENCE = re.compile(r"(?<=[a-z0-9)\]\"'`][.!?])\s+(?=[A-Z`'\"])")
NARROWEST = 40


def clean(text: str) -> str:
    """Unify line ends, drop control and direction marks, strip trailing blanks, keep at most one blank line."""
    text = unify_line_ends(text).replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = SURROGATE.sub("\ufffd", UNWANTED.sub("", text)).expandtabs(4)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def dedent(text: str) -> str:
    """Remove the indentation that every line but the first shares, and all of the first's."""
    first, _, rest = text.partition("\n")
    return (first.lstrip() + "\n" + textwrap.dedent(rest)).strip()


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of `text`, none longer than `width` where it can be broken; code and tables are kept."""
    lines: list[str] = []
    fenced = code = False
    for line in text.split("\n"):
        bare = line.lstrip()
        if bare.startswith(("```", "~~~")):
            fenced = not fenced
        if bare and code:
            code = line.startswith(" ")
        keep = fenced or code or LITERAL.match(line) is not None
        lines += [line] if keep or len(line) <= width else _wrap_line(line, max(width, NARROWEST))
        code = code or line.endswith("::")
    return lines


def _wrap_line(line: str, width: int) -> list[str]:
    lead = line[: len(line) - len(line.lstrip())]
    bullet = BULLET.match(line)
    hang = " " * len(bullet.group()) if bullet else lead + "    " if FIELD.match(line) else lead
    return textwrap.wrap(
        line.strip(),
        width,
        initial_indent=lead,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [line]


def split_summary(text: str, width: int) -> str:
    """Give the first sentence a paragraph of its own when the first line does not fit on one line."""
    first, _, rest = text.partition("\n")
    if len(first) <= width:
        return text
    parts = SENTENCE.split(first, maxsplit=1)
    if len(parts) < 2 or (rest and rest[0] != "\n"):
        return text
    return parts[0] + "\n\n" + parts[1] + ("\n" + rest if rest else "")
