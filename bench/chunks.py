"""What a smaller prefill chunk costs, and how much sooner a cancel takes effect: llama.cpp alone, chunk sizes in turns.

`python -m bench chunks [--model GGUF] [--rounds N] [--sizes 128,64,12] [--save FILE]`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

from bench import report
from bench.baseline import Alone, random_prompt
from bench.host import default_model
from bench.report import Measure
from lsp_server.host.backends.cpu.processor import physical_cores

SIZES = (128, 64, 32, 12, 8)
PROMPT_TOKENS = 1_500
WINDOW = 4_096
ROUNDS = 3
CANCELS = 4
"""A round, each at another time of the prefill."""


async def measure(options: argparse.Namespace) -> list[Measure]:
    """Seconds of prefill and milliseconds to stop, for each size, and their ratios to the largest."""
    sizes = sorted((int(size) for size in options.sizes.split(",")), reverse=True)
    random = Random(11)
    prefill: dict[int, list[float]] = {size: [] for size in sizes}
    stop: dict[int, list[float]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        engines = {}
        for size in sizes:
            engines[size] = await Alone.start(
                options.model, window=WINDOW, threads=options.threads or physical_cores(), chunk=size
            )
            stack.push_async_callback(engines[size].close)
        for number in range(options.rounds):
            order = sizes[number % len(sizes) :] + sizes[: number % len(sizes)]
            for size in order:
                prefill[size].append((await _ask(engines[size], random))["ended"])
                for _ in range(CANCELS):
                    after = random.uniform(0.1, 0.9) * prefill[size][-1]
                    ended = (await _ask(engines[size], random, stop_after=after))["ended"]
                    if ended > after:  # else the prefill was over before
                        stop[size].append((ended - after) * 1000)
            _say(f"round {number + 1}: " + ", ".join(f"{s}: {prefill[s][-1]:.2f} s" for s in sizes))
    largest = prefill[sizes[0]]
    found = [report.of(f"prefill_s_{size}", prefill[size], "s") for size in sizes]
    found += [
        report.of(f"prefill_over_{sizes[0]}_{size}", _ratios(prefill[size], largest), "ratio")
        for size in sizes[1:]
    ]
    return found + [report.percentile(f"stop_ms_{size}", stop[size], 0.95) for size in sizes]


def _ratios(ours: Sequence[float], base: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(ours, base, strict=True)]


async def _ask(engine: Alone, random: Random, **more: Any) -> dict[str, Any]:
    return await engine.ask({"prompt": random_prompt(random, PROMPT_TOKENS), "max_tokens": 1, **more})


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench chunks`."""
    parser = argparse.ArgumentParser(prog="bench chunks", description=__doc__)
    parser.add_argument(
        "--model", default=str(default_model()), help="a GGUF file; default: the bundled model"
    )
    parser.add_argument("--threads", type=int, default=0, help="default: the product's own choice")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="tokens of a chunk")
    parser.add_argument("--save", type=Path, help="write figures and samples here")
    options = parser.parse_args(argv)
    measures = asyncio.run(measure(options))
    about = {**report.machine(), "model": Path(options.model).name, "rounds": options.rounds}
    about |= {"prompt_tokens": PROMPT_TOKENS, "load": round(os.getloadavg()[0], 1)}
    report.show("chunks", measures, about, options.save)
    return 0
