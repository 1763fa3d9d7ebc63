"""How long a user waits: the real language server over stdio, the real engine host, a real model on this processor.

`python -m bench latency [--model GGUF] [--rounds N] [--save FILE]`. Under ten minutes on two quiet cores. What is compared
is measured in turns within one run. The last line is one JSON object; docs/benchmarks.md says what its keys mean.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from bench import report
from bench.client import Client, Run, server, spawn
from bench.documents import module, span_of
from bench.host import HostWatch, default_model
from bench.prompts import Prompts
from bench.report import Measure
from lsp_server.settings import Settings

ROUNDS = 5
FUNCTIONS, STATEMENTS, SELECTED = 14, 7, 6
"""Of the documents that are asked about: prompts of about 1,500 tokens with SmolLM2."""
CONTEXT_TOKENS = 1_900
LONG_FUNCTIONS, LONG_STATEMENTS = 590, 6
"""About 10,000 lines."""
CODE_ACTIONS = 200
STARTS = 7
CANCEL_AFTER = 5
"""Deltas before a cancel."""


class Bench:
    """One run: a folder, a server, and documents that no cache has seen."""

    def __init__(self, directory: Path, model: str, rounds: int, threads: int) -> None:
        self.directory = directory
        self.rounds = rounds
        self.model = model
        self.settings = {
            "engine": {"backend": "cpu", "model": model, "threads": threads},
            "context": {"maxTokens": CONTEXT_TOKENS},
            "warming": {"enabled": True},
        }
        self._seed = time.time_ns() % 1_000_000

    def document(self, client: Client) -> tuple[str, dict[str, Any], str]:
        """Open a new file: its URI, the range of one function in it, and its text."""
        text = self.text()
        uri = (self.directory / f"module_{self._seed}.py").as_uri()
        client.open(uri, text)
        return uri, span_of(text, SELECTED), text

    def engine_settings(self) -> Settings:
        """The same settings, for a second client of the same host."""
        return Settings.from_json(self.settings)

    def text(self) -> str:
        """A file that was not asked about before."""
        self._seed += 1
        return module(self._seed, FUNCTIONS, STATEMENTS)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Client]:
        async with server(self.directory) as client:
            await client.initialize(self.settings, self.directory)
            await client.request("ttAssistant/engineControl", {"command": "start"})
            await client.until_state("ready")
            yield client


async def initialize(bench: Bench) -> Measure:
    """Start of the process to the answer; a first start, which compiles, does not count."""
    samples = []
    for _ in range(STARTS + 1):
        async with server(bench.directory) as client:
            samples.append(await client.initialize(bench.settings, bench.directory))
    return report.of("initialize_ms", samples[1:], aim=300)


async def first_tokens(bench: Bench, client: Client, watch: HostWatch) -> list[Measure]:
    """Cold, then after the selection was announced, then the other actions on that selection, in turns."""
    cold, warm, four = [], [], []
    for _ in range(bench.rounds):
        uri, span, _ = bench.document(client)
        once = await _first(client, watch, "explain", uri, span)
        again = [
            await _first(client, watch, action, uri, span) for action in ("refactor", "tests", "docstring")
        ]
        cold.append(once)
        four.append((once + sum(again)) / once)
        uri, span, _ = bench.document(client)
        client.notify("ttAssistant/warm", {"textDocument": {"uri": uri, "version": 1}, "range": span})
        await watch.busy_then_idle()
        warm.append(await _first(client, watch, "explain", uri, span))
    ratio = [w / c for w, c in zip(warm, cold, strict=True)]
    return [
        report.of("ttft_cold_ms", cold),
        report.of("ttft_warm_ms", warm),
        report.of("warm_over_cold", ratio, "ratio", aim=0.1),
        report.of("four_actions_ttft_ratio", four, "ratio"),
    ]


async def _first(client: Client, watch: HostWatch, action: str, uri: str, span: dict[str, Any]) -> float:
    run = client.run(action, uri, span)
    took = await run.first()
    await client.stopped(run)
    await watch.idle()
    return took


async def prefill(bench: Bench, prompts: Prompts) -> Measure:
    """Tokens prefilled for four actions on one selection, over those of the first alone, as the engine counts them."""
    ratios = []
    for _ in range(bench.rounds):
        text = bench.text()
        new = [
            await prompts.prefilled(action, text, SELECTED)
            for action in ("explain", "refactor", "tests", "docstring")
        ]
        ratios.append(sum(new) / new[0])
    return report.of("four_actions_prefill_ratio", ratios, "ratio", aim=1.15)


async def decoding(bench: Bench, client: Client, watch: HostWatch, prompts: Prompts) -> list[Measure]:
    """Time per token through host and server, in turns with llama.cpp alone on the same prompt."""
    alone = await prompts.alone()
    ours, theirs = [], []
    for _ in range(bench.rounds):
        uri, span, text = bench.document(client)
        run = client.run("explain", uri, span)
        result = await run.result
        await watch.idle()
        said = [event for event in run.events if event.kind == "delta" and event.text]
        tokens = result["receipt"].get("completionTokens", 0)
        answer = await alone.ask(await prompts.messages("explain", text, SELECTED), 256)
        if tokens > 8 and answer["tokens"] > 8:
            ours.append((said[-1].at - said[0].at) / (tokens - 1) * 1000)
            theirs.append((answer["last"] - answer["first"]) / (answer["tokens"] - 1) * 1000)
    await alone.close()
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return [
        report.of("decode_step_ms", ours),
        report.of("decode_step_alone_ms", theirs),
        report.of("per_token_overhead_ratio", ratios, "ratio", aim=1.05),
    ]


async def cancelling(bench: Bench, client: Client, watch: HostWatch, step_ms: float) -> list[Measure]:
    """From `$/cancelRequest` until the host says that it is idle: while decoding, and in the middle of a prefill."""
    decode, prefilling = [], []
    for _ in range(bench.rounds):
        uri, span, _ = bench.document(client)
        run = client.run("explain", uri, span)
        await run.deltas(CANCEL_AFTER)
        decode.append(await _until_idle(client, watch, run))
        uri, span, _ = bench.document(client)
        run = client.run("explain", uri, span)
        await watch.busy()
        await asyncio.sleep(0.3)
        prefilling.append(await _until_idle(client, watch, run))
    return [
        report.of("cancel_to_idle_ms", decode, aim=round(step_ms + 50, 1)),
        report.of("cancel_prefill_to_idle_ms", prefilling),
    ]


async def _until_idle(client: Client, watch: HostWatch, run: Run) -> float:
    sent = client.cancel(run)
    await watch.idle()
    took = (time.perf_counter() - sent) * 1000
    await client.stopped(run)
    return took


async def hovering(bench: Bench, client: Client) -> Measure:
    """A hover whose explanation is known."""
    uri, span, _ = bench.document(client)
    where = {"textDocument": {"uri": uri}, "position": {"line": span["start"]["line"], "character": 6}}
    await client.request("ttAssistant/hoverExplanation", where)
    samples = []
    for _ in range(50):
        start = time.perf_counter()
        await client.request("textDocument/hover", where)
        await client.request("ttAssistant/hoverExplanation", where)
        samples.append((time.perf_counter() - start) * 1000)
    return report.percentile("hover_hit_ms", samples, 0.95, aim=20)


async def code_actions(bench: Bench, client: Client, watch: HostWatch) -> Measure:
    """The light bulb in a file of 10,000 lines while an answer streams."""
    text = module(1, LONG_FUNCTIONS, LONG_STATEMENTS)
    uri, random, samples = (bench.directory / "long.py").as_uri(), Random(7), []
    client.open(uri, text)
    lines = text.count("\n")
    first = {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 0}}
    await client.request("textDocument/codeAction", _at(uri, first))
    asked, span, _ = bench.document(client)
    run = client.run("explain", asked, span)
    await run.deltas(1)
    for _ in range(CODE_ACTIONS):
        if run.result.done():
            run = client.run("explain", asked, span)
            await run.deltas(1)
        line = random.randrange(lines)
        cursor = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}
        start = time.perf_counter()
        await client.request("textDocument/codeAction", _at(uri, cursor))
        samples.append((time.perf_counter() - start) * 1000)
    await client.stopped(run)
    await watch.idle()
    return report.percentile("code_action_p99_ms", samples, 0.99, aim=10)


def _at(uri: str, span: dict[str, Any]) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": [], "triggerKind": 2}}


async def reloading(bench: Bench, watch: HostWatch) -> Measure:
    """A window reload: from the start of a new language server to the first text, from the same engine."""
    samples = []
    client = await spawn(bench.directory)
    await client.initialize(bench.settings, bench.directory)
    uri, span, text = bench.document(client)
    await _first(client, watch, "explain", uri, span)
    pid = watch.pid
    for _ in range(bench.rounds):
        await client.kill()
        client = await spawn(bench.directory)
        await client.initialize(bench.settings, bench.directory)
        client.open(uri, text)
        run = client.run("explain", uri, span)
        await run.first()
        samples.append((run.events[-1].at - client.spawned) * 1000)
        await client.stopped(run)
        await watch.idle()
    await client.close()
    assert watch.pid == pid, "the engine was started anew"
    return report.of("reload_ready_ms", samples, aim=1000)


async def measure(bench: Bench) -> list[Measure]:
    """Everything, in the order of the table."""
    found = [await initialize(bench)]
    async with bench.connected() as client:
        watch = await HostWatch.of(bench.directory / "run")
        prompts = await Prompts.of(bench.directory, bench.engine_settings(), await watch.threads())
        try:
            found += await _while_connected(bench, client, watch, prompts)
        finally:
            await prompts.close()
    found.append(await reloading(bench, watch))
    return found


async def _while_connected(bench: Bench, client: Client, watch: HostWatch, prompts: Prompts) -> list[Measure]:
    found = await first_tokens(bench, client, watch)
    _say(found)
    found.append(await prefill(bench, prompts))
    steps = await decoding(bench, client, watch, prompts)
    _say(steps)
    found += [*steps, *await cancelling(bench, client, watch, steps[0].value)]
    found.append(await hovering(bench, client))
    found.append(await code_actions(bench, client, watch))
    return found


def _say(measures: Sequence[Measure]) -> None:
    print("  ".join(f"{m.key} {m.value:g}" for m in measures), file=sys.stderr, flush=True)


async def run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="tta-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        bench = Bench(directory, options.model, options.rounds, options.threads)
        started = time.monotonic()
        try:
            measures = await measure(bench)
        finally:
            await HostWatch.stop_all(directory / "run")
    about = {
        **report.machine(),
        "model": Path(options.model).name,
        "threads": options.threads or "default",
        "rounds": options.rounds,
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - started),
    }
    report.show("latency", measures, about, options.save)


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench latency`."""
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
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
