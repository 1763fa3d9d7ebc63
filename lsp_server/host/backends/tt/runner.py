"""One request on the device: reuse what is cached, prefill the rest, decode. Owns the KV cache's bookkeeping.

The order of things on the device is fixed here; how a call looks in each generation is the adapter's business.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Tokens
from typing import TYPE_CHECKING

from attrs import define, frozen

from lsp_server.host.backends import FinishReason, Prefilled, SamplingParams, Step, Token
from lsp_server.host.backends.tt import chunks
from lsp_server.host.backends.tt.adapters import Adapter, Pending
from lsp_server.host.backends.tt.detokenise import Detokeniser
from lsp_server.host.backends.tt.options import Deadlines
from lsp_server.host.backends.tt.pages import BLOCK, PagePool, page_table
from lsp_server.host.backends.tt.prefix_cache import PrefixCache, Sequence
from lsp_server.host.backends.tt.sampling import choose
from lsp_server.host.backends.tt.watchdog import DeviceThread

if TYPE_CHECKING:
    import torch

Emit = Callable[[Step], bool]

DECODE_COST = 32
"""One decode step takes about as long as the prefill of so many tokens (n150: 35 ms and about 1 ms)."""
SHORTEST_PREFILL = 128
LOST_TAIL = 256
"""Cached tokens that may be given up to continue in place where the prompt could also be resumed."""


@frozen
class Limits:
    window: int
    chunk: int
    deadlines: Deadlines


@define
class Figures:
    """Counters for status."""

    requests: int = 0
    prefix_hits: int = 0
    prefix_tokens: int = 0


class Runner:
    def __init__(
        self, adapter: Adapter, thread: DeviceThread, pool: PagePool, limits: Limits, stop_ids: frozenset[int]
    ) -> None:
        self._adapter = adapter
        self._thread = thread
        self._limits = limits
        self._stop_ids = stop_ids
        self._width = limits.window // BLOCK
        self.cache = PrefixCache(pool)
        self.figures = Figures()
        self.resumes = False
        """Set once the canary has passed."""
        self.samples_on_device = False
        self.warming = True
        """Until everything is compiled, calls may take minutes."""

    def generate(
        self,
        prompt: list[int],
        sampling: SamplingParams,
        decode: Callable[[Tokens[int]], str],
        emit: Emit,
    ) -> FinishReason:
        """See `Backend.generate`."""
        text = Detokeniser(decode, sampling.stop, prompt)
        sequence, ends, cached = self._begin(prompt)
        try:
            logits = self._prefill(sequence, prompt, ends, cached, emit)
            if logits is None:
                reason: FinishReason = "cancelled"
            elif sampling.max_tokens == 0:
                reason = "length"
            else:
                reason = self._decode(sequence, logits, sampling, text, emit)
        except BaseException:
            self.cache.discard(sequence)
            raise
        self.cache.keep(sequence)
        return reason

    def _begin(self, prompt: list[int]) -> tuple[Sequence, list[int], int]:
        """The sequence to continue, where its prefill pieces end (none: decode the rest), and what was cached."""
        source, common = self.cache.longest(prompt)
        common = min(common, len(prompt) - 1)
        plan = self._plan(common, len(prompt))
        if source is not None and self._better_in_place(source, common, len(prompt), plan.start):
            sequence, ends = self.cache.take_over(source, common), []
        else:
            sequence, ends = self.cache.share(source, plan.start), list(plan.ends)
        cached = len(sequence.tokens)
        self.figures.requests += 1
        self.figures.prefix_hits += bool(cached)
        self.figures.prefix_tokens += cached
        return sequence, ends, cached

    def _plan(self, common: int, total: int) -> chunks.Plan:
        if not self.resumes:
            return chunks.Plan(0, [total])
        return chunks.plan(common, total, self._limits.chunk, self._adapter.can_resume)

    def _better_in_place(self, source: Sequence, common: int, total: int, start: int) -> bool:
        """Decoding the few tokens that differ beats a prefill, and works in every generation."""
        steps = total - common
        if steps * DECODE_COST > max(SHORTEST_PREFILL, total - start):
            return False
        lost = len(source.tokens) - common
        return self.cache.can_take_over(source, common) and (lost <= LOST_TAIL or not self.resumes)

    def _prefill(
        self, sequence: Sequence, prompt: list[int], ends: list[int], cached: int, emit: Emit
    ) -> torch.Tensor | None:
        """Logits after the prompt; None when cancelled. `sequence` always says what is really in the cache."""
        self.cache.reserve(sequence, len(prompt))
        if not ends:
            return self._replay(sequence, prompt, cached, emit)
        logits = None
        for end in ends:
            logits = self.prefill_piece(prompt[:end], len(sequence.tokens), sequence.blocks)
            sequence.tokens[:] = prompt[:end]
            if emit(Prefilled(end, len(prompt), cached)):
                return None
        return logits

    def _replay(self, sequence: Sequence, prompt: list[int], cached: int, emit: Emit) -> torch.Tensor | None:
        logits = None
        for token in prompt[len(sequence.tokens) :]:
            result = self.decode_step(token, len(sequence.tokens), sequence.blocks)
            sequence.tokens.append(token)
            logits = result
            if emit(Prefilled(len(sequence.tokens), len(prompt), cached)):
                return None
        return logits

    def _decode(
        self,
        sequence: Sequence,
        logits: torch.Tensor,
        sampling: SamplingParams,
        text: Detokeniser,
        emit: Emit,
    ) -> FinishReason:
        """Emit tokens; while the device computes the next one, the last is detokenised and shown."""
        device = sampling if self._on_device(sampling) else None
        token, log_probability = choose(logits, sampling, len(sequence.tokens))
        for count in range(1, sampling.max_tokens + 1):
            if token in self._stop_ids:
                return self._stop(text, emit)
            position = len(sequence.tokens)
            last = count == sampling.max_tokens or position >= self._limits.window
            pending = None if last else self._submit(sequence, token, position, device, first=count == 1)
            try:
                shown = text.push(token)
                if last and not text.stopped:
                    shown += text.flush()
                cancelled = emit(Token((token,), shown, log_probability))
            finally:
                result = None if pending is None else self._collect(pending)
            if result is None:
                return "stop" if text.stopped else "length"
            sequence.tokens.append(token)
            if text.stopped:
                return "stop"
            if cancelled:
                return "cancelled"
            if isinstance(result, int):
                token, log_probability = result, None
            else:
                token, log_probability = choose(result, sampling, position + 1)
        raise AssertionError("the last token ends the loop")

    def _stop(self, text: Detokeniser, emit: Emit) -> FinishReason:
        """An end-of-turn token: show what was held back."""
        rest = text.flush()
        if rest:
            emit(Token((), rest))
        return "stop"

    def _on_device(self, sampling: SamplingParams) -> bool:
        if not self.samples_on_device or sampling.logprobs:
            return False
        return sampling.temperature <= 0 or not self._adapter.greedy_device_sampling

    def prefill_piece(self, tokens: list[int], start: int, blocks: list[int]) -> torch.Tensor:
        """Write the KV of `tokens[start:]` and return the last token's logits."""
        table = self.table(blocks)
        deadlines = self._limits.deadlines
        deadline = deadlines.prefill + deadlines.prefill_per_token * len(tokens)
        return self._thread.call(
            "prefill",
            deadlines.warm if self.warming else deadline,
            lambda: self._adapter.prefill(tokens, start, table),
        )

    def decode_step(self, token: int, position: int, blocks: list[int]) -> torch.Tensor:
        """Write one token's KV and return its logits, always computed for the host."""
        pending = self._start_step(token, position, blocks, None, first=False)
        logits = self._collect(pending)
        assert not isinstance(logits, int)
        return logits

    def _submit(
        self, sequence: Sequence, token: int, position: int, device: SamplingParams | None, *, first: bool
    ) -> Pending:
        self.cache.reserve(sequence, position + 1)
        return self._start_step(token, position, sequence.blocks, device, first=first)

    def _start_step(
        self, token: int, position: int, blocks: list[int], device: SamplingParams | None, *, first: bool
    ) -> Pending:
        table = self.table(blocks)
        return self._thread.call(
            "decode", self._step_deadline, lambda: self._adapter.submit(token, position, table, device, first)
        )

    def _collect(self, pending: Pending) -> torch.Tensor | int:
        return self._thread.call("decode", self._step_deadline, lambda: self._adapter.collect(pending))

    @property
    def _step_deadline(self) -> float:
        return self._limits.deadlines.warm if self.warming else self._limits.deadlines.decode

    def table(self, blocks: list[int]) -> torch.Tensor:
        """A page table of the one width everything was warmed up with."""
        return page_table(blocks, self._width)
