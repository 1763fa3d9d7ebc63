"""Mistakes the device cannot notice by itself: in the canary, the prefix cache, cancelling, text and life-cycle."""

from __future__ import annotations

from typing import Any

import torch

from lsp_server.host.backends.tt import adapters, canary, chunks, environment, runner, warmup
from lsp_server.host.backends.tt.adapters import base, package
from lsp_server.host.backends.tt.detokenise import Detokeniser
from lsp_server.host.backends.tt.prefix_cache import PrefixCache
from lsp_server.host.backends.tt.runner import Runner


def no_flush(monkeypatch: Any) -> None:
    monkeypatch.setattr(Detokeniser, "flush", lambda self: "")


def no_left_context(monkeypatch: Any) -> None:
    """An answer's first token is read as if a text began there."""
    original = Detokeniser.__init__
    monkeypatch.setattr(
        Detokeniser, "__init__", lambda self, decode, stop, prompt=(): original(self, decode, stop)
    )


def halves_of_characters(monkeypatch: Any) -> None:
    monkeypatch.setattr("lsp_server.host.backends.tt.detokenise.REPLACEMENT", "\0")


def cancels_late(monkeypatch: Any) -> None:
    """The answer to one step is obeyed at the next."""
    original = Runner.generate

    def generate(self, prompt, sampling, decode, emit):
        answers = [False]

        def late(step):
            answers.append(emit(step))
            return answers[-2]

        return original(self, prompt, sampling, decode, late)

    monkeypatch.setattr(Runner, "generate", generate)


def forgets_cancelled(monkeypatch: Any) -> None:
    """What a cancelled request has computed is not kept."""
    original = Runner.generate

    def generate(self, *arguments):
        reason = original(self, *arguments)
        if reason == "cancelled":
            self.cache.clear()
        return reason

    monkeypatch.setattr(Runner, "generate", generate)


def canary_passes(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "check", lambda *_: "")


def canary_agrees(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "_same", lambda expected, found, wrong: True)


def canary_at_one_offset(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "OFFSETS", canary.OFFSETS[:1])


def canary_of_short_suffixes(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "SUFFIXES", canary.SUFFIXES[:1])


def canary_without_decode(monkeypatch: Any) -> None:
    """Only the prompt's logits are compared, not those of the step that reads what was stored."""
    original = canary._logits

    def logits(*arguments):
        return original(*arguments)[:1] * 2

    monkeypatch.setattr(canary, "_logits", logits)


def evicts_newest(monkeypatch: Any) -> None:
    original = PrefixCache._evict_block

    def evict(self):
        self._cached.reverse()
        try:
            return original(self)
        finally:
            self._cached.reverse()

    monkeypatch.setattr(PrefixCache, "_evict_block", evict)


def evicts_whole_prompts(monkeypatch: Any) -> None:
    def evict(self):
        if self._cached:
            self._drop(self._cached[0])
            return True
        return False

    monkeypatch.setattr(PrefixCache, "_evict_block", evict)


def sharing_is_no_use(monkeypatch: Any) -> None:
    monkeypatch.setattr(PrefixCache, "_touch", lambda self, source: None)


def takes_over_shared(monkeypatch: Any) -> None:
    """A sequence is continued in place although another reads the block that is written."""
    monkeypatch.setattr(PrefixCache, "can_take_over", lambda self, source, length: True)


def reserves_too_little(monkeypatch: Any) -> None:
    """No room for the token that the step writes."""
    original = PrefixCache.reserve
    monkeypatch.setattr(
        PrefixCache, "reserve", lambda self, sequence, tokens: original(self, sequence, tokens - 1)
    )


def rounds_up(monkeypatch: Any) -> None:
    """The common prefix is rounded up to the next place where a prefill may start."""
    original = chunks.plan
    monkeypatch.setattr(
        chunks, "plan", lambda common, *rest: original(common + chunks.OFFSET if common else 0, *rest)
    )


def pads_with_own_block(monkeypatch: Any) -> None:
    """Columns past the sequence's own blocks point at its last one, not at the scratch block."""
    original = runner.page_table

    def table(blocks, width):
        made = original(blocks, width)
        if blocks:
            made[0, len(blocks) :] = torch.tensor(blocks[-1], dtype=torch.int32)
        return made

    monkeypatch.setattr(runner, "page_table", table)


def never_traces_decode(monkeypatch: Any) -> None:
    original = warmup.WarmUp._decode
    monkeypatch.setattr(warmup.WarmUp, "_decode", lambda self, *, traced: original(self, traced=False))


def other_precision(monkeypatch: Any) -> None:
    original = adapters.BuildPlan
    monkeypatch.setattr(adapters, "BuildPlan", lambda **given: original(**{**given, "mode": "accuracy"}))


def ignores_the_mode(monkeypatch: Any) -> None:
    original = adapters.BuildPlan
    monkeypatch.setattr(adapters, "BuildPlan", lambda **given: original(**{**given, "mode": "performance"}))


def too_many_candidates(monkeypatch: Any) -> None:
    for module in (base, package):
        monkeypatch.setattr(module, "device_top_k", lambda params: params.top_k or 32)


def keeps_the_generator(monkeypatch: Any) -> None:
    """Nothing is dropped before the mesh is closed, and something else still knows the adapter."""
    original, known = adapters.make, []

    def make(*arguments):
        known.append(original(*arguments))
        return known[-1]

    monkeypatch.setattr(adapters, "make", make)
    monkeypatch.setattr(base.MetalAdapter, "close", lambda self: None)


def no_board_variables(monkeypatch: Any) -> None:
    monkeypatch.setattr(environment, "prepare", lambda board, home: None)
