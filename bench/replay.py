"""The figures of the traces: projects played with idle work and without, then asked as a peer asks, in turns.

Every play has its own folder and its own answer store, so that no engine cache and no kept explanation of an earlier
play helps it. Which play comes first changes from project to project; the pauses are the same in both. Without idle work
only the first file is played, for want of time. No explanation would be there: in these plays hovers are pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define, field

from bench import report, trace
from bench.editor import Editor
from bench.host import HostWatch, Total
from bench.kept import Kept, watching
from bench.peers import SHAPES, ask_as_peer
from bench.player import Ask, Hover, Played, Player
from bench.prompts import Prompts
from bench.report import Measure, quantile
from bench.stage import Stage
from bench.trace import Trace
from bench.waste import PrefixTree, common
from lsp_server.engine.types import Priority
from lsp_server.settings import Settings

WARM_SHARE = 0.9
"""Of the prompt's prefix in the KV cache: that much is a hit."""


@define
class Plays:
    """What came of all projects."""

    on: list[Played] = field(factory=list)
    off: list[Played] = field(factory=list)
    """The first file of the same projects without idle work."""
    peers: list[list[float]] = field(factory=list)


async def replaying(stage: Stage, watch: HostWatch, *, with_peers: bool) -> list[Measure]:
    """Play every project with idle work on, its first file also with it off; with peers, ask its questions as they do."""
    prompts = await Prompts.of(stage.directory, Settings.from_json(_settings(stage, idle=True)), 0)
    try:
        return await _replay(stage, watch, prompts, with_peers)
    finally:
        await prompts.close()


async def _replay(stage: Stage, watch: HostWatch, prompts: Prompts, with_peers: bool) -> list[Measure]:
    plays, projects = Plays(), trace.load_all()
    for turn in range(max(1, stage.rounds // len(projects))):
        for number, project in enumerate(projects, turn):
            for idle in (True, False) if number % 2 == 0 else (False, True):
                if idle:
                    plays.on.append(await _play(stage, watch, project, idle=True))
                else:
                    plays.off.append(await _play(stage, watch, trace.first_file(project), idle=False))
            if with_peers:
                asks = plays.on[-1].asks
                sizes = [await prompt_size(ask, watch, prompts) for ask in asks]
                plays.peers.append(await ask_as_peer(SHAPES[number % len(SHAPES)], asks, sizes, watch))
    hits = [await warm_share(ask, watch, prompts) for played in plays.on for ask in played.asks]
    wasted = [await wasted_share(played, watch, prompts) for played in plays.on]
    return [
        report.share("warm_hit_share", [float(hit >= WARM_SHARE) for hit in hits], aim=0.9),
        report.share("wasted_prefill_share", wasted, at_least=False),
        report.share("wasted_idle_share", [idle_wasted_share(played) for played in plays.on], at_least=False),
        *figures(plays),
    ]


def figures(plays: Plays) -> list[Measure]:
    """What needs no engine to be told."""
    return [*_idle(plays), *_hovers(plays), *(_over_peers(plays) if plays.peers else ())]


async def _play(stage: Stage, watch: HostWatch, project: Trace, *, idle: bool) -> Played:
    folder = f"{project.name}_{stage.number()}"
    settings, data = _settings(stage, idle=idle), stage.directory / f"data_{folder}"
    async with stage.connected(settings, data) as client:
        editor = Editor(client, project, folder, stage.directory.as_uri())
        async with watching(data / "answers.db", client.status["model"], watch) as kept:
            played = await Player(editor, watch, hovers=idle).play(project)
    played.kept = kept
    return played


def _settings(stage: Stage, *, idle: bool) -> dict[str, Any]:
    """The product's own defaults, but for the engine and idle work."""
    return {"engine": stage.engine, "idle": {"enabled": idle}}


async def warm_share(ask: Ask, watch: HostWatch, prompts: Prompts) -> float:
    """How much of what precedes the task was in the KV cache when an action was run; all of it where nothing was asked."""
    if ask.prepared:
        return 1.0
    prompt = await watch.tokens(await prompts.messages_at(ask.action, ask.place))
    prefix = common(prompt, await watch.tokens(await prompts.prefix_at(ask.place)))
    return min(1.0, ask.cost.cached / prefix)


async def prompt_size(ask: Ask, watch: HostWatch, prompts: Prompts) -> int:
    """Tokens of an action's prompt; where the answer was prepared, of the prompt that would have been sent."""
    if ask.prepared:
        return len(await watch.tokens(await prompts.messages_at(ask.action, ask.place)))
    return ask.cost.cached + ask.cost.prefilled


async def wasted_share(played: Played, watch: HostWatch, prompts: Prompts) -> float:
    """Of the tokens prefilled by warming, those that no later action used."""
    tree = PrefixTree()
    for step in played.steps:
        if isinstance(step, Ask):
            tree.use(await watch.tokens(await prompts.messages_at(step.action, step.place)))
        else:
            prefix = await watch.tokens(await prompts.prefix_at(step.place))
            tree.warm(prefix, cached_before(step.cost, len(prefix)), step.cost.prefilled)
    return tree.wasted / (played.prefilled[Priority.WARMING] or 1)


def idle_wasted_share(played: Played) -> float:
    """Of the tokens prefilled for idle work, those whose explanation or draft was never shown."""
    assert played.kept is not None
    keys = played.kept.keys
    shown = {keys.explanation(hover.place) for hover in played.hovers if hover.text}
    shown |= {keys.draft(ask.place) for ask in played.asks if ask.prepared}
    return played.kept.tokens.wasted(shown) / (played.prefilled[Priority.IDLE] or 1)


def cached_before(cost: Total, prefix: int) -> int:
    """Tokens of a prefix that were in the KV cache before it was warmed.

    The first prompt of a selection prefills the rest of it, and the tasks that follow find all of it.
    """
    return max(0, cost.cached - (cost.requests - 1) * prefix)


def _idle(plays: Plays) -> list[Measure]:
    pairs = [
        (a.ttft_ms, b.ttft_ms)
        for on, off in zip(plays.on, plays.off, strict=True)
        for a, b in zip(on.asks, off.asks, strict=False)
        if not a.prepared
    ]
    asks = [ask for played in plays.on for ask in played.asks]
    on, off = [a for a, _ in pairs], [b for _, b in pairs]
    idle_tokens = [
        played.prefilled[Priority.IDLE] / (sum(played.prefilled.values()) or 1) for played in plays.on
    ]
    return [
        report.of("idle_on_over_off", [a / b for a, b in pairs], "ratio", aim=1.05),
        _ratio("idle_on_over_off_p95", on, off, 0.95),
        report.share("prepared_share", [float(ask.prepared) for ask in asks]),
        report.of("trace_ttft_ms", [ask.ttft_ms for ask in asks]),
        report.share("idle_prefill_share", idle_tokens, at_least=False),
    ]


def _hovers(plays: Plays) -> list[Measure]:
    hovers = [hover for played in plays.on for hover in played.hovers]
    hits = [hover.ms for hover in hovers if hover.hit]
    stale = [
        float(is_stale(hover, played.kept))
        for played in plays.on
        for hover in played.hovers
        if hover.edited and hover.text and played.kept is not None
    ]
    return [
        report.share("hover_hit_share", [float(hover.hit) for hover in hovers], aim=0.8),
        *([report.percentile("trace_hover_hit_ms", hits, 0.95, aim=20)] if hits else []),
        Measure("stale_hovers", sum(stale), "", tuple(stale), aim=0),
    ]


def is_stale(hover: Hover, kept: Kept) -> bool:
    """Whether a hover showed something else than what was made of the code as it was then."""
    return kept.answers.get(kept.keys.explanation(hover.place)) != hover.text


def _over_peers(plays: Plays) -> list[Measure]:
    ours = [ask.ttft_ms for played in plays.on for ask in played.asks]
    theirs = [ms for project in plays.peers for ms in project]
    return [
        _ratio("ttft_over_peer_p50", ours, theirs, 0.5),
        _ratio("ttft_over_peer_p95", ours, theirs, 0.95),
        report.of("peer_ttft_ms", theirs),
    ]


def _ratio(key: str, ours: Sequence[float], theirs: Sequence[float], share: float) -> Measure:
    """One percentile over another; the samples are the single ratios of what goes together."""
    value = quantile(ours, share) / quantile(theirs, share)
    singles = tuple(round(a / b, 3) for a, b in zip(ours, theirs, strict=True))
    return Measure(key, round(value, 3), "ratio", singles)
