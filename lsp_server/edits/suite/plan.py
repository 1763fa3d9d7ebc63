"""Where tests of some code go, by the project's own convention. Blocking: looks at files."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits.suite import project
from lsp_server.edits.suite.example import example_from
from lsp_server.errors import EditRefused


@frozen
class TestPlan:
    path: Path
    uri: str
    existing_text: str | None
    """The test file as it is; None when it will be new."""
    framework: str
    """pytest, unittest, vitest, jest, mocha, node:test, go test, cargo, GoogleTest, Catch2, JUnit 5, JUnit 4."""
    import_line: str
    """What makes the code under test available; "" where nothing is needed."""
    example: str
    """A short test of the project; "" when it has none."""

    __test__ = False


@frozen
class Subject:
    """The code under test and the file it is in."""

    document: Document
    file: Path
    workspace: Path | None
    name: str
    """The outermost named definition around the selection, or the first inside it; "" when there is none."""


def subject_of(document: Document, target: Span, workspace: Path | None) -> Subject:
    found = syntax.pieces(document.language, document.text)
    name = ""
    if found is not None:
        first, last = found.around(target)
        tree, own = found.joined(first, last), target.shifted(-found.start(first))
        scope = tree.innermost(own)
        while scope is not None and scope.parent is not None:
            scope = scope.parent
        inside = [s for s in tree.scopes() if own.start <= s.span.start and s.span.end <= own.end + 1]
        name = scope.name if scope is not None else inside[0].name if inside else ""
    return Subject(document, project.path_of(document), workspace, name)


def planned(
    path: Path, framework: str, import_line: str, example: str = "", text: str | None = None
) -> TestPlan:
    """A plan for `path`, with the text of the file that may be there."""
    if text is None and path.is_file():
        text = project.read(path)
        if not text and path.stat().st_size:
            raise EditRefused(f"The test file {path.name} is too large to add to.")
    own = example_from(text) if text else ""
    return TestPlan(path, path.absolute().as_uri(), text, framework, import_line, own or example)
