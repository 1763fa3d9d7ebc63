"""How many changes of behaviour are noticed: 50 refactors with a planted one, and 50 equal refactors of the same functions.

`python -m bench seeded [--only NAME] [--save FILE]`. Each goes the way of a user's refactor whose code may be run: placed
and checked by `edits`, then compared by `verify`. No model takes part. The last line is one JSON object; docs/quality.md
says what its keys mean.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from attrs import frozen

from bench import report
from lsp_server.document import Document, Span
from lsp_server.edits import propose_replacement
from lsp_server.errors import EditRefused
from lsp_server.syntax.tree import parse
from lsp_server.verify.behaviour import BEHAVIOUR
from lsp_server.verify.pipeline import verify
from lsp_server.verify.verdict import Permission

CASES = Path(__file__).parent / "refactors"
OWN_PACKAGE = "original"
"""What the refactors import their records from: in the project under test these names are in the file itself."""
Kind = Literal["changed", "equal"]
Answer = Literal["refused", "equal", "undecided"]


@frozen
class Refactor:
    """One function of a module and what a refactor makes of it."""

    module: str
    function: str
    kind: Kind
    text: str
    """The module as it is."""
    reply: str
    """The answer of a model: the imports that the new code needs, and the new code."""


@frozen
class Finding:
    refactor: Refactor
    answer: Answer
    seconds: float
    words: str
    """Why it was refused, or why it could not be told."""


def refactors() -> list[Refactor]:
    """All of them, the changed and the equal one of a function side by side."""
    found: list[Refactor] = []
    for path in sorted((CASES / "original").glob("*.py")):
        text = path.read_text("utf-8")
        new = {kind: (CASES / kind / path.name).read_text("utf-8") for kind in ("changed", "equal")}
        for function in _functions(text):
            found.append(Refactor(path.stem, function, "changed", text, _reply(new["changed"], function)))
            found.append(Refactor(path.stem, function, "equal", text, _reply(new["equal"], function)))
    return found


def _functions(text: str) -> Iterator[str]:
    yield from (node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))


def _reply(text: str, function: str) -> str:
    module = ast.parse(text)
    code = next(n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == function)
    used = {node.id for node in ast.walk(code) if isinstance(node, ast.Name)}
    lines: list[str] = []
    for node in module.body:
        if isinstance(node, ast.Import):
            lines += [f"import {a.name}" for a in node.names if a.name in used]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(OWN_PACKAGE):
            lines += [f"from {node.module} import {a.name}" for a in node.names if a.name in used]
    source = ast.get_source_segment(text, code)
    return "\n".join(["```python", *lines, "", "", source or "", "```"])


async def judge(refactor: Refactor, root: Path) -> Finding:
    """Offer one refactor as a model's answer in the project at `root`, and see what becomes of it."""
    path = root / f"{refactor.module}.py"
    document = Document(path.as_uri(), path.name, "python", refactor.text)
    tree = parse("python", refactor.text)
    assert tree is not None
    target = next(s.span for s in tree.scopes() if s.name == refactor.function and s.parent is None)
    began = time.monotonic()
    answer, words = await _answer(document, target, refactor.reply, root)
    return Finding(refactor, answer, time.monotonic() - began, words)


async def _answer(document: Document, target: Span, reply: str, root: Path) -> tuple[Answer, str]:
    try:
        proposal = propose_replacement(document, target, reply)
    except EditRefused as refusal:
        return "refused", refusal.message
    verdict = await verify(
        proposal,
        document,
        target,
        framework="",
        keep_behaviour=True,
        permission=Permission(root, trusted=True, run_code=True, python=sys.executable),
        report=lambda sentence: None,
    )
    if verdict.problem:
        return "refused", verdict.problem
    check = next(c for c in verdict.proposal.checks if c.name == BEHAVIOUR)
    return ("equal" if check.ok else "undecided"), check.detail


def summarise(findings: Sequence[Finding]) -> list[report.Measure]:
    """Shares of the changed ones caught, of the equal ones accused, and of all that could not be told."""
    changed = [float(f.answer == "refused") for f in findings if f.refactor.kind == "changed"]
    equal = [float(f.answer == "refused") for f in findings if f.refactor.kind == "equal"]
    return [
        report.share("seeded_caught_share", changed, 0.95),
        report.share("false_alarm_share", equal, 0.0, at_least=False),
        report.share("undecided_share", [float(f.answer == "undecided") for f in findings]),
        report.of("comparison_s", [f.seconds for f in findings], "s"),
    ]


async def run(options: argparse.Namespace) -> list[Finding]:
    """Judge all of them one after the other, and print what was wrongly judged or could not be."""
    chosen = [r for r in refactors() if not options.only or options.only in f"{r.module}.{r.function}"]
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="tt-assistant-bench-") as name:
        root = Path(name) / "project"
        root.mkdir()
        for refactor in chosen:
            (root / f"{refactor.module}.py").write_text(refactor.text, "utf-8")
        for refactor in chosen:
            finding = await judge(refactor, root)
            findings.append(finding)
            right = (finding.answer == "refused") == (refactor.kind == "changed")
            if not right or finding.answer == "undecided" or options.verbose:
                where = f"{refactor.module}.{refactor.function}"
                print(f"{refactor.kind:8} {where:28} {finding.answer:10} {finding.words[:200]}", flush=True)
    return findings


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench seeded`."""
    parser = argparse.ArgumentParser(prog="bench seeded", description=__doc__)
    parser.add_argument("--only", default="", help="functions whose module.name contains this")
    parser.add_argument("--verbose", action="store_true", help="print what is rightly judged, too")
    parser.add_argument("--save", type=Path, help="write figures and samples here as JSON")
    options = parser.parse_args(argv)
    findings = asyncio.run(run(options))
    about = {**report.machine(), "refactors": len(findings)}
    report.show("Planted changes of behaviour", summarise(findings), about, options.save)
    return 0
