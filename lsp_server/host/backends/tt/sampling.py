"""Choosing the next token on the host, from one row of logits. Knows no device."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lsp_server.host.backends import BackendError, SamplingParams

if TYPE_CHECKING:
    import torch

CANDIDATES = 2048
"""A nucleus nearly always fits in so many tokens; only when it does not is the whole row sorted."""


def choose(logits: torch.Tensor, params: SamplingParams, position: int) -> tuple[int, float | None]:
    """The token at `position`, and its log-probability under the unmodified distribution when asked for.

    With a seed the draw depends on seed and position only, so a request that was pre-empted goes on as if it had not been.
    """
    top = float(logits.max())
    if not math.isfinite(top):
        raise BackendError(
            "The board returned numbers that are not finite. Restart the engine.", code="device", fatal=True
        )
    token = int(logits.argmax()) if params.temperature <= 0 else _draw(logits, params, position)
    return token, _log_probability(logits, token) if params.logprobs else None


def _draw(logits: torch.Tensor, params: SamplingParams, position: int) -> int:
    import torch

    scaled = logits.double() / params.temperature
    probabilities, tokens = _candidates(scaled, params)
    cumulative = probabilities.cumsum(0)
    if params.top_p < 1:
        inside = int((cumulative < params.top_p).sum()) + 1
        cumulative, tokens = cumulative[:inside], tokens[:inside]
    draw = _uniform(params.seed, position) * float(cumulative[-1])
    index = int(torch.searchsorted(cumulative, torch.tensor(draw, dtype=cumulative.dtype), right=True))
    return int(tokens[min(index, len(tokens) - 1)])


def _candidates(scaled: torch.Tensor, params: SamplingParams) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities, highest first, with their tokens. `top_p` counts within what `top_k` left, as in vLLM."""
    import torch

    if params.top_k > 0:
        values, tokens = torch.topk(scaled, min(params.top_k, scaled.numel()))
        return torch.softmax(values, 0), tokens
    normaliser = torch.logsumexp(scaled, 0)
    if params.top_p < 1:
        values, tokens = torch.topk(scaled, min(CANDIDATES, scaled.numel()))
        probabilities = torch.exp(values - normaliser)
        if float(probabilities.sum()) >= params.top_p:
            return probabilities, tokens
    values, tokens = torch.sort(scaled, descending=True)
    return torch.exp(values - normaliser), tokens


def _uniform(seed: int | None, position: int) -> float:
    import torch

    if seed is None:
        return float(torch.rand((), dtype=torch.float64))
    generator = torch.Generator().manual_seed((seed * 1_000_003 + position) % 2**63)
    return float(torch.rand((), generator=generator, dtype=torch.float64))


def _log_probability(logits: torch.Tensor, token: int) -> float:
    import torch

    return float(torch.log_softmax(logits.double(), 0)[token])
