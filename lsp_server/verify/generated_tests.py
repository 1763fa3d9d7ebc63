"""Run a generated test file in a copy of the project, then against mutants of the code it tests.

Owns the procedure; `sandbox` runs, `copy` copies, `frameworks` reads output, `mutants` makes wrong versions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.errors import EditRefused
from lsp_server.syntax.tree import parse
from lsp_server.verify import sandbox
from lsp_server.verify.framework_output import TestResult, called
from lsp_server.verify.frameworks import FRAMEWORKS, Framework, folder_of
from lsp_server.verify.import_places import import_variables
from lsp_server.verify.mutants import mutants
from lsp_server.verify.project_copy import cargo_variables, project_copy, write_within

RUN = sandbox.Limits(seconds=60)
MOST_NAMED = 3
"""Weak tests named in the summary."""
VARIABLES = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "CI": "true", "NO_COLOR": "1"}
MUTANT_SECONDS, MUTANT_RATIO = 10.0, 5.0
"""A run on a mutant may take that long and that many times as long as on the real code: then it is endless, and noticed."""


@frozen
class TestReport:
    """What running a generated test file showed."""

    __test__ = False

    results: tuple[TestResult, ...]
    """Of the generated tests only, in the order they ran. Empty: the file could not be collected; `output` says why."""
    output: str
    killed: int = 0
    mutants: int = 0
    """Mutants tried; 0 when there were none, or no test passed."""
    weak: tuple[str, ...] = ()
    """Tests that passed and noticed none of the mutants."""
    network: bool = False
    seconds: float = 0.0
    timed_out: bool = False
    """The run did not end within its time: nothing is known, whatever the results say."""
    ended_well: bool = True
    """The framework itself says that nothing failed, where it says so of this file alone."""
    others: tuple[TestResult, ...] = ()
    """Of the tests that were in the file before, where they ran, too."""

    @property
    def passed(self) -> tuple[str, ...]:
        return tuple(r.name for r in self.results if r.passed)

    @property
    def failed(self) -> tuple[TestResult, ...]:
        return tuple(r for r in self.results if r.failed)

    @property
    def skipped(self) -> tuple[str, ...]:
        return tuple(r.name for r in self.results if r.skipped)

    def summary(self, dropped: int = 0) -> str:
        """One line for the preview: "5 pass, 1 dropped, kills 7 of 9 mutants, 1 weak"."""
        parts = [f"{len(self.passed)} pass"]
        parts += [f"{len(self.failed)} fail"] if self.failed else []
        parts += [f"{len(self.skipped)} skipped"] if self.skipped else []
        parts += [f"{dropped} dropped"] if dropped else []
        parts += [f"kills {self.killed} of {self.mutants} mutants"] if self.mutants else []
        named = (*self.weak[:MOST_NAMED], *(["…"] if len(self.weak) > MOST_NAMED else []))
        parts += [f"{len(self.weak)} weak ({', '.join(named)})"] if self.weak else []
        return ", ".join(parts)


async def variables_for(framework: Framework, root: Path, copy: Path, python: str) -> dict[str, str]:
    """What a run of tests in `copy` finds in its environment: it loads the files of the copy, whatever is installed."""
    imports = await import_variables(root, copy, python) if framework.python else {}
    return VARIABLES | cargo_variables(copy) | imports


async def run_tests(
    target: Document,
    span: Span,
    *,
    root: Path,
    target_path: Path,
    test_path: Path,
    test_text: str,
    own: frozenset[str],
    framework: str,
    python: str,
    report: Callable[[str], None],
    most_mutants: int = 9,
    others: frozenset[str] = frozenset(),
    budget_seconds: float = 90.0,
    limits: sandbox.Limits = RUN,
) -> TestReport:
    """Run `test_text` as `test_path` in a copy of `root` where `target` is as the editor holds it; then try mutants.

    `own` has the qualified names of the generated tests (others in the file may run but are not reported); empty means
    all of them. `others` has those of tests that are in the file already: they are told apart from them.
    `python` is the project's interpreter (see
    `frameworks.python_of`). Raises KeyError for an unknown framework, EditRefused for a project too large to copy.
    """
    runner = FRAMEWORKS[framework]
    began = time.monotonic()
    source = test_text if target_path == test_path else target.text
    if source[span.start : span.end] != target.slice(span):
        raise EditRefused("The tests were put before the code they test; they cannot be judged there.")
    texts = {target_path: source, test_path: test_text}
    context = project_copy(root, texts)
    copy = await asyncio.to_thread(context.__enter__)
    try:
        variables = await variables_for(runner, root, copy, python)
        file = copy / test_path.relative_to(root)
        folder = await asyncio.to_thread(folder_of, runner, copy, file)
        prefix = runner.prefix(file.relative_to(folder))
        report("Running the tests")
        command = runner.command(folder, file, python)
        command += runner.only(sorted(own)) if runner.whole and own else []
        outcome = await sandbox.run(command, cwd=folder, variables=variables, limits=limits)
        results = tuple(called(runner.parse(outcome.output), own, prefix))
        if results:
            silent = sorted(own - {r.name for r in results})
            results += tuple(TestResult(name, False, "it did not run") for name in silent)
        beside = tuple(called(runner.parse(outcome.output), others, prefix)) if others else ()
        passed = {r.name for r in results if r.passed}
        if outcome.timed_out or not passed:
            return TestReport(
                results,
                outcome.output,
                network=outcome.network,
                seconds=time.monotonic() - began,
                timed_out=outcome.timed_out,
                ended_well=not runner.exit_tells or outcome.returncode == 0,
                others=beside,
            )
        patience = sandbox.Limits(seconds=MUTANT_SECONDS + MUTANT_RATIO * outcome.seconds)
        kills: dict[str, set[str]] = {}
        tree = parse(target.language, source)
        tried = mutants(tree, span, most_mutants) if tree is not None else []
        for done, mutant in enumerate(tried, 1):
            if time.monotonic() - began > budget_seconds:
                break
            report(f"Mutant {done} of {len(tried)}")
            place = copy / target_path.relative_to(root)
            await asyncio.to_thread(write_within, copy, place, mutant.applied(source))
            changed = await sandbox.run(command, cwd=folder, variables=variables, limits=patience)
            seen = runner.parse(changed.output)
            if not seen and not changed.timed_out:
                continue  # it does not compile: no test noticed anything
            still = {r.name for r in called(seen, own, prefix) if r.passed}
            kills[mutant.what] = passed - still
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
    noticing = set().union(*kills.values()) if kills else set()
    return TestReport(
        results,
        outcome.output,
        killed=sum(1 for names in kills.values() if names),
        mutants=len(kills),
        weak=tuple(r.name for r in results if r.passed and r.name not in noticing) if kills else (),
        network=outcome.network,
        seconds=time.monotonic() - began,
        ended_well=not runner.exit_tells or outcome.returncode == 0,
        others=beside,
    )
