"""How soon a window can be used: the server's first answer, and the first text after a reload."""

from __future__ import annotations

from bench import report
from bench.client import server, spawn
from bench.host import HostWatch
from bench.latency_tokens import first
from bench.report import Measure
from bench.stage import Stage

STARTS = 5


async def initialize(stage: Stage) -> Measure:
    """Start of the process to the answer; a first start, which compiles, does not count."""
    samples = []
    for _ in range(STARTS + 1):
        async with server(stage.directory) as client:
            samples.append(await client.initialize(stage.settings, stage.directory))
    return report.of("initialize_ms", samples[1:], aim=300)


async def reloading(stage: Stage, watch: HostWatch) -> Measure:
    """A window reload: from the start of a new language server to the first text, from the same engine."""
    samples = []
    client = await spawn(stage.directory)
    await client.initialize(stage.settings, stage.directory)
    uri, span, text = stage.document_again(client)
    await first(client, watch, "explain", uri, span)
    pid = watch.pid
    for _ in range(stage.rounds):
        await client.kill()
        client = await spawn(stage.directory)
        await client.initialize(stage.settings, stage.directory)
        client.open(uri, text)
        run = client.run("explain", uri, span)
        await run.first()
        samples.append((run.events[-1].at - client.spawned) * 1000)
        await client.stopped(run)
        await watch.idle()
    await client.close()
    assert watch.pid == pid, "the engine was started anew"
    return report.of("reload_ready_ms", samples, aim=1000)
