"""What makes an answer one of high or low confidence."""

from __future__ import annotations

import pytest

from lsp_server import confidence
from lsp_server.engine.types import Usage


@pytest.mark.parametrize(
    ("told", "level"),
    [(None, None), (confidence.LEAST, "high"), (confidence.LEAST - 0.01, "low"), (1.0, "high"), (0.0, "low")],
)
def test_a_text_is_judged_by_its_tokens(told: float | None, level: str | None) -> None:
    assert confidence.of_text(Usage(confidence=told)) == level
