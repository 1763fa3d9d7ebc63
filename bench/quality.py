"""How good are the answers: each action on each case, with the real model, judged by running things.

`python -m bench quality [--quick] [--cases DIR] [--model GGUF] [--only ACTION,…] [--rows FILE [--resume]] [--minutes N]`.
Judged by bench/judge.py, which shares no code with the product's own checks. A run over the committed cases is compared with
bench/results/quality-baseline.json. The last line is one JSON object; docs/quality.md says what its keys mean.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from attrs import asdict

from bench import judge, report
from bench.cases import Case, in_turns, load_cases, spread
from bench.quality_rows import ACTIONS, PROMISED, Row, reasons, summarise, worse
from lsp_server import actions
from lsp_server.document import file_path
from lsp_server.engine import create_engine
from lsp_server.engine.types import Delta, Engine
from lsp_server.errors import AssistantError
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root
from lsp_server.verify.verdict import Permission

ROOT = Path(__file__).parents[1]
CASES = ROOT / "bench" / "cases"
BASELINE = ROOT / "bench" / "results" / "quality-baseline.json"
QUICK_PYTHON, QUICK_OTHERS, QUICK_MINUTES, QUICK_END = 4, 4, 4.4, 4.9
"""Half of them Python, since only its tests and refactors can be run everywhere. No run begins after the first of the
times, and one that has not ended at the second is cancelled."""


async def measure(
    case: Case,
    action: str,
    root: Path,
    engine: Engine,
    library: Library,
    settings: Settings,
    end: float = math.inf,
) -> Row:
    """Run one action on one case and judge what would be shown; what the judge runs has ended at `end`."""
    document = case.document(root)
    request = actions.Request(document=document, span=case.span, action=action, workspace=root)
    permission = Permission(root, trusted=True, run_code=True, python=sys.executable)
    began, rounds = time.monotonic(), [""]
    outcome: actions.Outcome | None = None
    try:
        events = actions.run(
            request, engine=engine, library=library, settings=settings, permission=permission
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, actions.Reset):
                    rounds.append("")
                if isinstance(event, Delta):
                    rounds[-1] += event.text
                if isinstance(event, actions.Outcome):
                    outcome = event
    except AssistantError as error:
        seconds = round(time.monotonic() - began, 2)
        return Row(case.id, action, seconds, 0, False, len(rounds) > 1, refused=error.message)
    assert outcome is not None
    seconds = round(time.monotonic() - began, 2)
    common: dict[str, Any] = {"case": case.id, "action": action, "seconds": seconds}
    common |= {"repaired": len(rounds) > 1, "first": rounds[0] if len(rounds) > 1 else ""}
    common["tokens"] = outcome.usage.completion_tokens
    if action == "explain":
        told = judge.mentions(outcome.text, case.mentions) if case.mentions else None
        return Row(**common, shown=True, mentions=told)
    if outcome.proposal is None:
        return Row(**common, shown=False, refused=outcome.refused, answer=outcome.text)
    return Row(**common, shown=True, **await asyncio.to_thread(_judged, case, action, outcome, root, end))


def _judged(case: Case, action: str, outcome: actions.Outcome, root: Path, end: float) -> dict[str, Any]:
    """What the judge says about an edit that would be shown."""
    proposal, language = outcome.proposal, case.language
    assert proposal is not None
    new, old = proposal.new_text, proposal.base_text
    found: dict[str, Any] = {
        "parses": judge.parses(language, old, new),
        "no_finding": judge.adds_no_finding(language, old, new),
        "answer": "\n".join(change.text for change in proposal.replacements),
        "checks": [f"{check.name}: {check.ok} {check.detail}".strip() for check in proposal.checks],
    }
    if action == "docstring":
        found["code_unchanged"] = judge.code_unchanged(language, old, new)
    if action == "refactor":
        found["rest_kept"] = judge.outside_unchanged(old, new, case.span.start, case.span.end)
        if language == "python" and case.holds:
            found["holds"] = judge.holds(new, case.holds, max(min(10.0, end - time.monotonic()), 0.1))
    test_path, plan = file_path(proposal.uri), outcome.prompt.plan
    if action == "tests" and plan is not None and test_path is not None:
        ran = any(check.name == "tests run" and check.ok for check in proposal.checks)
        found["tests_run"] = ran
        found["tests_green"] = judge.green(root, test_path, new, plan.framework, end) if ran else None
        if found["tests_green"] and language == "python":
            killed, mutants = judge.killed(root, test_path, new, root / case.file, case.name, end)
            found |= {"killed": killed, "mutants": mutants}
    return found


def chosen(options: argparse.Namespace) -> list[Case]:
    """The cases of this run, the same ones every time."""
    cases = load_cases(options.cases)
    if options.count:
        return spread(cases, options.count)
    if not options.quick:
        return in_turns(cases)
    python = [case for case in cases if case.language == "python"]
    others = [case for case in cases if case.language != "python"]
    pairs = zip(spread(python, QUICK_PYTHON), spread(others, QUICK_OTHERS), strict=False)
    return [case for pair in pairs for case in pair]


async def run(options: argparse.Namespace) -> tuple[list[Row], str, int]:
    """Measure and print; the rows, the model's name, and how many runs there was no time for.

    Ended from outside, it leaves no engine behind.
    """
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    rows = _read(options.rows) if options.resume and options.rows else []
    done = {(row.case, row.action) for row in rows}
    wanted = options.only.split(",") if options.only else list(ACTIONS)
    jobs = [(case, action) for case in chosen(options) for action in wanted if (case.id, action) not in done]
    began = time.monotonic()
    until = began + 60 * (options.minutes or (QUICK_MINUTES if options.quick else 10_000))
    ends = options.quick and (options.minutes or 0) < QUICK_END
    end = began + 60 * QUICK_END if ends else math.inf
    settings = Settings(engine_backend="cpu", engine_model=options.model or "")
    library = Library.load([Root(ROOT / "prompts", "built in")])
    with tempfile.TemporaryDirectory(prefix="tt-assistant-bench-") as name:
        root = Path(name) / "project"
        shutil.copytree(options.cases, root, ignore=shutil.ignore_patterns("expect.yaml"))
        engine = create_engine(settings, runtime_dir=Path(name) / "run", data_dir=Path(name) / "data")
        try:
            model = (await engine.start()).model

            async def row_of(case: Case, action: str) -> Row:
                return await measure(case, action, root, engine, library, settings, end)

            async for row in in_time(jobs, row_of, until, end):
                rows.append(row)
                verdict = "shown" if row.shown else f"refused: {row.refused}"
                print(f"{row.seconds:6.1f} s  {row.action:9} {row.case:40} {verdict[:90]}", flush=True)
                if options.rows:
                    _write(options.rows, rows)
        finally:
            await engine.stop()
            await engine.aclose()
    return rows, model, len(jobs)


async def in_time(
    jobs: list[tuple[Case, str]], row_of: Callable[[Case, str], Awaitable[Row]], until: float, end: float
) -> AsyncGenerator[Row, None]:
    """The rows of the jobs that begin before `until` and end before `end`; the other jobs are left in the list."""
    while jobs and time.monotonic() < min(until, end):
        rest = None if math.isinf(end) else end - time.monotonic()
        try:
            row = await asyncio.wait_for(row_of(*jobs[0]), rest)
        except asyncio.TimeoutError:
            if time.monotonic() < end:
                raise
            return
        jobs.pop(0)
        yield row


def _read(path: Path) -> list[Row]:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [Row(**json.loads(line)) for line in lines]


def _write(path: Path, rows: Sequence[Row]) -> None:
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), "utf-8")


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench quality`."""
    parser = argparse.ArgumentParser(prog="bench quality", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few cases, half of them Python, under 5 minutes"
    )
    parser.add_argument("--cases", type=Path, default=CASES, help="a folder of source files")
    parser.add_argument("--count", type=int, default=0, help="this many cases, spread over the languages")
    parser.add_argument("--model", help="a GGUF file; default: the built-in model")
    parser.add_argument("--only", help="actions, separated by commas; default: " + ",".join(ACTIONS))
    parser.add_argument("--minutes", type=float, help="begin no run after this time")
    parser.add_argument("--rows", type=Path, help="write one JSON line for each run here")
    parser.add_argument(
        "--resume", action="store_true", help="go on after the runs that --rows already holds"
    )
    parser.add_argument("--save", type=Path, help="write the figures here as JSON")
    options = parser.parse_args(argv)
    rows, model, left = asyncio.run(run(options))
    measures = summarise(rows)
    about = {**report.machine(), "model": model, "runs": len(rows), "left for want of time": left}
    about["seconds"] = round(sum(row.seconds for row in rows))
    command = "quality --quick" if options.quick else "quality"
    for reason, count in reasons(rows):
        print(f"{count:4} times  {reason}")
    report.show("Quality of answers", measures, {"command": command, **about}, options.save)
    figures = {measure.key: measure.value for measure in measures}
    if options.cases == CASES and BASELINE.exists():
        known = json.loads(BASELINE.read_text("utf-8"))
        if (known["model"], known["command"]) == (model, command):
            print("\n".join(worse(known["figures"], figures)) or "Nothing is worse than in the baseline.")
    print(json.dumps({**dict.fromkeys(PROMISED), **figures}))
    return 0
