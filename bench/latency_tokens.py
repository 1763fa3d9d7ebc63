"""How long until the first token and between tokens, with what is compared in turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import asdict

from bench import report
from bench.client import Client, Event
from bench.host import HostWatch
from bench.prompts import Prompts
from bench.report import Measure
from bench.stage import SELECTED, Stage
from lsp_server.engine.types import Priority

TURNS = 5
"""Answers a round."""
DELTAS = 24
"""Of one answer that are waited for: a few tokens each."""
LEAST = 16
"""Deltas or tokens; fewer say nothing."""
ANSWER = {"max_tokens": 64, "temperature": 0.2, "top_p": 0.9, "top_k": 0, "min_p": 0.0}
"""What the product asks for, in llama.cpp's form."""


async def first_tokens(stage: Stage, client: Client, watch: HostWatch) -> list[Measure]:
    """Cold, then the other actions on that selection; then an announced one, for the action used last and another.

    One round less than elsewhere: each costs two whole prefills, and the ratios are far from their aims.
    """
    cold, four, prefilled = [], [], []
    warm: list[float] = []
    other: list[float] = []
    for _ in range(max(1, stage.rounds - 1)):
        uri, span, _ = stage.document(client)
        costs = [await _spent(watch)]
        times = []
        for action in ("explain", "refactor", "tests", "docstring"):
            times.append(await first(client, watch, action, uri, span))
            costs.append(await _spent(watch))
        cold.append(times[0])
        four.append(sum(times) / times[0])
        prefilled.append((costs[-1] - costs[0]) / (costs[1] - costs[0]))
        uri, span, _ = stage.document(client)
        warmed = (await watch.totals())[Priority.WARMING].requests
        client.notify("ttAssistant/warm", {"textDocument": {"uri": uri, "version": 1}, "range": span})
        await watch.warmed(warmed)
        warm.append(await first(client, watch, "docstring", uri, span))
        other.append(await first(client, watch, "explain", uri, span))
    return [
        report.of("ttft_cold_ms", cold),
        report.of("ttft_warm_ms", warm),
        report.of("warm_over_cold", _ratios(warm, cold), "ratio", aim=0.05),
        report.of("ttft_warm_other_ms", other),
        report.of("warm_other_over_cold", _ratios(other, cold), "ratio", aim=0.05),
        report.of("four_actions_ttft_ratio", four, "ratio"),
        report.of("four_actions_prefill_ratio", prefilled, "ratio", aim=1.15),
    ]


def _ratios(some: list[float], others: list[float]) -> list[float]:
    return [one / other for one, other in zip(some, others, strict=True)]


async def _spent(watch: HostWatch) -> int:
    """Tokens prefilled for actions so far."""
    return (await watch.totals())[Priority.ACTION].prefilled


async def first(client: Client, watch: HostWatch, action: str, uri: str, span: dict[str, Any]) -> float:
    """Milliseconds to the first text of an action, which is then stopped."""
    run = client.run(action, uri, span)
    took = await run.first()
    await client.stopped(run)
    await watch.idle()
    return took


async def decoding(stage: Stage, client: Client, watch: HostWatch, prompts: Prompts) -> list[Measure]:
    """Time per token through host and server, in turns with llama.cpp alone on the same prompt.

    Many short answers: one of them is as long as any disturbance of the machine.
    """
    alone = await prompts.alone()
    ours, theirs = [], []
    uri, span, text = stage.known_document(client)
    messages = [asdict(message) for message in await prompts.messages("explain", text, SELECTED)]
    for _ in range(stage.rounds * TURNS):
        run = client.run("explain", uri, span)
        said = await run.deltas(DELTAS)
        await client.stopped(run)
        await watch.idle()
        answer = await alone.ask({"messages": messages, **ANSWER})
        if len(said) > LEAST and answer["tokens"] > LEAST:
            ours.append(await step(watch, said))
            theirs.append((answer["last"] - answer["first"]) / (answer["tokens"] - 1) * 1000)
    await alone.close()
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return [
        report.of("decode_step_ms", ours),
        report.of("decode_step_alone_ms", theirs),
        report.of("per_token_overhead_ratio", ratios, "ratio", aim=1.05),
    ]


async def step(watch: HostWatch, said: Sequence[Event]) -> float:
    """Milliseconds per token: a delta holds those of one frame (docs/engine-http.md)."""
    return (said[-1].at - said[0].at) / await watch.count("".join(event.text for event in said[1:])) * 1000
