"""Does resumed prefill compute the same as a full one on this very machine? Asked once, before it is relied on.

Several releases resume wrongly without any error, so the answer decides: no agreement, no prefix reuse.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from lsp_server.host.backends.tt import chunks
from lsp_server.host.backends.tt.adapters import Adapter
from lsp_server.host.backends.tt.pages import PagePool, blocks_for
from lsp_server.host.backends.tt.runner import Runner

if TYPE_CHECKING:
    import torch

OFFSETS = (256, 768)
SUFFIXES = (37, 2048 + 37)
ECHO = 24
"""The suffix ends like the prefix does, so that what comes next depends on the prefix even far behind it."""
AGREEMENT = 0.98
"""Correlation that block-float rounding leaves; a wrong prefix falls far below, on its own scale (see `_same`)."""


@frozen
class Case:
    tokens: list[int]
    other: list[int]
    """The same suffix behind another prefix."""
    offset: int


def check(
    runner: Runner,
    adapter: Adapter,
    pool: PagePool,
    window: int,
    chunk: int,
    vocabulary: int,
    report: Callable[[str], None],
) -> str:
    """ "" when resuming is right, else why it is not, for the status.

    A suffix that this machine never resumes (G3 with traces for short prefills only) has nothing to be checked.
    """
    cases = _resumed(adapter, window, chunk, vocabulary)
    for case, plan in cases:
        suffix = len(case.tokens) - case.offset
        report(_phase(case))
        full = _logits(runner, pool, case.tokens, chunks.Plan(0, [len(case.tokens)]))
        resumed = _logits(runner, pool, case.tokens, plan)
        control = _logits(runner, pool, case.other, chunks.Plan(0, [len(case.other)]))
        for place, expected, found, wrong in zip(("prefill", "decode"), full, resumed, control, strict=True):
            if not _same(expected, found, wrong):
                return (
                    f"resumed prefill of {suffix} tokens behind {case.offset} gave other logits than a full one "
                    f"({place}, correlation {_correlation(expected, found):.3f})"
                )
    return "" if cases else "this tt-metal has no trace of a resumed prefill"


def phases(adapter: Adapter, window: int, chunk: int, vocabulary: int) -> list[str]:
    """What `check` will report."""
    return [_phase(case) for case, _ in _resumed(adapter, window, chunk, vocabulary)]


def _phase(case: Case) -> str:
    return f"checking resumed prefill, {len(case.tokens) - case.offset:,} tokens behind {case.offset}"


def _resumed(adapter: Adapter, window: int, chunk: int, vocabulary: int) -> list[tuple[Case, chunks.Plan]]:
    """The cases that this machine would resume, and how."""
    cases = [
        (case, chunks.plan(case.offset, len(case.tokens), chunk, adapter.can_resume))
        for case in _cases(window, vocabulary)
    ]
    return [(case, plan) for case, plan in cases if plan.start]


def _cases(window: int, vocabulary: int) -> list[Case]:
    generator = random.Random(20261122)

    def draw(count: int) -> list[int]:
        return [generator.randrange(min(vocabulary, 30_000)) for _ in range(count)]

    cases = []
    for offset in OFFSETS:
        for suffix in SUFFIXES:
            if offset + suffix + 1 <= window:
                prefix, other, middle = draw(offset), draw(offset), draw(suffix - ECHO)
                end = middle + prefix[-ECHO - 8 : -8]
                cases.append(Case(prefix + end, other + end, offset))
    return cases


def _logits(runner: Runner, pool: PagePool, tokens: list[int], plan: chunks.Plan) -> list[torch.Tensor]:
    """Logits after the prompt and after one decode step, which reads what the prefill really stored."""
    blocks = pool.allocate(blocks_for(len(tokens) + 1))
    try:
        if plan.start:
            runner.prefill_piece(tokens[: plan.start], 0, blocks)
        written = plan.start
        for end in plan.ends:
            after_prompt = runner.prefill_piece(tokens[:end], written, blocks)
            written = end
        return [after_prompt, runner.decode_step(tokens[0], len(tokens), blocks)]
    finally:
        pool.release(blocks)


def _same(expected: torch.Tensor, found: torch.Tensor, wrong: torch.Tensor) -> bool:
    """Nearly equal, and much nearer than the logits behind another prefix are."""
    error = 1 - _correlation(expected, found)
    return error <= 1 - AGREEMENT and error <= 0.5 * (1 - _correlation(expected, wrong))


def _correlation(left: torch.Tensor, right: torch.Tensor) -> float:
    import torch

    return float(torch.corrcoef(torch.stack((left.double(), right.double())))[0, 1])
