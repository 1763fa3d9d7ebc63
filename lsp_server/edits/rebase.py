"""Moving a pending edit along with what the user typed meanwhile: exactly, or not at all.

An edit is tied to the whole lines it touches, and an insertion at the end of the text to that end. The lines must stand
unchanged in the current text, and it must be certain which lines of the current text they are: a copy of them elsewhere,
or a change that can be read in two ways, refuses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from attrs import evolve

from lsp_server.document import Span
from lsp_server.edits.layout import line_start, line_stop, next_line
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.errors import EditRefused

CHANGED = "The code changed since the edit was proposed; run the action again."
NEIGHBOURS = (1, 2, 4, 8, 16, 32)
"""Lines around an edit that are tried to tell it from equal lines elsewhere."""


def rebase(proposal: Proposal, current_text: str) -> Proposal:
    """Return the proposal for `current_text`; raise EditRefused when its place changed or is no longer certain."""
    if proposal.base_text == current_text:
        return proposal
    old, moved = proposal.base_text, []
    for replacement in proposal.replacements:
        lines = _lines(old, replacement.span)
        start = _outside_change(old, current_text, lines)
        if start is None:
            start = _only_place(old, current_text, lines)
        if start is None or not _stands(old, current_text, lines, start):
            raise EditRefused(CHANGED)
        by = start - lines.start
        span = Span(replacement.span.start + by, replacement.span.end + by)
        below = old[replacement.span.start :]
        if span.empty and not below.strip() and current_text[span.start :] != below:
            raise EditRefused(CHANGED)
        moved.append(Replacement(span, replacement.text))
    if any(one.span.end > other.span.start for one, other in itertools.pairwise(moved)):
        raise EditRefused(CHANGED)
    return evolve(proposal, base_text=current_text, replacements=tuple(moved))


def _lines(text: str, span: Span) -> Span:
    """The lines an edit touches; for an insertion between two lines, at the end of the first one included, both."""
    start = line_start(text, span.start)
    if span.empty and span.start == start and start > 0:
        start = line_start(text, start - 1 - text.startswith("\r\n", start - 2))
    end = next_line(text, line_stop(text, span.end))
    if span.empty and span.start == line_stop(text, span.start):
        end = next_line(text, end)
    return Span(start, end)


def _outside_change(old: str, new: str, lines: Span) -> int | None:
    """Where `lines` are now when the text differs in one place that they lie before or after.

    An insertion or deletion that repeats its surroundings could be anywhere among them: all of that counts as changed.
    """
    head = _common_prefix(old, new)
    tail = _common_prefix(old[::-1], new[::-1])
    grown = len(new) - len(old)
    if lines.end <= min(head, len(old) - tail, len(new) - tail):
        return lines.start
    if lines.start >= max(head, len(old) - tail, head - grown):
        return lines.start + grown
    return None


def _common_prefix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _only_place(old: str, new: str, lines: Span) -> int | None:
    """Where `lines` are now when as many copies of them exist as before, and their neighbours tell them apart."""
    copies_old, copies_new = (
        _places(old, old[lines.start : lines.end]),
        _places(new, old[lines.start : lines.end]),
    )
    if len(copies_old) != len(copies_new):
        return None
    if len(copies_old) == 1:
        return copies_new[0]
    rank = copies_old.index(lines.start)
    for wider in _widened(old, lines):
        text = old[wider.start : wider.end]
        found = _places(new, text)
        if len(_places(old, text)) == 1 and len(found) == 1:
            start = found[0] + lines.start - wider.start
            return start if copies_new[rank] == start else None
    return None


def _widened(text: str, lines: Span) -> Iterator[Span]:
    for count in NEIGHBOURS:
        start, end = lines.start, lines.end
        for _ in range(count):
            start = line_start(text, max(start - 1 - text.startswith("\r\n", start - 2), 0)) if start else 0
            end = next_line(text, end)
        yield Span(start, lines.end)
        yield Span(lines.start, end)
        yield Span(start, end)


def _places(text: str, lines: str) -> list[int]:
    """Where whole lines equal `lines` begin."""
    found: list[int] = []
    at = text.find(lines)
    while at >= 0:
        if _is_aligned(text, at, at + len(lines)):
            found.append(at)
        at = text.find(lines, at + 1)
    return found


def _is_aligned(text: str, start: int, end: int) -> bool:
    before, last, after = text[start - 1 : start], text[end - 1 : end], text[end : end + 1]
    return before in ("", "\n", "\r") and (last in ("\n", "\r") or after in ("", "\n", "\r"))


def _stands(old: str, new: str, lines: Span, start: int) -> bool:
    end = start + lines.end - lines.start
    return new[start:end] == old[lines.start : lines.end] and _is_aligned(new, start, end)
