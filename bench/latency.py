"""How long a user waits: the real language server over stdio, the real engine host, a real model on this processor.

`python -m bench latency [--only GROUPS] [--model GGUF] [--rounds N] [--save FILE]`. Under ten minutes on two quiet cores.
What is compared is measured in turns within one run. The last line is one JSON object; docs/benchmarks.md says what its
keys mean.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from bench import copying, report
from bench.host import HostWatch, default_model
from bench.latency_cancel import cancelling
from bench.latency_editor import code_actions, hovering
from bench.latency_start import initialize, reloading
from bench.latency_tokens import decoding, first_tokens
from bench.prompts import Prompts
from bench.replay import replaying
from bench.report import Measure
from bench.stage import Stage

ROUNDS = 3
QUIET_LOAD = 0.5
GROUPS = {
    "start": "initialize, reload",
    "tokens": "time to first token, cold and warm; tokens prefilled for four actions",
    "decode": "time per token, over llama.cpp alone",
    "cancel": "cancel to idle, while decoding and in a prefill",
    "editor": "known hovers, the light bulb",
    "trace": "the replayed editing traces, with idle work and without",
    "peers": "the traces' questions as other assistants put them (plays the traces too)",
    "copying": "copy-biased decoding: the same texts, how much sooner",
}


async def measure(stage: Stage, groups: Collection[str]) -> list[Measure]:
    """The groups asked for, in the order of the table."""
    found: list[Measure] = []
    if "copying" in groups:
        # Before there is a host, which would look into the same at rest.
        found += _said(await copying.measures(stage.model, stage.threads, short=True))
    if "start" in groups:
        found += _said([await initialize(stage)])
    async with stage.connected() as client:
        watch = await HostWatch.of(stage.directory / "run")
        prompts = await Prompts.of(stage.directory, stage.engine_settings(), await watch.threads())
        try:
            if "tokens" in groups:
                found += _said(await first_tokens(stage, client, watch))
            if "decode" in groups:
                found += _said(await decoding(stage, client, watch, prompts))
            if "cancel" in groups:
                found += _said(await cancelling(stage, client, watch))
            if "editor" in groups:
                found += _said([await hovering(stage, client), await code_actions(stage, client, watch)])
        finally:
            await prompts.close()
    if "start" in groups:
        found += _said([await reloading(stage, watch)])
    if "trace" in groups or "peers" in groups:
        found += _said(await replaying(stage, watch, with_peers="peers" in groups))
    return found


def _said(measures: Sequence[Measure]) -> Sequence[Measure]:
    """Say them on stderr, with the time of day: so one sees where the seconds go."""
    told = "  ".join(f"{m.key} {m.value:g}" for m in measures)
    print(f"{time.strftime('%H:%M:%S')}  {told}", file=sys.stderr, flush=True)
    return measures


async def run(options: argparse.Namespace) -> None:
    """Measure and print. Ended from outside, it leaves no engine behind."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    load = round(os.getloadavg()[0], 1)
    if load > QUIET_LOAD:
        print(
            f"The load is {load}: idle work waits, and all is slower than on a quiet machine.",
            file=sys.stderr,
        )
    with tempfile.TemporaryDirectory(prefix="tta-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        stage = Stage(directory, options.model, options.rounds, options.threads)
        started = time.monotonic()
        try:
            measures = await measure(stage, options.only)
        finally:
            await HostWatch.stop_all(directory / "run")
    about = {
        **report.machine(),
        "model": Path(options.model).name,
        "threads": options.threads or "default",
        "rounds": options.rounds,
        "load_before": load,
        "seconds": round(time.monotonic() - started),
    }
    report.show("latency", measures, about, options.save)


def _groups(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(GROUPS):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose of {', '.join(GROUPS)}")
    return names


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench latency`."""
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
    parser.add_argument(
        "--only",
        type=_groups,
        default=list(GROUPS),
        help="comma-separated: " + "; ".join(f"{name} ({what})" for name, what in GROUPS.items()),
    )
    parser.add_argument(
        "--model", default=str(default_model()), help="a GGUF file; default: the bundled model"
    )
    parser.add_argument(
        "--threads", type=int, default=0, help="of the engine; default: the product's own choice"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of each measurement; default {ROUNDS}")
    parser.add_argument(
        "--save", type=Path, help="write figures and samples here, for example bench/results/latency.json"
    )
    asyncio.run(run(parser.parse_args(argv)))
    return 0
