"""What is checked by running something: the project's linters, generated tests, old code against new.

`edits` has already proven what text alone can prove. This part needs the project on disk: linters run in trusted
workspaces only, and code, generated or old, only with the user's consent. What was not checked is said as such.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from lsp_server.document import Document, Span, file_path
from lsp_server.edits.types import Check, Proposal
from lsp_server.verify import behaviour, linters
from lsp_server.verify.behaviour import BEHAVIOUR, PROJECT_TESTS
from lsp_server.verify.frameworks import python_of
from lsp_server.verify.judged_tests import judge_tests
from lsp_server.verify.verdict import NOT_ALLOWED, Permission, Verdict

IN_WORDS = {BEHAVIOUR: "it behaves differently", PROJECT_TESTS: "a test of the project fails"}


async def verify(
    proposal: Proposal,
    document: Document,
    target: Span,
    *,
    framework: str,
    keep_behaviour: bool | None,
    permission: Permission,
    report: Callable[[str], None],
) -> Verdict:
    """Check a proposal by what may be run. `framework` is that of a proposed test file.

    `keep_behaviour` False (the user asked for a change) turns a difference in behaviour from a problem into a remark;
    with None old and new are not compared.
    """
    root = permission.root
    path = file_path(document.uri)
    if root is None or path is None or not path.is_relative_to(root):
        return Verdict(proposal)
    if proposal.kind == "file":
        verdict = await judge_tests(proposal, document, target, framework, root, path, permission, report)
        return await _linted(verdict, document.language, root, report) if permission.trusted else verdict
    checks: list[Check] = []
    if permission.trusted:
        report("Asking the project's linters")
        checks += await linters.check(
            root, path, document.language, document.text, proposal.new_text, run_code=permission.run_code
        )
    compared = proposal.kind == "replace" and keep_behaviour is not None
    if compared and not permission.run_code:
        checks += [Check(BEHAVIOUR, None, NOT_ALLOWED)] if behaviour.can_run(document) else []
    elif compared:
        python = permission.python or python_of(root)
        found = await behaviour.checks(
            proposal, document, target, root=root, path=path, python=python, report=report
        )
        checks += found if keep_behaviour else [evolve(c, ok=c.ok or None) for c in found]
    failed = [c for c in checks if c.ok is False]
    told = evolve(proposal, checks=proposal.checks + tuple(checks))
    return Verdict(told, problem="; ".join(map(_in_words, failed)))


async def _linted(verdict: Verdict, language: str, root: Path, report: Callable[[str], None]) -> Verdict:
    """With what the project's linters say about the test file that would be offered; a new finding refuses it."""
    offer = verdict.fallback if verdict.problem else verdict.proposal
    path = file_path(offer.uri) if offer is not None else None
    if offer is None or path is None or not path.is_relative_to(root):
        return verdict
    report("Asking the project's linters")
    old = None if offer.creates_file else offer.base_text
    found = await linters.check(root, path, language, old, offer.new_text, tests=True)
    if failed := [_in_words(check) for check in found if check.ok is False]:
        problems = [*([verdict.problem] if verdict.problem else []), *failed]
        return evolve(verdict, problem="; ".join(problems), fallback=None)
    told = evolve(offer, checks=offer.checks + tuple(found))
    return evolve(verdict, fallback=told) if verdict.problem else evolve(verdict, proposal=told)


def _in_words(check: Check) -> str:
    return f"{IN_WORDS.get(check.name, check.name)}: {check.detail}"
