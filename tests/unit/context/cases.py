"""Helpers of the context tests: documents with a cursor or a selection written into the text."""

from __future__ import annotations

from lsp_server.document import Document, Span


def estimate(text: str) -> int:
    return round(len(text) / 3.5)


def document(text: str, language: str = "python", path: str = "pkg/mod.py") -> Document:
    return Document(uri=f"file:///project/{path}", path=path, language=language, text=text)


def marked(text: str) -> tuple[str, Span]:
    """Remove « and », and return the span between them; an empty one is a cursor."""
    start = text.index("«")
    end = text.index("»") - 1
    return text.replace("«", "").replace("»", ""), Span(start, end)
