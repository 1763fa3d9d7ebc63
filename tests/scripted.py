"""An engine that says what a test tells it to say, with the real one's manners.

Records what it was asked; waits at gates that the test opens; notices when nobody reads any more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence

from attrs import define, evolve, field, frozen

from lsp_server.engine.types import (
    Delta,
    EngineEvent,
    EngineStatus,
    Finished,
    FinishReason,
    Message,
    PrefillProgress,
    Priority,
    SamplingParams,
    Usage,
)
from lsp_server.errors import EngineDied


@frozen
class Gate:
    """The answer waits here until the test opens the gate of this name."""

    name: str


@frozen
class End:
    """Ends the answer, early or with what is known of it."""

    reason: FinishReason
    confidence: float | None = None
    """Told if log-probabilities are asked for."""


Step = str | PrefillProgress | Gate | End | Exception
"""A text becomes a Delta; an exception is raised."""


@define
class Recorded:
    """A request as the engine saw it, and how it ended."""

    messages: tuple[Message, ...]
    sampling: SamplingParams
    priority: Priority
    outcome: str = "running"


PREFILL = "prefill"
"""The gate that prefill without an answer waits at, once it was closed."""
READY = EngineStatus("ready", "cpu", "scripted", context_window=4096)


@define
class ScriptedEngine:
    status: EngineStatus = READY
    requests: list[Recorded] = field(factory=list)
    answers: deque[list[Step]] = field(factory=deque)
    gates: dict[str, asyncio.Event] = field(factory=dict)
    listeners: list[Callable[[EngineStatus], None]] = field(factory=list)
    closed: bool = False
    starts: int = 0
    """How often it was brought up; one that is ready is not."""
    started: dict[str, object] = field(factory=dict)
    """What else of its status changes then."""

    def enqueue(self, *steps: Step) -> None:
        """Add one answer."""
        self.answers.append(list(steps))

    def close_gate(self, name: str) -> None:
        self._gate(name).clear()

    def open_gate(self, name: str) -> None:
        self._gate(name).set()

    def become(self, **changes: object) -> None:
        """Change the status and tell the listeners."""
        self.status = evolve(self.status, **changes)
        for listener in list(self.listeners):
            listener(self.status)

    def subscribe(self, listener: Callable[[EngineStatus], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def start(self) -> EngineStatus:
        if self.status.state != "ready":
            self.starts += 1
            self.become(state="ready", **self.started)
        return self.status

    async def stop(self) -> None:
        self.become(state="stopped")

    async def generate(
        self, messages: Sequence[Message], sampling: SamplingParams, priority: Priority = Priority.ACTION
    ) -> AsyncGenerator[EngineEvent, None]:
        request = Recorded(tuple(messages), sampling, priority)
        self.requests.append(request)
        tokens = await self.count(messages)
        written = 0
        end = End("length" if sampling.max_tokens == 0 else "stop")
        try:
            for step in self._next_answer(sampling):
                if isinstance(step, Gate):
                    await self._gate(step.name).wait()
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, End):
                    end = step
                    break
                elif isinstance(step, str):
                    written += 1
                    yield Delta(step)
                    await asyncio.sleep(0)
                else:
                    yield step
            request.outcome = "finished"
            confidence = end.confidence if sampling.logprobs else None
            yield Finished(end.reason, Usage(tokens, 0, written, 5.0, 20.0, confidence))
        except (asyncio.CancelledError, GeneratorExit):
            if request.outcome == "running":
                request.outcome = "cancelled"
            raise
        except Exception:
            request.outcome = "failed"
            raise

    async def count(self, messages: Sequence[Message] | str) -> int:
        if isinstance(messages, str):
            return (len(messages) + 3) // 4
        return sum((len(message.content) + 3) // 4 + 4 for message in messages)

    async def aclose(self) -> None:
        self.closed = True

    def _next_answer(self, sampling: SamplingParams) -> list[Step]:
        if sampling.max_tokens == 0:
            return [Gate(PREFILL)] if PREFILL in self.gates else []
        if not self.answers:
            raise EngineDied("The script has no answer for this request.")
        return self.answers.popleft()

    def _gate(self, name: str) -> asyncio.Event:
        return self.gates.setdefault(name, asyncio.Event())
