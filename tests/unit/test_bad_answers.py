"""The tables of bad answers as a scripted engine gives them, twice: an action ends with an edit that breaks nothing, or with
a reason. Judged by the means of the quality bench, which shares no code with the checks."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from bench import judge
from lsp_server import actions
from lsp_server.settings import Settings
from lsp_server.templates import Library, built_in
from tests.scripted import ScriptedEngine
from tests.unit.edits.reply_tables import document_of, rows

LIBRARY = Library.load([built_in()])
GRAMMARS = {"python", "typescript", "go", "rust", "c", "cpp", "java"}


async def outcome_of(action: str, row: dict[str, str]) -> actions.Outcome:
    engine = ScriptedEngine()
    engine.enqueue(row["reply"])
    engine.enqueue(row["reply"])
    document, span = document_of(row)
    events = actions.run(
        actions.Request(document, span, action), engine=engine, library=LIBRARY, settings=Settings()
    )
    async with aclosing(events):
        *_, outcome = [event async for event in events]
    assert isinstance(outcome, actions.Outcome)
    return outcome


@pytest.mark.parametrize(
    ("action", "table"), [("docstring", "docstring"), ("refactor", "replacement"), ("tests", "tests")]
)
async def test_no_bad_answer_becomes_an_edit_that_breaks_something(action: str, table: str) -> None:
    found = rows(table)
    offered = 0
    for (row,) in (parameters.values for parameters in found):
        outcome = await outcome_of(action, row)

        if outcome.proposal is None:
            assert outcome.refused.endswith("."), row
            continue
        offered += 1
        document, span = document_of(row)
        old, new = outcome.proposal.base_text, outcome.proposal.new_text
        assert document.language in GRAMMARS
        assert judge.parses(document.language, old, new), row
        if action == "docstring":
            assert judge.code_unchanged(document.language, old, new), row
        if action == "refactor":
            assert judge.outside_unchanged(old, new, span.start, span.end), row
    assert len(found) >= 200 and 0 < offered < len(found)
