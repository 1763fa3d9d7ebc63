"""A definition out of a long file, for a first look at an edit of it."""

from __future__ import annotations

from attrs import evolve

from lsp_server.document import Document, Span
from lsp_server.syntax import pieces


def cut_out(document: Document, definition: Span) -> tuple[Document, Span]:
    """A document with little more than a definition of a long file, and where it is there.

    For a first look at an edit: the parser holds all other threads up for as long as a whole file takes.
    """
    found = pieces(document.language, document.text)
    if found is None:
        return document, definition
    first, last = found.around(definition)
    return evolve(document, text=found.joined(first, last).text), definition.shifted(-found.start(first))
