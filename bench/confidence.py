"""Does the probability of an explanation's tokens tell a grounded one from a guess? The limit in lsp_server/confidence.py.

`python -m bench confidence [--count N] [--model GGUF] [--save FILE]`. The hover of each case, and of the same function with
every name replaced by a made-up word, so that nothing can be known about it but its form. The last line is one JSON object;
docs/decisions/0005 uses it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from random import Random

from attrs import frozen

from bench import judge, report
from bench.cases import Case, load_cases, spread
from bench.report import Measure
from lsp_server import actions, confidence
from lsp_server.document import Document, Span
from lsp_server.engine import create_engine
from lsp_server.engine.types import Engine
from lsp_server.settings import Settings
from lsp_server.syntax.tree import parse
from lsp_server.templates import Library, built_in

ROOT = Path(__file__).parents[1]
COUNT = 24
CONTEXT_TOKENS = 300
"""Of the file around the function: less than the product sends, so that a run ends soon."""


@frozen
class Told:
    """One explanation."""

    case: str
    confidence: float
    mentions: bool | None
    """It says what it must; None where nothing is asked of it."""


def made_up(case: Case, random: Random) -> tuple[str, Span]:
    """The file with every name in the function replaced, the same by the same; and where the function is now."""
    tree = parse(case.language, case.text)
    assert tree is not None
    names: dict[str, str] = {}
    pieces, at, stack = [], case.span.start, [tree.root]
    leaves: list[Span] = []
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.children))
        if not node.child_count and "identifier" in node.type:
            leaves.append(tree.span(node))
    for span in leaves:
        if case.span.start <= span.start and span.end <= case.span.end:
            old = case.text[span.start : span.end]
            pieces += [case.text[at : span.start], names.setdefault(old, word(random))]
            at = span.end
    changed = "".join([*pieces, case.text[at : case.span.end]])
    text = case.text[: case.span.start] + changed + case.text[case.span.end :]
    return text, Span(case.span.start, case.span.start + len(changed))


def word(random: Random) -> str:
    """A word that means nothing."""
    return "".join(random.choice("bdfgklmnprstvz") + random.choice("aeiou") for _ in range(3))


async def explain(
    document: Document, span: Span, engine: Engine, library: Library, settings: Settings
) -> tuple[str, float]:
    """The hover's text, and the mean probability of its tokens."""
    asked = actions.Request(document, span, "hover", with_nearby=False, confidence=True)
    async with aclosing(actions.run(asked, engine=engine, library=library, settings=settings)) as events:
        async for event in events:
            if isinstance(event, actions.Outcome):
                return event.text, event.usage.confidence or 0.0
    raise RuntimeError("An explanation had no end.")


async def measure(cases: Sequence[Case], root: Path, engine: Engine) -> tuple[list[Told], list[Told]]:
    """Explanations of the functions as they are, and with made-up names."""
    library, settings, random = (
        Library.load([built_in()]),
        Settings(context_max_tokens=CONTEXT_TOKENS),
        Random(1),
    )
    real, unknown = [], []
    for case in cases:
        document = case.document(root)
        text, sure = await explain(document, case.span, engine, library, settings)
        real.append(Told(case.id, sure, judge.mentions(text, case.mentions) if case.mentions else None))
        changed, span = made_up(case, random)
        other = Document(document.uri, document.path, document.language, changed)
        _, guessed = await explain(other, span, engine, library, settings)
        unknown.append(Told(case.id, guessed, None))
        print(f"{sure:.3f}  made-up {guessed:.3f}  {case.id:44} {text[:80]}", flush=True)
    return real, unknown


def separation(better: Sequence[float], worse: Sequence[float]) -> float:
    """The share of pairs in which the better one is higher: 0.5 tells nothing, 1 tells all."""
    pairs = [(a > b) + (a == b) / 2 for a in better for b in worse]
    return round(sum(pairs) / len(pairs), 3)


def figures(real: Sequence[Told], unknown: Sequence[Told]) -> list[Measure]:
    as_they_are, names_gone = [t.confidence for t in real], [t.confidence for t in unknown]
    return [
        report.share("mentioned_share", [t.mentions for t in real if t.mentions is not None]),
        report.of("confidence_median", as_they_are, "ratio"),
        report.of("confidence_made_up_median", names_gone, "ratio"),
        Measure("confidence_separation", separation(as_they_are, names_gone), "ratio", ()),
        report.share("marked_share", [value < confidence.LEAST for value in as_they_are]),
        report.share("marked_made_up_share", [value < confidence.LEAST for value in names_gone]),
    ]


async def run(options: argparse.Namespace) -> tuple[str, list[Measure]]:
    cases = spread([c for c in load_cases(options.cases) if c.mentions or not options.judged], options.count)
    settings = Settings(engine_backend="cpu", engine_model=options.model)
    with tempfile.TemporaryDirectory(prefix="tta-bench-") as name:
        directory = Path(name)
        engine = create_engine(settings, runtime_dir=directory / "run", data_dir=directory / "data")
        try:
            model = (await engine.start()).model
            real, unknown = await measure(cases, options.cases, engine)
        finally:
            await engine.stop()
            await engine.aclose()
    return model, figures(real, unknown)


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench confidence`."""
    parser = argparse.ArgumentParser(prog="bench confidence", description=__doc__)
    parser.add_argument("--cases", type=Path, default=ROOT / "bench" / "cases")
    parser.add_argument("--count", type=int, default=COUNT, help=f"cases; default {COUNT}")
    parser.add_argument("--judged", action="store_true", help="only cases that say what must be mentioned")
    parser.add_argument("--model", default="", help="a GGUF file; default: the built-in model")
    parser.add_argument("--save", type=Path, help="write figures and samples here")
    options = parser.parse_args(argv)
    model, measures = asyncio.run(run(options))
    report.show("confidence", measures, {**report.machine(), "model": model}, options.save)
    return 0
