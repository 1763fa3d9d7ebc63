"""What is known of an answer from its stream."""

from __future__ import annotations

import json

from lsp_server.engine.wire import AnswerReader


def test_an_answer_that_was_stopped_has_the_figures_told_before() -> None:
    """One that went in circles was reported as read from nothing: its usage comes at the end, which it never got to."""
    reader = AnswerReader()
    for processed in (280, 300):
        progress = {"processed": processed, "total": 300, "cache": processed}
        reader.read(json.dumps({"prompt_progress": progress}))
    reader.read(json.dumps({"choices": [{"delta": {"content": "again"}}]}))

    figures = reader.figures()

    assert (figures.prompt_tokens, figures.cached_tokens) == (300, 280)
