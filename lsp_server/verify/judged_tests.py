"""Generated tests as they may be offered: green, with what fails dropped, and known for what they are worth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from attrs import evolve

from lsp_server.document import Document, Span, file_path
from lsp_server.edits.types import Check, Proposal
from lsp_server.errors import EditRefused
from lsp_server.syntax.tree import parse
from lsp_server.verify import assertions
from lsp_server.verify.framework_output import TestResult
from lsp_server.verify.frameworks import FRAMEWORKS, python_of
from lsp_server.verify.generated_tests import TestReport, run_tests
from lsp_server.verify.tests_in_text import added_tests, drop_tests, test_names
from lsp_server.verify.tidy import without_idle_imports
from lsp_server.verify.verdict import NOT_ALLOWED, Permission, Verdict, with_check, with_text

NOTICED_NOTHING = (
    "The tests pass, and pass as well with each of {} mistakes put into the code: "
    "compare what it returns for particular inputs with the exact value"
)
Run = Callable[..., Awaitable[TestReport]]
"""(text of the test file, names of its tests, most mutants) → report."""
ENOUGH_MUTANTS = 2
"""One may be no mistake at all."""
NOT_INSTALLED = (
    "No module named pytest",
    "cannot start ",
    "npx canceled",
    "could not determine executable",
    "ERR_UNKNOWN_FILE_EXTENSION",
    "no matching package named",
    "failed to get `",
)
"""Of Python, the sandbox, npm, Node (before 22.18, for TypeScript) and cargo: the framework cannot run here."""


async def judge_tests(
    proposal: Proposal,
    document: Document,
    target: Span,
    framework: str,
    root: Path,
    path: Path,
    permission: Permission,
    report: Callable[[str], None],
) -> Verdict:
    """Run a proposed test file where that is allowed. `path` is the file with the code that is tested."""
    test_path = file_path(proposal.uri)
    if framework not in FRAMEWORKS or test_path is None or not test_path.is_relative_to(root):
        return Verdict(
            with_check(
                proposal,
                Check("tests run", None, f"not run: {framework or 'this framework'} cannot be run here"),
            )
        )
    if not permission.run_code:
        return Verdict(with_check(proposal, Check("tests run", None, NOT_ALLOWED)))
    own = added_tests(document.language, proposal.new_text, proposal.base_text)
    others = frozenset(test_names(document.language, proposal.base_text))
    if not own:
        return Verdict(
            with_check(proposal, Check("tests run", None, "not run: no test was found in the edit"))
        )

    async def run(text: str, names: frozenset[str], most_mutants: int = 9) -> TestReport:
        return await run_tests(
            document,
            target,
            root=root,
            target_path=path,
            test_path=test_path,
            test_text=text,
            own=names,
            framework=framework,
            python=permission.python or python_of(root),
            report=report,
            most_mutants=most_mutants,
            others=others,
        )

    try:
        found = await run(proposal.new_text, own)
        verdict = await _judged(proposal, document.language, framework, found, run)
        if framework != "pytest" or not found.failed or found.timed_out:
            return verdict
        return await _with_what_holds(verdict, found, _name_at(document, target), run)
    except EditRefused as refusal:
        return Verdict(with_check(proposal, Check("tests run", None, refusal.message)))


async def _with_what_holds(verdict: Verdict, found: TestReport, name: str, run: Run) -> Verdict:
    """With a better fallback: failing tests keep the assertions that hold when each is run alone."""
    proposal, failed = verdict.proposal, frozenset(r.name for r in found.failed)
    probing, probes = assertions.probes(proposal.new_text, failed)
    if not probes:
        return verdict
    alone = await run(probing, frozenset(p.name for p in probes), 0)
    failing = [p for p in probes if p.name not in alone.passed]
    text = without_idle_imports(assertions.without(proposal.new_text, failing), proposal.base_text)
    if alone.timed_out or text == proposal.new_text:
        return verdict
    again = await run(text, frozenset(r.name for r in found.results))
    kept = await _judged(with_text(proposal, text), "python", "pytest", again, run)
    offer = kept.fallback if kept.problem else kept.proposal
    if again.timed_out or offer is None or not assertions.uses(offer.new_text, frozenset(again.passed), name):
        return verdict
    gone = sum(p.test in again.passed for p in failing)
    check = next(c for c in offer.checks if c.name == "tests run")
    said = f"{check.detail}, {gone} assertion{'s' if gone != 1 else ''} dropped"
    return evolve(verdict, fallback=with_check(offer, evolve(check, detail=said)))


def _name_at(document: Document, target: Span) -> str:
    tree = parse(document.language, document.text)
    end = target.start + len(document.slice(target).rstrip())
    scope = tree.innermost(Span(target.start, end)) if tree is not None else None
    return scope.name if scope is not None else ""


async def _judged(proposal: Proposal, language: str, framework: str, found: TestReport, run: Run) -> Verdict:
    """Turn a test report into a verdict: all green, some to mend or drop, or nothing that ran."""
    if found.timed_out:
        return Verdict(
            with_check(proposal, Check("tests run", None, f"not ended after {found.seconds:.0f} s"))
        )
    if not found.results:
        last = next(
            (line for line in reversed(found.output.strip().splitlines()) if line.strip()), "no output"
        )
        if any(words in found.output for words in NOT_INSTALLED):
            return Verdict(
                with_check(
                    proposal,
                    Check("tests run", None, f"not run: {framework} is not installed ({last[:120]})"),
                )
            )
        return Verdict(proposal, problem=f"The test file could not be run: {_tail(found.output)}")
    if broken := await _broken(proposal, language, found, run):
        words = "The tests pass, but those that were in the file pass only without them"
        return Verdict(proposal, problem=f"{words}: {_told(broken)}")
    offer = await _green(proposal, language, found, run)
    if found.failed:
        words = _told(found.failed)
        return Verdict(proposal, f"The code does not do what tests expect: {words}", fallback=offer)
    if offer is None:
        words = "Tests are skipped" if found.skipped else "The tests pass, but the run fails"
        return Verdict(proposal, problem=f"{words}: {_tail(found.output)}")
    if found.killed or found.mutants < ENOUGH_MUTANTS:
        return Verdict(offer)
    return Verdict(proposal, NOTICED_NOTHING.format(found.mutants), fallback=offer)


async def _green(proposal: Proposal, language: str, found: TestReport, run: Run) -> Proposal | None:
    """The proposal with the tests that passed, run once more where others had to go; None when that is not green."""
    base = proposal.base_text
    gone = frozenset(r.name for r in found.results if not r.passed)
    if not gone:
        well = found.ended_well or bool(base)
        return with_check(proposal, Check("tests run", True, found.summary())) if well else None
    left = drop_tests(language, proposal.new_text, gone, base)
    left = without_idle_imports(left, base) if language == "python" else left
    tree, names = parse(language, left), added_tests(language, left, base)
    if tree is None or tree.has_error or not names:
        return None
    again = await run(left, names, 0)
    if again.timed_out or not (again.ended_well or base) or names != frozenset(again.passed):
        return None
    if await _broken(with_text(proposal, left), language, again, run):
        return None
    green = evolve(found, results=again.results)
    return with_check(with_text(proposal, left), Check("tests run", True, green.summary(dropped=len(gone))))


async def _broken(proposal: Proposal, language: str, found: TestReport, run: Run) -> tuple[TestResult, ...]:
    """Tests of the file as it was that pass there and, twice in a row, not with the proposal.

    Asked of proposals whose own tests pass: those that fail are dropped first.
    """
    lost = test_names(language, proposal.base_text) - {r.name for r in found.others if r.passed}
    if not lost or len(found.passed) < len(found.results):
        return ()
    before = await run(proposal.base_text, frozenset(lost), 0)
    lost &= set(before.passed)
    if not lost:
        return ()
    again = await run(proposal.new_text, frozenset(lost), 0)
    silent = (TestResult(name, False, "it did not run") for name in lost - {r.name for r in again.results})
    return (*(r for r in again.results if not r.passed), *silent)


def _told(results: tuple[TestResult, ...]) -> str:
    return "; ".join(f"`{r.name}`: {r.message or 'failed'}" for r in results[:4])


def _tail(output: str, lines: int = 6) -> str:
    return " / ".join(line.strip() for line in output.strip().splitlines()[-lines:] if line.strip())[:500]
