"""Markdown that a model wrote, as a client may draw it: no image is loaded, no link leads away, no HTML is markup.

What stands in code is left as it is, but only where every renderer agrees that it is code. Elsewhere an entity breaks
what would be a link, an image or a tag, and the reader sees its source. A backslash would not do: one that follows
another, or an address, is part of that.
"""

from __future__ import annotations

import re

LIVE = re.compile(r"\](?=[(:])|<(?=[A-Za-z/!?])")
"""The end of a link's or an image's text, the colon of a reference, the beginning of a tag."""
LIVE_WITH_LINKS = re.compile(rf"\[|{LIVE.pattern}")
"""Where there is a link, or code that looks like one, its beginning too: to some renderers a link may end in code."""
ENTITIES = {"[": "&#91;", "]": "&#93;", "<": "&lt;"}
BLOCK = re.compile(r"(?P<mark>`{3,}|~{3,})[^`\n]*\n(?:(?![ \t]*(?:```|~~~)).*\n)*(?P=mark)[ \t]*(?:\n|\Z)")
"""A fence at the margin, in no list or quote, with nothing in it that another renderer could take for its end."""
SPAN = re.compile(r"(?<!`)`[^`]+`(?!`)")
"""Not of several ticks: in the text of a link renderers pair those each in its own way."""
UNSURE = re.compile(r"[`|\\]|(?:://|www\.)\S*\0")
"""Beside code spans, each a NUL: a tick without its other, or what binds tighter than ticks do (a cell, an address)."""


def harmless(text: str) -> str:
    """Take the life out of links, images and HTML, but leave code as it is."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    live = LIVE_WITH_LINKS if "](" in text else LIVE
    told: list[str] = []
    at, sure, paired = 0, True, True
    while at < len(text):
        if sure and (block := BLOCK.match(text, at)):
            told.append(block[0])
            at, paired = block.end(), True
            continue
        end = text.find("\n", at) + 1 or len(text)
        line, at = text[at:end], end
        sure = sure and "```" not in line and "~~~" not in line
        paired = sure and (paired or not line.strip()) and not UNSURE.search(SPAN.sub("\0", line))
        told.append(_outside_spans(line, live) if paired else _dead(line, live))
    return "".join(told)


def _outside_spans(line: str, live: re.Pattern[str]) -> str:
    """Spans hold as long as all ticks of their paragraph are paired line by line."""
    pieces, at = [], 0
    for span in SPAN.finditer(line):
        pieces += [_dead(line[at : span.start()], live), span[0]]
        at = span.end()
    return "".join([*pieces, _dead(line[at:], live)])


def _dead(text: str, live: re.Pattern[str]) -> str:
    return live.sub(lambda mark: ENTITIES[mark[0]], text)
