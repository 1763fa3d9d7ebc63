"""How soon the engine is idle after a cancel: while it decodes, and in the middle of a long prefill."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from statistics import median

from bench import latency_tokens, report
from bench.client import Client, Event, Run
from bench.host import HostWatch
from bench.report import Measure
from bench.stage import Stage

CANCELS = 20
"""Of each kind: fewer have no 95th percentile."""
STEPS = 4
"""Deltas that tell the time of one decode step."""
LOOK_SECONDS = 0.02
"""Between two looks: asking more often takes the engine's own processors from what it still computes."""
CHUNKS = 8
"""Steps of a prefill that tell the time of one chunk."""


async def cancelling(stage: Stage, client: Client, watch: HostWatch) -> list[Measure]:
    """From `$/cancelRequest` until the host says that it is idle, less the step that it was in."""
    random = Random(5)
    decode: list[float] = []
    steps: list[float] = []
    uri, span, _ = stage.known_document(client)
    for _ in range(CANCELS):
        run = client.run("explain", uri, span)
        said = await run.deltas(STEPS + random.randrange(4))
        if run.result.done():
            continue
        decode.append(await _until_idle(client, watch, run))
        steps.append(await latency_tokens.step(watch, said))
    chunk = await _chunk(stage, client, watch)
    prefill: list[float] = []
    for _ in range(CANCELS):
        uri, span, _ = stage.document(client)
        run = client.run("explain", uri, span)
        await watch.busy()
        await asyncio.sleep(random.uniform(0.2, 0.8))
        prefill.append(await _until_idle(client, watch, run))
    one = median(steps)
    return [
        report.percentile("cancel_to_idle_ms", decode, 0.95, aim=round(one + 50, 1)),
        report.percentile("cancel_over_step_ms", [ms - one for ms in decode], 0.95, aim=50),
        report.percentile("cancel_prefill_to_idle_ms", prefill, 0.95, aim=round(one + 50, 1)),
        report.percentile("cancel_prefill_over_chunk_ms", [ms - chunk for ms in prefill], 0.95, aim=50),
        report.of("prefill_chunk_ms", [chunk]),
    ]


async def _chunk(stage: Stage, client: Client, watch: HostWatch) -> float:
    """Milliseconds of one chunk, over the first ones of a prefill: in these the cancels come."""
    uri, span, _ = stage.document(client)
    run = client.run("explain", uri, span)
    chunks = await run.of_kind("prefill", CHUNKS)
    await client.stopped(run)
    await watch.idle()
    return _between(chunks)


def _between(events: Sequence[Event]) -> float:
    """Milliseconds from one event to the next, on average."""
    return (events[-1].at - events[0].at) / (len(events) - 1) * 1000


async def _until_idle(client: Client, watch: HostWatch, run: Run) -> float:
    sent = client.cancel(run)
    took = (await watch.idle(LOOK_SECONDS) - sent) * 1000
    await client.stopped(run)
    return took
