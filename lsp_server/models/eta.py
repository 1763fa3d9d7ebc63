"""How long an answer will take, from what this machine has been measured to do."""

from __future__ import annotations

from attrs import evolve, frozen

WEIGHT = 0.3
"""Of the newest measurement in the running mean."""


@frozen
class Rates:
    """Tokens per second; 0 until measured."""

    prefill: float = 0.0
    decode: float = 0.0

    def with_prefill(self, tokens: int, seconds: float) -> Rates:
        """Blend in a prefill of `tokens` that were not in the KV cache; short ones say nothing and are left out."""
        if tokens < 64 or seconds <= 0:
            return self
        return evolve(self, prefill=_blend(self.prefill, tokens / seconds))

    def with_decode(self, tokens_per_second: float) -> Rates:
        return evolve(self, decode=_blend(self.decode, tokens_per_second)) if tokens_per_second > 0 else self


def _blend(mean: float, measured: float) -> float:
    return measured if mean == 0 else (1 - WEIGHT) * mean + WEIGHT * measured


def expected_seconds(rates: Rates, *, new_tokens: int, answer_tokens: int) -> float | None:
    """Seconds until the whole answer is there; None while a rate it needs is unknown.

    `new_tokens` are those of the prompt that are not in the KV cache.
    """
    if rates.decode <= 0 or (new_tokens > 0 and rates.prefill <= 0):
        return None
    return (new_tokens / rates.prefill if new_tokens else 0.0) + answer_tokens / rates.decode
