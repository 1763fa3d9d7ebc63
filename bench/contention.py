"""How long llama.cpp's threads should wait for each other before they give up their core (GOMP_SPINCOUNT).

`python -m bench contention [--model GGUF] [--rounds N] [--counts default,1000] [--save FILE]`. llama.cpp alone, one process
for each count, in turns: on a quiet machine, beside one busy process, and beside one for each core. Linux only. The last
line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from bench import report
from bench.baseline import Alone, random_prompt
from bench.host import default_model
from bench.report import Measure
from lsp_server.host.backends.cpu.processor import physical_cores

COUNTS = ("default", "1000", "5000")
"""`default` is libgomp's own: 300,000 turns."""
PROMPT_TOKENS, ANSWER_TOKENS = 256, 48
WINDOW = 2_048
ROUNDS = 5
BUSY = "while True: pass"


@asynccontextmanager
async def neighbours(count: int) -> AsyncIterator[None]:
    """Processes that want one core each all the time."""
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            await process.wait()


async def measure(options: argparse.Namespace) -> list[Measure]:
    """Decode and prefill rates for each count, and their ratios to the first count of the same turn."""
    random = Random(3)
    kinds = {"quiet": 0, "busy": 1, "crowded": physical_cores()}
    decode: dict[tuple[str, str], list[float]] = {(kind, c): [] for kind in kinds for c in options.counts}
    prefill: dict[tuple[str, str], list[float]] = {key: [] for key in decode}
    async with AsyncExitStack() as stack:
        engines = {count: await _start(options, count) for count in options.counts}
        for engine in engines.values():
            stack.push_async_callback(engine.close)
        for number in range(options.rounds):
            for kind, busy in kinds.items():
                turn = number % len(options.counts)
                async with neighbours(busy):
                    for count in (*options.counts[turn:], *options.counts[:turn]):
                        answer = await engines[count].ask(_request(random))
                        seconds = answer["last"] - answer["first"]
                        decode[kind, count].append((answer["tokens"] - 1) / seconds)
                        prefill[kind, count].append(PROMPT_TOKENS / answer["first"])
                said = ", ".join(f"{count} {decode[kind, count][-1]:.1f}" for count in options.counts)
                print(f"round {number + 1}, {kind}: {said}", file=sys.stderr, flush=True)
    found = []
    for name, rates in (("decode", decode), ("prefill", prefill)):
        for kind, count in rates:
            found.append(report.of(f"{name}_{kind}_{count}", rates[kind, count], "tokens/s"))
    base = options.counts[0]
    for name, rates in (("decode", decode), ("prefill", prefill)):
        for kind, count in rates:
            if count != base:
                ratios = [a / b for a, b in zip(rates[kind, count], rates[kind, base], strict=True)]
                found.append(report.of(f"{name}_{kind}_{count}_over_{base}", ratios, "ratio"))
    return found


async def _start(options: argparse.Namespace, count: str) -> Alone:
    return await Alone.start(
        options.model,
        window=WINDOW,
        threads=options.threads or physical_cores(),
        spin_count="" if count == "default" else count,
    )


def _request(random: Random) -> dict[str, object]:
    """A prompt that no cache knows, and an answer of a set length."""
    prompt = random_prompt(random, PROMPT_TOKENS)
    return {"prompt": prompt, "max_tokens": ANSWER_TOKENS, "ignore_eos": True, "temperature": 0.0}


def _counts(text: str) -> list[str]:
    counts = text.split(",")
    if not all(count == "default" or count.isdigit() for count in counts):
        raise argparse.ArgumentTypeError("numbers, or `default`")
    return counts


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench contention`."""
    parser = argparse.ArgumentParser(prog="bench contention", description=__doc__)
    parser.add_argument(
        "--model", default=str(default_model()), help="a GGUF file; default: the bundled model"
    )
    parser.add_argument("--threads", type=int, default=0, help="default: the product's own choice")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--counts", type=_counts, default=list(COUNTS), help="spin counts, in turns")
    parser.add_argument("--save", type=Path, help="write figures and samples here")
    options = parser.parse_args(argv)
    load = round(os.getloadavg()[0], 1)
    measures = asyncio.run(measure(options))
    about = {**report.machine(), "model": Path(options.model).name, "rounds": options.rounds}
    report.show("contention", measures, about | {"load_before": load}, options.save)
    return 0
