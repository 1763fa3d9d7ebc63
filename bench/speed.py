"""How fast models are on this processor: llama.cpp alone, the models in turns.

`python -m bench speed [--model ID=GGUF …] [--rounds N] [--save FILE]`. The last line is one JSON object.
The rows of lsp_server/models/table.yaml whose source is `cpu` come from its committed run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from bench import report
from bench.baseline import Alone, random_prompt
from bench.host import default_model
from bench.report import Measure
from lsp_server.host.backends.cpu.processor import physical_cores

PROMPT_TOKENS = 1_500
ANSWER_TOKENS = 64
WINDOW = 4_096
ROUNDS = 3


async def measure(models: dict[str, str], rounds: int) -> list[Measure]:
    """For each model the milliseconds to the first token of a cold prompt, and the tokens a second behind it."""
    random = Random(5)
    first: dict[str, list[float]] = {name: [] for name in models}
    rate: dict[str, list[float]] = {name: [] for name in models}
    async with AsyncExitStack() as stack:
        engines = {}
        for name, path in models.items():
            engines[name] = await Alone.start(path, window=WINDOW, threads=physical_cores())
            stack.push_async_callback(engines[name].close)
        for _ in range(rounds):
            for name, engine in engines.items():
                body = {"max_tokens": ANSWER_TOKENS, "ignore_eos": True, "temperature": 0.0}
                found = await engine.ask({**body, "prompt": random_prompt(random, PROMPT_TOKENS)})
                first[name].append(found["first"] * 1000)
                rate[name].append((found["tokens"] - 1) / (found["last"] - found["first"]))
    return [
        measure
        for name in models
        for measure in (
            report.of(f"first_token_ms_{name}", first[name]),
            report.of(f"tokens_per_second_{name}", rate[name], "/s"),
        )
    ]


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench speed`."""
    parser = argparse.ArgumentParser(prog="bench speed", description=__doc__)
    parser.add_argument(
        "--model", action="append", default=[], metavar="ID=GGUF", help="a further model and its file"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--save", type=Path, help="write figures and samples here")
    options = parser.parse_args(argv)
    models = {"smollm2-135m": str(default_model())}
    models |= dict(given.split("=", 1) for given in options.model)
    measures = asyncio.run(measure(models, options.rounds))
    about = {**report.machine(), "prompt_tokens": PROMPT_TOKENS, "answer_tokens": ANSWER_TOKENS}
    about |= {"rounds": options.rounds, "load": round(os.getloadavg()[0], 1)}
    report.show("speed", measures, about, options.save)
    return 0
