"""How long a context fits: the model's KV cache against the board's memory. Pure arithmetic."""

from __future__ import annotations

from attrs import frozen

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt.boards import GB, Board
from lsp_server.host.backends.tt.pages import BLOCK
from lsp_server.host.backends.tt.weights import Weights

BFLOAT8_B = 1.0625
"""Bytes a number: a shared exponent for sixteen."""
PERFORMANCE = 0.85
"""Feed-forward weights in bfloat4_b, as a share of all weights in bfloat8_b (an estimate)."""
USABLE_DRAM = 0.92
ACTIVATIONS = 1 * GB
COMFORTABLE = 32_768
"""Chosen by itself up to here; more is a setting, since warming up takes longer with it."""
COMFORTABLE_WITHOUT_RESUME = 16_384
"""A generation that cannot resume warms up every bucket of the window."""
SMALLEST = 4096
SPARE = 8
"""Blocks beyond the window; the standalone package rounds up to eight."""


@frozen
class Window:
    tokens: int
    """A power of two: tt-metal's warm-up asserts it."""
    blocks: int


def choose(board: Board, weights: Weights, mode: str, requested: int, *, resumes: bool) -> Window:
    """The context window and the number of KV blocks. Raises BackendError when the model does not fit."""
    free = _free(board, weights, mode)
    token = 2 * weights.layers * weights.kv_heads * weights.head_dim * BFLOAT8_B
    fits = int(free / token)
    most = min(weights.max_positions, board.max_context)
    if requested:
        tokens = _power_of_two(min(requested, most))
        if tokens < 2048:
            raise BackendError(
                f"A context window of {requested} tokens is too small for a board; use 4096 or more.",
                code="unsupported",
            )
    else:
        tokens = _power_of_two(min(most, fits, COMFORTABLE if resumes else COMFORTABLE_WITHOUT_RESUME))
        if tokens < SMALLEST:
            raise BackendError(
                f"{weights.name} does not fit {board.name}: {weights.size * BFLOAT8_B / 2 / GB:.0f} GB of weights leave too "
                f"little of its {board.dram / GB:.0f} GB for a context. Choose a smaller model.",
                code="unsupported",
            )
    pool = max(tokens, min(2 * tokens, fits))
    blocks = pool // BLOCK // SPARE * SPARE + SPARE
    return Window(tokens, blocks)


def _free(board: Board, weights: Weights, mode: str) -> float:
    share = PERFORMANCE if mode == "performance" else 1.0
    device_weights = weights.size / 2 * BFLOAT8_B * share
    return board.dram * USABLE_DRAM - device_weights - board.trace_region - ACTIVATIONS


def _power_of_two(tokens: int) -> int:
    return 1 << (max(tokens, 1).bit_length() - 1)
