"""How good are the answers: each action on each case, with the real model, judged by running things.

`python -m bench quality [--quick] [--cases DIR] [--model GGUF] [--actions a,b]`. Judged by bench/judge.py, which shares no
code with the product's own checks. The last line is one JSON object; docs/quality.md says what its keys mean.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import median
from typing import Any

from attrs import asdict, frozen

from bench import judge
from bench.cases import Case, load_cases, spread
from lsp_server import actions
from lsp_server.engine import create_engine
from lsp_server.engine.types import Engine
from lsp_server.errors import AssistantError
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root
from lsp_server.verify.generated_tests import run_tests
from lsp_server.verify.pipeline import Permission, file_path

ROOT = Path(__file__).parents[1]
ACTIONS = ("explain", "docstring", "refactor", "tests")
QUICK_CASES = 8


@frozen
class Row:
    """What one action on one case came to. None means that it does not apply."""

    case: str
    action: str
    seconds: float
    tokens: int
    shown: bool
    repaired: bool
    refused: str = ""
    parses: bool | None = None
    code_unchanged: bool | None = None
    holds: bool | None = None
    mentions: bool | None = None
    tests_run: bool | None = None
    tests_green: bool | None = None
    killed: int = 0
    mutants: int = 0


async def measure(
    case: Case, action: str, root: Path, engine: Engine, library: Library, settings: Settings
) -> Row:
    """Run one action on one case and judge what would be shown."""
    document = case.document(root)
    request = actions.Request(document=document, span=case.span, action=action, workspace=root)
    permission = Permission(root, trusted=True, run_code=True, python=sys.executable)
    began, repaired = time.monotonic(), False
    outcome: actions.Outcome | None = None
    try:
        events = actions.run(
            request, engine=engine, library=library, settings=settings, permission=permission
        )
        async with aclosing(events):
            async for event in events:
                repaired = repaired or isinstance(event, actions.Reset)
                if isinstance(event, actions.Outcome):
                    outcome = event
    except AssistantError as error:
        return Row(case.id, action, time.monotonic() - began, 0, False, repaired, refused=error.message)
    assert outcome is not None
    seconds = time.monotonic() - began
    common: dict[str, Any] = {
        "case": case.id,
        "action": action,
        "seconds": round(seconds, 2),
        "repaired": repaired,
    }
    common["tokens"] = outcome.usage.completion_tokens
    if action == "explain":
        told = judge.mentions(outcome.text, case.mentions) if case.mentions else None
        return Row(**common, shown=True, mentions=told)
    if outcome.proposal is None:
        return Row(**common, shown=False, refused=outcome.refused or "nothing was proposed")
    new, old = outcome.proposal.new_text, outcome.proposal.base_text
    language = case.language
    found: dict[str, Any] = {"parses": judge.parses(language, old, new)}
    if action == "docstring":
        found["code_unchanged"] = judge.code_unchanged(language, old, new)
    if action == "refactor" and language == "python" and case.holds:
        found["holds"] = judge.holds(new, case.holds)
    if action == "tests":
        found |= await _rerun(case, outcome, root)
    return Row(**common, shown=True, **found)


async def _rerun(case: Case, outcome: actions.Outcome, root: Path) -> dict[str, Any]:
    """Run the delivered test file once more: is all of it green, and how many mutants does it kill?"""
    proposal, plan = outcome.proposal, outcome.prompt.plan
    assert proposal is not None and plan is not None
    delivered_as_run = any(c.name == "tests run" and c.ok for c in proposal.checks)
    test_path = file_path(proposal.uri)
    if not delivered_as_run or test_path is None:
        return {"tests_run": False}
    report = await run_tests(
        case.document(root),
        case.span,
        root=root,
        target_path=root / case.file,
        test_path=test_path,
        test_text=proposal.new_text,
        own=frozenset(),
        framework=plan.framework,
        python=sys.executable,
        report=lambda text: None,
    )
    green = bool(report.results) and not report.failed
    return {"tests_run": True, "tests_green": green, "killed": report.killed, "mutants": report.mutants}


def share(values: Sequence[bool | None]) -> float | None:
    """The share of True among those that apply; None when none does."""
    known = [v for v in values if v is not None]
    return round(sum(known) / len(known), 3) if known else None


def summarise(rows: list[Row], model: str) -> dict[str, Any]:
    """The figures of a run; shares are of the rows they apply to."""
    edits = [r for r in rows if r.action != "explain"]
    shown = [r for r in edits if r.shown]
    mutants = sum(r.mutants for r in rows)
    return {
        "model": model,
        "cases": len({r.case for r in rows}),
        "shown_edits_parse_share": share([r.parses for r in shown]),
        "docstring_code_unchanged_share": share([r.code_unchanged for r in shown]),
        "delivered_tests_green_share": share([r.tests_green for r in shown]),
        "delivered_tests_run_share": share([r.tests_run for r in shown]),
        "refused_share": share([not r.shown for r in edits]),
        "refused_without_reason": sum(1 for r in edits if not r.shown and not r.refused),
        "repaired_share": share([r.repaired for r in edits]),
        "mutants_killed_share": round(sum(r.killed for r in rows) / mutants, 3) if mutants else None,
        "refactor_holds_share": share([r.holds for r in shown]),
        "explain_mentions_share": share([r.mentions for r in rows]),
        "actions": {action: _per_action([r for r in rows if r.action == action]) for action in ACTIONS},
    }


def _per_action(rows: list[Row]) -> dict[str, Any]:
    if not rows:
        return {}
    return {
        "runs": len(rows),
        "shown": sum(r.shown for r in rows),
        "repaired": sum(r.repaired for r in rows),
        "seconds_p50": round(median(r.seconds for r in rows), 2),
        "tokens_p50": median(r.tokens for r in rows),
    }


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure and print; returns the figures."""
    cases = load_cases(options.cases)
    chosen = spread(cases, options.count or (QUICK_CASES if options.quick else len(cases)))
    wanted = options.actions.split(",") if options.actions else list(ACTIONS)
    settings = Settings(engine_backend="cpu", engine_model=options.model or "")
    library = Library.load([Root(ROOT / "prompts", "built in")])
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tt-assistant-bench-") as name:
        root = Path(name) / "project"
        shutil.copytree(options.cases, root, ignore=shutil.ignore_patterns("expect.yaml"))
        engine = create_engine(settings, runtime_dir=Path(name) / "run", data_dir=Path(name) / "data")
        try:
            model = (await engine.start()).model
            for case in chosen:
                for action in wanted:
                    row = await measure(case, action, root, engine, library, settings)
                    rows.append(row)
                    verdict = "shown" if row.shown else f"refused: {row.refused}"
                    print(f"{row.seconds:6.1f} s  {action:9} {case.id:40} {verdict[:90]}", flush=True)
        finally:
            await engine.aclose()
    if options.rows:
        options.rows.write_text("".join(json.dumps(asdict(r)) + "\n" for r in rows), "utf-8")
    return summarise(rows, model)


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench quality`."""
    parser = argparse.ArgumentParser(prog="bench quality", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_CASES} cases, spread over the languages"
    )
    parser.add_argument(
        "--cases", type=Path, default=ROOT / "bench" / "cases", help="a folder of source files"
    )
    parser.add_argument("--count", type=int, default=0, help="this many cases, spread over the languages")
    parser.add_argument("--model", help="a GGUF file; default: the built-in model")
    parser.add_argument("--actions", help="comma-separated; default: " + ",".join(ACTIONS))
    parser.add_argument("--rows", type=Path, help="write one JSON line for each run here")
    figures = asyncio.run(run(parser.parse_args(argv)))
    for key, value in figures.items():
        if key != "actions":
            print(f"{key:32} {value}")
    print(json.dumps(figures))
    return 0
