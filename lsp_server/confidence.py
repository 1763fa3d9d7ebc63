"""How far a text can be trusted, by the probabilities of its tokens. An edit has its checks.

The limit was measured (docs/decisions/0005). Pure.
"""

from __future__ import annotations

from typing import Literal

from lsp_server.engine.types import Usage

Confidence = Literal["high", "low"]

LEAST = 0.55
"""An answer whose tokens are less probable than this on (geometric) average is not told as a fact."""


def of_text(usage: Usage) -> Confidence | None:
    """Of an answer that is shown; None when the engine did not tell."""
    if usage.confidence is None:
        return None
    return "high" if usage.confidence >= LEAST else "low"
