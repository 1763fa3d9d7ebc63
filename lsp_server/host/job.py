"""One request on its way through the engine: what it asked for, what it has got, how long that took."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import attrs
from attrs import frozen

from lsp_server.host.backends import BackendError, FinishReason, Prefilled, SamplingParams, Step, Token

_numbers = itertools.count()


@frozen
class Timings:
    queue_ms: float
    prefill_ms: float
    ttft_ms: float
    """From arrival to the first token; 0 when there was none."""
    predicted_per_second: float


@frozen
class Done:
    """The last event of a job that ended well, or because its reader left."""

    reason: FinishReason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    timings: Timings


@frozen
class Failed:
    error: BackendError


JobEvent = Prefilled | Token | Done | Failed


class Job:
    """A prompt, and the state that lets it be suspended and resumed. Ordered by urgency, then by arrival."""

    def __init__(
        self,
        prompt: Sequence[int],
        sampling: SamplingParams,
        priority: int,
        deliver: Callable[[JobEvent], None],
    ) -> None:
        """`deliver` is called on the engine thread, once a step, and must not block."""
        self.prompt = list(prompt)
        self.sampling = sampling
        self.priority = priority
        self.cancelled = False
        """Set by anyone; read by the engine thread once a step."""
        self._order = (priority, next(_numbers))
        self._deliver = deliver
        self._confirmed: list[int] = []
        self._held: list[int] = []
        self._cached: int | None = None
        self._arrived = time.perf_counter()
        self._started = self._first_token = 0.0
        self._segment_token = 0.0
        self._decode_seconds = 0.0
        self._decode_steps = 0

    def __lt__(self, other: Job) -> bool:
        return self._order < other._order

    # ── on the engine thread ────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """A run starts, the first one or one after a suspension."""
        self._segment_token = 0.0
        if not self._started:
            self._started = time.perf_counter()

    def accept(self, step: Step) -> None:
        """Record one step and pass it on."""
        if isinstance(step, Token):
            self._accept_token(step)
        elif self._cached is None:
            self._cached = step.cached
            self._deliver(step)
        elif not self._confirmed:
            self._deliver(step)

    def suspend(self) -> None:
        """Forget tokens whose text was held back: they will be decoded again, so no character is split."""
        self._held.clear()

    def finish(self, reason: FinishReason) -> None:
        first = self._first_token or time.perf_counter()
        self._deliver(
            Done(
                reason,
                prompt_tokens=len(self.prompt),
                cached_tokens=self._cached or 0,
                completion_tokens=self.completion_tokens,
                timings=Timings(
                    queue_ms=_ms(self._started - self._arrived) if self._started else 0.0,
                    prefill_ms=_ms(first - self._started) if self._started else 0.0,
                    ttft_ms=_ms(self._first_token - self._arrived) if self._first_token else 0.0,
                    predicted_per_second=self.tokens_per_second,
                ),
            )
        )

    def fail(self, error: BackendError) -> None:
        self._deliver(Failed(error))

    @property
    def completion_tokens(self) -> int:
        """Decoded so far; may be read on any thread."""
        return len(self._confirmed) + len(self._held)

    @property
    def begun(self) -> bool:
        """It has run before, at least for a moment."""
        return self._started > 0

    @property
    def complete(self) -> bool:
        """Suspended after its very last token."""
        return 0 < self.sampling.max_tokens <= len(self._confirmed)

    @property
    def resumable(self) -> bool:
        """A grammar's state cannot be resumed once decoding has begun."""
        return not (self.sampling.grammar and self._first_token)

    def resumed_prompt(self) -> list[int]:
        return self.prompt + self._confirmed

    def resumed_sampling(self) -> SamplingParams:
        if not self._confirmed:
            return self.sampling
        return attrs.evolve(self.sampling, max_tokens=self.sampling.max_tokens - len(self._confirmed))

    @property
    def tokens_per_second(self) -> float:
        return self._decode_steps / self._decode_seconds if self._decode_seconds > 0 else 0.0

    def _accept_token(self, token: Token) -> None:
        now = time.perf_counter()
        if not self._first_token:
            self._first_token = now
        if self._segment_token:
            self._decode_seconds += now - self._segment_token
            self._decode_steps += len(token.ids)
        self._segment_token = now
        self._held.extend(token.ids)
        if token.text:
            self._confirmed += self._held
            self._held.clear()
            self._deliver(token)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
