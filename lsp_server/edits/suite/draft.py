"""What a reply's tests become before they are checked."""

from __future__ import annotations

from attrs import frozen

from lsp_server.document import Span
from lsp_server.edits.layout import LINE_END, line_end, with_line_end
from lsp_server.edits.types import Replacement


@frozen
class Draft:
    code: str
    """The kept test code, newlines, without imports."""
    imports: tuple[str, ...]
    replacements: tuple[Replacement, ...]
    """Of the test file; for a new file one insertion at 0."""
    count: int
    """Tests in `code`."""


def appended(text: str, at: int, code: str, blank_lines: int) -> Replacement:
    """Add `code` as lines of its own at `at`, with blank lines before it and after it where text follows."""
    end = line_end(text)
    before, after = text[:at], text[at:]
    lead = ""
    if before.strip():
        have = len(LINE_END.findall(before[len(before.rstrip()) :]))
        lead = end * max(blank_lines + 1 - have, 0)
    tail = end + (end * blank_lines if after.strip() else "")
    return Replacement(Span(at, at), lead + with_line_end(code.strip("\n"), end) + tail)
