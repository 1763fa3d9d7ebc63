"""Whether changed code still does what it did: old against new on made-up inputs, and the project's own tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lsp_server.document import Document, Span
from lsp_server.edits.types import Check, Proposal
from lsp_server.errors import EditRefused
from lsp_server.syntax.tree import Scope, parse
from lsp_server.verify import compare, project_tests

BEHAVIOUR = "same behaviour"
PROJECT_TESTS = "the project's tests"


def can_run(document: Document) -> bool:
    """Whether anything could be run to compare code of this language."""
    return document.language == "python" or document.language in project_tests.TEST_FILES


async def checks(
    proposal: Proposal,
    document: Document,
    target: Span,
    *,
    root: Path,
    path: Path,
    python: str,
    report: Callable[[str], None],
) -> list[Check]:
    """Compare the definition around `target` before and after the edit, by what may be run of the two."""
    scope = _changed(document, target)
    found: list[Check] = []
    if document.language == "python":
        report("Comparing old and new behaviour")
        found.append(await _compared(proposal, document, scope, root, path, python))
    if scope is not None and scope.name and document.language in project_tests.TEST_FILES:
        report("Running the project's tests")
        found.append(await _tested(proposal, document, scope.name, root, path, python))
    return found


def _changed(document: Document, target: Span) -> Scope | None:
    """The function or class the edit is about: the one around it, or the one it consists of."""
    tree = parse(document.language, document.text)
    end = target.start + len(document.slice(target).rstrip())
    return tree.innermost(Span(target.start, end)) if tree is not None else None


async def _compared(
    proposal: Proposal, document: Document, scope: Scope | None, root: Path, path: Path, python: str
) -> Check:
    while scope is not None and scope.parent is not None and scope.kind != "class":
        scope = scope.parent
    if scope is None or scope.kind != "function":
        return Check(BEHAVIOUR, None, "only functions at the top level of a module are compared")
    try:
        found = await compare.compare(root, path, document.text, proposal.new_text, scope.name, python=python)
    except EditRefused as refusal:
        return Check(BEHAVIOUR, None, refusal.message)
    if found.equal is None:
        return Check(BEHAVIOUR, None, found.reason)
    return Check(
        BEHAVIOUR, found.equal, f"equal on {found.compared:,} inputs" if found.equal else found.difference
    )


async def _tested(
    proposal: Proposal, document: Document, name: str, root: Path, path: Path, python: str
) -> Check:
    try:
        found = await project_tests.compare_tests(
            root, path, document.language, document.text, proposal.new_text, name, python=python
        )
    except EditRefused as refusal:
        return Check(PROJECT_TESTS, None, refusal.message)
    if found.reason:
        return Check(PROJECT_TESTS, None, found.reason)
    if found.broken:
        return Check(PROJECT_TESTS, False, "; ".join(found.broken[:3]))
    said = f"1 that uses `{name}` passes" if found.passed == 1 else f"{found.passed} that use `{name}` pass"
    return Check(PROJECT_TESTS, True, said)
