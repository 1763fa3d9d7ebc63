"""Files on disk as documents, and names like `PATH:LINE` or `PATH:A-B` as a document's spans."""

from __future__ import annotations

import io
import re
from pathlib import Path

from lsp_server.document import Document, Span
from lsp_server.errors import UnsuitableDocument

LARGEST = 2_000_000
"""Bytes; what the editor's side accepts, too."""

LANGUAGES = {
    ".bash": "shellscript",
    ".c": "c",
    ".cc": "cpp",
    ".cjs": "javascript",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".css": "css",
    ".cxx": "cpp",
    ".go": "go",
    ".h": "c",
    ".hh": "cpp",
    ".hpp": "cpp",
    ".html": "html",
    ".java": "java",
    ".js": "javascript",
    ".json": "json",
    ".jsx": "javascriptreact",
    ".kt": "kotlin",
    ".lua": "lua",
    ".md": "markdown",
    ".mjs": "javascript",
    ".php": "php",
    ".py": "python",
    ".pyi": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".sh": "shellscript",
    ".sql": "sql",
    ".swift": "swift",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""File suffix to LSP language id; any other file is "plaintext"."""

NAMED = re.compile(r"(?P<path>.+?):(?P<first>\d+)(?:-(?P<last>\d+))?")


def read_document(path: Path, shown_from: Path) -> Document:
    """Read a text file; its shown path is relative to `shown_from` where it is below it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnsuitableDocument(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST:
        raise UnsuitableDocument(f"{path} has {len(data):,} bytes; at most {LARGEST:,} can be used.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UnsuitableDocument(f"{path} is not a UTF-8 text file.")
    absolute = path.resolve()
    inside = absolute.is_relative_to(shown_from.resolve())
    shown = absolute.relative_to(shown_from.resolve()).as_posix() if inside else path.name
    return Document(absolute.as_uri(), shown, LANGUAGES.get(path.suffix.lower(), "plaintext"), text)


def split_lines(named: str) -> tuple[Path, tuple[int, int] | None]:
    """Split `PATH:A-B` into the path and 1-based lines; a file that exists under the whole name wins."""
    path = Path(named).expanduser()
    match = NAMED.fullmatch(named)
    if match is None or path.exists():
        return path, None
    first = int(match["first"])
    return Path(match["path"]).expanduser(), (first, int(match["last"] or first))


def line_span(document: Document, first: int, last: int) -> Span:
    """Turn 1-based lines, both included, into a span without the last line's end."""
    lines = list(io.StringIO(document.text, newline=""))
    if not 1 <= first <= last <= max(len(lines), 1):
        raise UnsuitableDocument(
            f"{document.path} has {len(lines):,} lines, so {first}-{last} is no range in it."
        )
    start = sum(map(len, lines[: first - 1]))
    chosen = "".join(lines[first - 1 : last])
    return Span(start, start + len(chosen.rstrip("\r\n")))
