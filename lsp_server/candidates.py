"""Answers to one prompt until one passes its checks: made and judged one after another, the best one kept.

A further answer is asked with the same prompt, so it finds all of it in the KV cache and costs its decoding alone
(docs/decisions/0006). Knows neither templates nor LSP.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from attrs import define, evolve, field, frozen

from lsp_server.edits.types import Proposal
from lsp_server.engine.repetition import said_once
from lsp_server.engine.types import (
    Delta,
    Engine,
    Finished,
    FinishReason,
    Message,
    PrefillProgress,
    Priority,
    SamplingParams,
    Usage,
)
from lsp_server.errors import EditRefused, TooSlow
from lsp_server.estimate import Expectation, TimeLimit
from lsp_server.judging import Judge, Judged

VARIED = 0.7
"""Least temperature of an answer after the first: what the model finds likeliest has just failed."""


@frozen
class Note:
    """A sentence for the user."""

    text: str
    seconds: float = 0.0
    """Expected until the answer is complete, where the note tells that; else 0."""


@frozen
class Reset:
    """What was streamed so far is void: the model answers again."""


Progress = PrefillProgress | Delta | Note
FENCE = "```"
CHECKING = "Checking the edit"
IN_CIRCLES = "The model went round in circles and ended no sentence: try again."
SENTENCE_END = re.compile(r"[.!?](?=\s)")


def begun(messages: Sequence[Message]) -> str:
    """What the assistant was made to begin its answer with."""
    return messages[-1].content if messages and messages[-1].role == "assistant" else ""


def ended_by_fence(sampling: SamplingParams, begin: str) -> SamplingParams:
    """An answer that begins inside a fenced block is over with the block: nothing after it is wanted."""
    return evolve(sampling, stop=(*sampling.stop, f"\n{FENCE}")) if begin.startswith(FENCE) else sampling


@define
class Answer:
    """What the model has said so far in one round."""

    expected: Expectation
    text: str = ""
    finish_reason: FinishReason = "stop"
    usage: Usage = field(factory=Usage)

    @property
    def said_once(self) -> str:
        """The text, without the circles for which it was stopped."""
        return said_once(self.text) if self.finish_reason == "repetition" else self.text

    @property
    def whole_lines(self) -> str:
        """The text, without the line or sentence in which it was cut off and, of code in circles, the repeated lines."""
        if self.finish_reason == "stop" or (FENCE in self.text and not self.text.startswith(FENCE)):
            return self.text
        if FENCE not in self.text:
            text = self.said_once
            ends = [found.end() for found in SENTENCE_END.finditer(f"{text}\n")]
            return text[: ends[-1]] if ends else "" if self.finish_reason == "repetition" else text
        lines = self.text.split("\n")[:-1]
        while self.finish_reason == "repetition" and len(lines) > 1 and lines[-1] == lines[-2]:
            lines.pop()
        return "\n".join(lines)

    async def stream(
        self, engine: Engine, messages: Sequence[Message], sampling: SamplingParams, priority: Priority
    ) -> AsyncGenerator[Progress, None]:
        first = True
        begin = begun(messages)
        async with aclosing(engine.generate(messages, sampling, priority)) as events:
            async for event in events:
                if first and (seconds := self.expected.seconds_from(event)):
                    yield Note(self.expected.sentence(seconds), seconds)
                first = False
                if isinstance(event, Finished):
                    self.finish_reason, self.usage = event.reason, event.usage
                    await self.expected.learn(event)
                    if self.text and begin.startswith(FENCE) and event.reason == "stop":
                        self.text += f"\n{FENCE}"
                        yield Delta(f"\n{FENCE}")
                    return
                if isinstance(event, Delta):
                    if not self.text:
                        event = Delta(begin + event.text)
                    self.text += event.text
                yield event


@frozen
class Candidate:
    """An answer, and what became of it."""

    answer: Answer
    judged: Judged

    @property
    def passed(self) -> bool:
        return self.judged.refusal is None

    @property
    def proposal(self) -> Proposal | None:
        return self.judged.proposal

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Better ones compare greater: passed, can be offered, checks that hold."""
        checks = self.proposal.checks if self.proposal else ()
        return self.passed, self.proposal is not None, sum(check.ok is True for check in checks)


@define
class Candidates:
    """The candidates for one edit."""

    engine: Engine
    judge: Judge
    expected: Expectation
    priority: Priority
    whole: bool
    """An answer that was cut off is worth nothing."""
    limit: TimeLimit
    unread: float
    """Tokens of the prompt that are expected not to be in the KV cache."""
    tried: list[Candidate] = field(factory=list)
    out_of_time: bool = False
    """There was no time for an answer that would have been asked for."""

    @property
    def best(self) -> Candidate:
        """The best one so far, of equals the latest. There must be one."""
        return max(reversed(self.tried), key=lambda candidate: candidate.rank)

    def in_time(self, sampling: SamplingParams, more: float = 0.0) -> SamplingParams | None:
        """The sampling of one more answer within the time left, its prompt longer by so many tokens; None: no time."""
        try:
            return self.expected.within(self.limit.left, self.unread + more, sampling)
        except TooSlow:
            self.out_of_time = True
            return None

    async def ask(
        self, messages: Sequence[Message], sampling: SamplingParams
    ) -> AsyncGenerator[Progress, None]:
        """Stream one more answer and judge it."""
        answer = Answer(self.expected)
        async with aclosing(answer.stream(self.engine, messages, sampling, self.priority)) as events:
            async for event in events:
                yield event
        self.unread = 0.0
        yield Note(CHECKING)
        if self.whole and answer.finish_reason == "length":
            words = f"The model wrote {sampling.max_tokens:,} tokens and came to no end: try again, or select less code."
            self.tried.append(Candidate(answer, Judged(None, EditRefused(words, detail=answer.text))))
            return
        if not answer.whole_lines and answer.text:
            self.tried.append(Candidate(answer, Judged(None, EditRefused(IN_CIRCLES, detail=answer.text))))
            return
        async with aclosing(self._judged(answer)) as notes:
            async for note in notes:
                yield note

    async def take(self, text: str) -> AsyncGenerator[Progress, None]:
        """Judge an answer that was written before."""
        yield Note(CHECKING)
        async with aclosing(self._judged(Answer(self.expected, text))) as notes:
            async for note in notes:
                yield note

    async def _judged(self, answer: Answer) -> AsyncGenerator[Note, None]:
        async with aclosing(self.judge.steps(answer.whole_lines)) as steps:
            async for step in steps:
                if isinstance(step, Judged):
                    self.tried.append(Candidate(answer, step))
                else:
                    yield Note(step)

    async def ask_on(
        self, messages: Sequence[Message], sampling: SamplingParams, most: int
    ) -> AsyncGenerator[Progress | Reset, None]:
        """Ask the same again, more freely, until a candidate passes or `most` were tried."""
        while not self.best.passed and len(self.tried) < most:
            fitting = self.in_time(sampling)
            if fitting is None:
                return
            yield Reset()
            yield Note(f"The answer failed a check; trying another ({len(self.tried) + 1} of {most})")
            async with aclosing(self.ask(messages, self._varied(fitting))) as events:
                async for event in events:
                    yield event

    def _varied(self, sampling: SamplingParams) -> SamplingParams:
        seed = None if sampling.seed is None else sampling.seed + len(self.tried)
        return evolve(sampling, temperature=max(sampling.temperature, VARIED), seed=seed)
