"""Copy-biased decoding, with and without in turns: are the texts the same, and how much sooner are they there?

`python -m bench copying [--short] [--model GGUF] [--save FILE]`, and the group "copying" of `bench latency`. llama.cpp as
the engine opens it, on the edits by which the engine itself checks a model; docs/benchmarks.md says what the keys mean.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench import report
from bench.host import default_model
from bench.report import Measure
from lsp_server.host.backends import SamplingParams
from lsp_server.host.backends.cpu import processor
from lsp_server.host.backends.cpu.copying import Verdict
from lsp_server.host.backends.cpu.copying_cases import SOURCES
from lsp_server.host.backends.cpu.copying_check import ANSWER, GREEDY, Probe, Text

SAMPLED = SamplingParams(seed=20, max_tokens=ANSWER)
"""As edits are sampled, with a seed so that texts can be compared."""


async def measures(model: str, threads: int = 0, *, short: bool = False) -> list[Measure]:
    """Figures of one model; 0 threads means the product's own choice. `short`: one edit of every other language, greedy."""
    return await asyncio.to_thread(_measure, Path(model), threads or processor.physical_cores(), short)


def _measure(model: Path, threads: int, short: bool) -> list[Measure]:
    plain, drafting = Probe(model, threads, drafts=False), Probe(model, threads, drafts=True)
    greedy: list[tuple[Text, Text]] = []
    sampled: list[tuple[Text, Text]] = []
    trials = [
        (case, GREEDY)
        for source in SOURCES[:: 2 if short else 1]
        for case in source.cases[: 1 if short else None]
    ]
    trials += [] if short else [(source.cases[0], SAMPLED) for source in SOURCES]
    for turn, (case, sampling) in enumerate(trials):
        engines = (plain, drafting) if turn % 2 else (drafting, plain)
        texts = {engine: engine.write(case, sampling) for engine in engines}
        (greedy if sampling is GREEDY else sampled).append((texts[plain], texts[drafting]))
    both = [*greedy, *sampled]
    shares = [report.share("copying_identical_share", _same(greedy))]
    if sampled:
        shares.append(report.share("copying_sampled_identical_share", _same(sampled)))
    return [
        *shares,
        report.of("copying_speedup", [_speed(b) / _speed(a) for a, b in both], "ratio"),
        report.of("copying_plain_tokens_per_second", [_speed(a) for a, _ in both], "tok/s"),
        report.of("copying_tokens_per_second", [_speed(b) for _, b in both], "tok/s"),
        report.share("copying_used", [_verdict(greedy).good]),
    ]


def _same(pairs: Sequence[tuple[Text, Text]]) -> list[float]:
    return [float(a.text == b.text) for a, b in pairs]


def _speed(text: Text) -> float:
    return text.tokens / text.seconds


def _verdict(pairs: Sequence[tuple[Text, Text]]) -> Verdict:
    """What the engine would decide on these texts."""
    return Verdict(
        texts=len(pairs),
        differing=sum(a.text != b.text for a, b in pairs),
        plain_seconds=sum(a.seconds for a, _ in pairs),
        drafted_seconds=sum(b.seconds for _, b in pairs),
    )


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench copying`."""
    parser = argparse.ArgumentParser(prog="bench copying", description=__doc__)
    parser.add_argument(
        "--model", default=str(default_model()), help="a GGUF file; default: the bundled model"
    )
    parser.add_argument("--threads", type=int, default=0, help="default: the product's own choice")
    parser.add_argument("--save", type=Path, help="write figures and samples here")
    parser.add_argument("--short", action="store_true", help="one edit of every other language, greedy")
    options = parser.parse_args(argv)
    found = asyncio.run(measures(options.model, options.threads, short=options.short))
    report.show("copying", found, {**report.machine(), "model": Path(options.model).name}, options.save)
    return 0
