"""Plays a trace through a language server, and writes down what each step cost.

Every pause is as long as the trace says, whatever the engine does.
"""

from __future__ import annotations

import asyncio

from attrs import define, field, frozen

from bench.editor import Editor, Place
from bench.host import HostWatch, Total
from bench.kept import Kept
from bench.trace import Step, Trace
from lsp_server.engine.types import Priority

HIT_MS = 100.0
"""An explanation that was there came sooner; one that is made takes a prompt and some twenty tokens."""


@frozen
class Ask:
    """An action: how long to its first text, and what its prompt cost."""

    action: str
    place: Place
    ttft_ms: float
    cost: Total
    prepared: bool = False
    """Idle work had made the answer: nothing was asked of the engine."""


@frozen
class Hover:
    ms: float
    text: str
    hit: bool
    place: Place
    """The definition as it was then."""
    edited: bool
    """It was another one when its file was opened."""


@frozen
class Warmed:
    """What was prefilled at a place before anybody asked."""

    place: Place
    cost: Total


@define
class Played:
    """What came of one play, in order."""

    steps: list[Ask | Warmed] = field(factory=list)
    hovers: list[Hover] = field(factory=list)
    prefilled: dict[Priority, int] = field(factory=dict)
    kept: Kept | None = None
    """What the server made and kept; None where nobody looked."""

    @property
    def asks(self) -> list[Ask]:
        return [step for step in self.steps if isinstance(step, Ask)]


class Player:
    def __init__(self, editor: Editor, watch: HostWatch, *, hovers: bool = True) -> None:
        """Without `hovers` they are pauses."""
        self._editor = editor
        self._hovers = hovers
        self._watch = watch
        self._played = Played()
        self._totals: dict[Priority, Total] = {}

    async def play(self, project: Trace) -> Played:
        start = self._totals = await self._watch.totals()
        for step in project.steps:
            await asyncio.sleep(step.think)
            await self._note_warming()
            if step.kind != "hover" or self._hovers:
                await self._do(step)
        await self._watch.idle()
        await self._note_warming()
        self._played.prefilled = {p: (self._totals[p] - start[p]).prefilled for p in Priority}
        return self._played

    async def _do(self, step: Step) -> None:
        editor = self._editor
        if step.kind == "open":
            await editor.open(step.what)
        elif step.kind == "move":
            await editor.move(step.what)
        elif step.kind == "select":
            await editor.select(step.what)
        elif step.kind == "type":
            await editor.type(step.what, step.after)
        elif step.kind == "hover":
            await self._hover(step.what)
        else:
            await self._ask(step.what, step.tokens)

    async def _ask(self, action: str, tokens: int) -> None:
        place = self._editor.place()
        run = self._editor.ask(action)
        ttft, prepared = await run.first_or_prepared()
        await run.deltas(tokens)
        await self._editor.client.stopped(run)
        cost = await self._note_warming()
        self._played.steps.append(Ask(action, place, ttft, cost[Priority.ACTION], prepared))

    async def _hover(self, words: str) -> None:
        place = self._editor.definition(words)
        edited = place.document.slice(place.span) != self._editor.code_at_open(words)
        text, ms = await self._editor.hover(words)
        hit = bool(text) and ms <= HIT_MS
        self._played.hovers.append(Hover(ms, text, hit, place, edited))

    async def _note_warming(self) -> dict[Priority, Total]:
        """Note what was warmed since this was called last; returns all that was spent since."""
        before, self._totals = self._totals, await self._watch.totals()
        cost = {priority: self._totals[priority] - before[priority] for priority in Priority}
        if cost[Priority.WARMING].prefilled:
            self._played.steps.append(Warmed(self._editor.place(), cost[Priority.WARMING]))
        return cost
