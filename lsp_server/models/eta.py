"""How long an answer will take: arithmetic over tokens and rates, measured on this machine or published. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import evolve, frozen

if TYPE_CHECKING:
    from lsp_server.models.table import Model, Speed, Table

WEIGHT = 0.3
"""Of the newest measurement in the running mean."""
SHORTEST_PREFILL = 64
"""Tokens; the time of a shorter one is mostly that of the request itself."""
BOARD_PROMPT = 128
"""Tokens of the prompt that a board's published time to the first token is for (table.yaml)."""
CPU_PROMPT = 1500
"""The same for the CPU engine."""


@frozen
class Rates:
    """What one engine does with one model; running means."""

    prefill: float = 0.0
    """Prompt tokens per second that were not in the KV cache; 0 until known."""
    decode: float = 0.0
    """Tokens per second; 0 until known."""
    fresh: float = 1.0
    """Share of a prompt's tokens that were not in the KV cache."""

    def with_answer(
        self, prompt_tokens: int, cached_tokens: int, ttft_seconds: float, tokens_per_second: float
    ) -> Rates:
        """Blend in one answer's receipt; a figure that is 0 was not told and changes nothing."""
        new, rates = prompt_tokens - cached_tokens, self
        if prompt_tokens > 0:
            share = new / prompt_tokens
            rates = evolve(rates, fresh=share if rates == Rates() else blend(rates.fresh, share))
        if new >= SHORTEST_PREFILL and ttft_seconds > 0:
            rates = evolve(rates, prefill=blend(rates.prefill, new / ttft_seconds))
        if tokens_per_second > 0:
            rates = evolve(rates, decode=blend(rates.decode, tokens_per_second))
        return rates

    def seconds(self, new_tokens: float, answer_tokens: float) -> float | None:
        """Until the whole answer is there; None while a rate it needs is unknown."""
        if self.decode <= 0 or (new_tokens > 0 and self.prefill <= 0):
            return None
        return (new_tokens / self.prefill if new_tokens else 0.0) + answer_tokens / self.decode


def blend(mean: float, measured: float) -> float:
    """The running mean after one more measurement; a mean of 0 is none yet."""
    return measured if mean == 0 else (1 - WEIGHT) * mean + WEIGHT * measured


def published(table: Table, model: str, kind: str, board: str) -> Rates:
    """The rates the model table gives for a model on a board, or on the CPU; unknown ones are 0.

    `model` is a hub name or a directory, or for the CPU the stem of a GGUF file's name.
    """
    if kind == "tt":
        known = table.model(model) or _named_after(table, model)
        run = known.run_on(board) if known is not None else None
        return _of(run.speed, BOARD_PROMPT) if run is not None else Rates()
    if kind == "cpu":
        for entry in table.models:
            if entry.gguf is not None and model.lower().startswith(entry.hub.rpartition("/")[2].lower()):
                return _of(entry.gguf.speed, CPU_PROMPT)
    return Rates()


def _named_after(table: Table, directory: str) -> Model | None:
    """The model that a directory's name begins with, the longest such."""
    last = directory.rstrip("/").rpartition("/")[2].lower()
    names = {model.hub.rpartition("/")[2].lower(): model for model in table.models}
    return names.get(max((name for name in names if last.startswith(name)), key=len, default=""))


def _of(speed: Speed | None, prompt: int) -> Rates:
    if speed is None:
        return Rates()
    return Rates(prompt * 1000 / speed.ttft_ms if speed.ttft_ms else 0.0, speed.tokens_per_second)


def in_words(seconds: float) -> str:
    """Rounded as one would say it: "8 s", "25 s", "1 min 40 s", "5 min"."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 57.5:
        return f"{5 * round(seconds / 5)} s"
    minutes, rest = divmod(10 * math.ceil(seconds / 10 - 0.5), 60)
    return f"{minutes} min {rest} s" if rest and minutes < 5 else f"{minutes} min"
