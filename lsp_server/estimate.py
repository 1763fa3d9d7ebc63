"""How long the answer to one request will take, said before it begins, and held within what the settings allow.

Rates come from this machine's own answers (`models.paces`), before the first one from the model table. Knows no LSP.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence

from attrs import evolve, field, frozen

from lsp_server.engine.types import EngineEvent, EngineStatus, Finished, PrefillProgress, SamplingParams
from lsp_server.errors import TooSlow
from lsp_server.models import eta
from lsp_server.models.paces import Measured, Paces

LONG_SECONDS = 5.0
"""Shorter waits are not announced."""
FENCE_TOKENS = 8
"""What stands around the code in an answer."""
SHORTEST_ANSWER = 16
"""Tokens; an answer that may not even have these is refused instead of begun."""
SETTING = "ttAssistant.edits.maxSeconds"


@frozen
class TimeLimit:
    """What an edit may take, from when this was made."""

    seconds: float
    """0: no limit."""
    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    @began.default
    def _now(self) -> float:
        return self.clock()

    @property
    def left(self) -> float:
        """Seconds; infinite without a limit."""
        return max(self.began + self.seconds - self.clock(), 0.0) if self.seconds else math.inf

    def __str__(self) -> str:
        return f"the {self.seconds:g} s of {SETTING}"


@frozen
class Expectation:
    """What one answer is expected to cost."""

    paces: Paces
    engine: str
    action: str
    rates: eta.Rates
    measured: bool
    """False: `rates` are published ones, for which nothing is cut or refused."""
    here: bool
    """The engine runs on this machine."""
    answer_tokens: int
    least_tokens: int
    """An answer with fewer is of no use."""

    def seconds_from(self, event: EngineEvent) -> float:
        """Seconds from the first event of an answer to its end; 0 when unknown or too few to be worth a word."""
        new = event.total - event.done if isinstance(event, PrefillProgress) else 0
        seconds = self.rates.seconds(new, self.answer_tokens) or 0.0
        return seconds if seconds > LONG_SECONDS else 0.0

    def sentence(self, seconds: float) -> str:
        """For the user: "About 20 s on this machine"."""
        words = f"About {eta.in_words(seconds)}"
        if not self.measured:
            return f"{words}, by published figures"
        return f"{words} on this machine" if self.here else words

    def within(self, limit: float, new_tokens: float, sampling: SamplingParams) -> SamplingParams:
        """The sampling that keeps an answer within `limit` expected seconds, with `new_tokens` to be read first.

        Raises TooSlow.
        """
        expected = self.rates.seconds(new_tokens, max(self.answer_tokens, self.least_tokens))
        known = self.measured and expected is not None
        if limit == math.inf or (limit > 0 and not known):
            return sampling
        reading = self.rates.seconds(new_tokens, 0) or 0.0
        room = int((limit - reading) * self.rates.decode)
        if room < self.least_tokens:
            raise TooSlow(
                f"This edit would take about {eta.in_words(expected or 0.0)}, more than {SETTING} allows: "
                "select less or raise it.",
                button="openSettings",
            )
        return evolve(sampling, max_tokens=min(sampling.max_tokens, room))

    async def learn(self, finished: Finished) -> None:
        """Remember what the answer did take."""
        usage = finished.usage
        whole = finished.reason == "stop"
        answer = Measured(
            action=self.action,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens if whole else 0,
            ttft_seconds=usage.ttft_ms / 1000,
            tokens_per_second=usage.tokens_per_second,
        )
        await asyncio.to_thread(self.paces.learn, self.engine, answer)


async def expect(
    paces: Paces, status: EngineStatus, action: str, output: str, max_tokens: int, selection_tokens: int = 0
) -> Expectation:
    """What to expect of an action's answer; `output` is its template's.

    A rewritten selection is about as long as the selection; any other answer as long as this action's were so far, and
    before the first one half as long as it may be.
    """
    engine = " ".join(filter(None, (status.kind, status.model, status.board)))
    pace = await asyncio.to_thread(paces.of, engine)
    measured = pace.rates.decode > 0
    rates = pace.rates if measured else await asyncio.to_thread(_published, status)
    if output == "replace":
        length = least = float(selection_tokens + FENCE_TOKENS)
    else:
        length, least = pace.answers.get(action) or max_tokens / 2, SHORTEST_ANSWER
    return Expectation(
        paces=paces,
        engine=engine,
        action=action,
        rates=rates,
        measured=measured,
        here=status.kind != "remote",
        answer_tokens=min(round(length), max_tokens),
        least_tokens=round(least),
    )


def tokens_of(parts: Sequence[tuple[str, int, str]], name: str) -> int:
    """Tokens of one part of a prompt."""
    return sum(tokens for part, tokens, _ in parts if part == name)


def _published(status: EngineStatus) -> eta.Rates:
    from lsp_server.models import table

    return eta.published(table.load(), status.model, status.kind or "", status.board)
