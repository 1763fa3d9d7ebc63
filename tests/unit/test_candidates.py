"""Candidates for an edit: asked for one after another on the same prompt, chosen by the checks."""

from __future__ import annotations

import sys
from contextlib import aclosing
from pathlib import Path

import pytest
from attrs import evolve

from lsp_server import actions
from lsp_server.document import Document, Span
from lsp_server.engine.types import Delta, Message, PrefillProgress, Priority
from lsp_server.models.paces import Measured, Paces
from lsp_server.settings import Settings
from lsp_server.templates import Library, built_in
from lsp_server.verify.verdict import Permission
from tests.scripted import READY, End, Gate, ScriptedEngine

CODE = "def double(n):\n    value = n * 2\n    return value\n"
GOOD = "```python\ndef double(n):\n    return n * 2\n```"
ALSO_GOOD = "```python\ndef double(n):\n    return n + n\n```"
BAD = "```python\ndef double(n:\n    return n * 2\n```"
RENAMED = "```python\ndef twice(n):\n    return n * 2\n```"


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


async def run(
    engine: ScriptedEngine, most: int = 0, priority: Priority = Priority.ACTION
) -> tuple[list[actions.Event], actions.Outcome]:
    document = Document("file:///double.py", "double.py", "python", CODE)
    events = actions.run(
        actions.Request(document, Span(0, len(CODE) - 1), "refactor"),
        engine=engine,
        library=Library.load([built_in()]),
        settings=Settings(edits_candidates=most),
        priority=priority,
    )
    async with aclosing(events):
        seen = [event async for event in events]
    assert isinstance(seen[-1], actions.Outcome)
    return seen, seen[-1]


async def test_the_first_candidate_that_passes_is_taken(engine: ScriptedEngine) -> None:
    engine.enqueue(BAD)
    engine.enqueue(RENAMED)
    engine.enqueue(GOOD)
    engine.enqueue(ALSO_GOOD)

    seen, outcome = await run(engine, most=4)

    assert outcome.proposal is not None and "return n * 2" in outcome.proposal.new_text
    assert outcome.text == GOOD
    assert len(engine.requests) == 3
    assert [type(event) for event in seen].count(actions.Reset) == 2


async def test_every_candidate_is_asked_with_the_same_prompt_and_more_freely(engine: ScriptedEngine) -> None:
    """The prompt is then in the KV cache; and the likeliest words have failed already."""
    engine.enqueue(BAD)
    engine.enqueue(GOOD)

    await run(engine, most=2)

    first, second = engine.requests
    assert first.messages == second.messages
    assert second.sampling.temperature > first.sampling.temperature
    assert second.sampling.max_tokens == first.sampling.max_tokens


async def test_when_none_passes_there_is_still_one_repair_round(engine: ScriptedEngine) -> None:
    for answer in (BAD, BAD, GOOD):
        engine.enqueue(answer)

    _, outcome = await run(engine, most=2)

    assert outcome.proposal is not None
    repair = engine.requests[2]
    assert repair.messages[:-2] == engine.requests[0].messages
    assert repair.messages[-2].content == BAD
    assert len(engine.requests) == 3


async def test_one_candidate_means_that_a_failure_is_repaired_at_once(engine: ScriptedEngine) -> None:
    engine.enqueue(BAD)
    engine.enqueue(GOOD)

    await run(engine, most=1)

    assert [len(request.messages) for request in engine.requests] == [2, 4]


async def test_what_no_candidate_mends_is_refused_with_a_reason(engine: ScriptedEngine) -> None:
    for _ in range(3):
        engine.enqueue(BAD)

    _, outcome = await run(engine, most=2)

    assert outcome.proposal is None
    assert outcome.refused


@pytest.mark.parametrize(("kind", "asked"), [("cpu", 2), ("tt", 3), ("remote", 3)])
async def test_the_default_is_the_engines(engine: ScriptedEngine, kind: str, asked: int) -> None:
    """One answer and a repair on the CPU; two answers and a repair elsewhere."""
    engine.become(kind=kind)
    for _ in range(asked):
        engine.enqueue(BAD)

    await run(engine)

    assert len(engine.requests) == asked


async def test_idle_work_tries_one_candidate(engine: ScriptedEngine) -> None:
    """Nobody waits for it; the engine has better things to do."""
    for _ in range(2):
        engine.enqueue(BAD)

    await run(engine, most=5, priority=Priority.IDLE)

    assert len(engine.requests) == 2


async def test_closing_a_run_cancels_the_candidate_that_is_being_written(engine: ScriptedEngine) -> None:
    engine.enqueue(BAD)
    engine.enqueue("```python\n", Gate("never"))
    document = Document("file:///double.py", "double.py", "python", CODE)
    events = actions.run(
        actions.Request(document, Span(0, len(CODE) - 1), "refactor"),
        engine=engine,
        library=Library.load([built_in()]),
        settings=Settings(edits_candidates=3),
    )

    async with aclosing(events):
        async for _ in events:
            if len(engine.requests) == 2 and engine.requests[1].outcome == "running":
                break

    assert engine.requests[1].outcome == "cancelled"
    assert len(engine.requests) == 2


async def within_a_minute(
    engine: ScriptedEngine, seconds: float, *answers: str, most: int = 1
) -> actions.Outcome:
    """Run with a limit of 60 s where every answer takes so many seconds; 10 tokens are written in one."""
    for answer in answers:
        engine.enqueue(answer)
    paces = Paces()
    paces.learn("cpu scripted", Measured("refactor", 1000, 0, 30, 10.0, 10.0))
    document = Document("file:///double.py", "double.py", "python", CODE)
    events = actions.run(
        actions.Request(document, Span(0, len(CODE) - 1), "refactor"),
        engine=engine,
        library=Library.load([built_in()]),
        settings=Settings(edits_candidates=most, edits_max_seconds=60),
        paces=paces,
        clock=lambda: seconds * len(engine.requests),
    )
    async with aclosing(events):
        *_, outcome = [event async for event in events]
    assert isinstance(outcome, actions.Outcome)
    return outcome


@pytest.mark.parametrize("most", [1, 3])
async def test_no_answer_is_asked_for_that_the_time_of_the_edit_does_not_allow(
    engine: ScriptedEngine, most: int
) -> None:
    """The limit was one for each answer, so that an edit took twice as long."""
    outcome = await within_a_minute(engine, 59, BAD, GOOD, most=most)

    assert len(engine.requests) == 1 and outcome.proposal is None
    assert outcome.refused.endswith(
        "There was no time to try again within the 60 s of ttAssistant.edits.maxSeconds."
    )


async def test_a_repair_has_what_is_left_of_the_time(engine: ScriptedEngine) -> None:
    outcome = await within_a_minute(engine, 50, BAD, GOOD)

    first, repair = engine.requests
    assert outcome.proposal is not None and outcome.refused == ""
    assert 21 < repair.sampling.max_tokens < 100 < first.sampling.max_tokens


CONTINUES = evolve(READY, continues=True)
BEGUN = "```python\ndef double(n):"


async def test_an_answer_is_begun_with_the_definition_and_ends_with_its_block() -> None:
    engine = ScriptedEngine(status=CONTINUES)
    engine.enqueue("\n    return", " n * 2")

    seen, outcome = await run(engine, most=1)

    asked = engine.requests[0]
    assert asked.messages[-1] == Message("assistant", BEGUN)
    assert "fenced block" not in asked.messages[-2].content
    assert "\n```" in asked.sampling.stop
    assert outcome.text == GOOD == "".join(event.text for event in seen if isinstance(event, Delta))
    assert outcome.proposal is not None and outcome.proposal.new_text.endswith("    return n * 2\n")


async def test_nothing_is_shown_of_a_begun_answer_before_the_model_says_something() -> None:
    engine = ScriptedEngine(status=CONTINUES)
    engine.enqueue(PrefillProgress(1, 2), "\n    return n + n")

    seen, _ = await run(engine, most=1)

    told = [event for event in seen if isinstance(event, (PrefillProgress, Delta))]
    assert isinstance(told[0], PrefillProgress)
    assert told[1] == Delta(f"{BEGUN}\n    return n + n")


async def test_the_repair_of_a_begun_answer_is_begun_too() -> None:
    engine = ScriptedEngine(status=CONTINUES)
    engine.enqueue("\n    return n * (2")
    engine.enqueue("\n    return n * 2")

    _, outcome = await run(engine, most=1)

    roles = [message.role for message in engine.requests[1].messages]
    assert roles == ["system", "user", "assistant", "user", "assistant"]
    assert engine.requests[1].messages[2].content == f"{BEGUN}\n    return n * (2\n```"
    assert engine.requests[1].messages[4].content == BEGUN
    assert outcome.text == GOOD


async def test_an_answer_cut_off_is_not_closed() -> None:
    engine = ScriptedEngine(status=CONTINUES)
    engine.enqueue("\n    return n", End("length"))
    engine.enqueue("\n    return n", End("length"))

    _, outcome = await run(engine, most=1)

    assert outcome.text == f"{BEGUN}\n    return n"
    assert "came to no end" in outcome.refused


async def test_an_explanation_that_goes_round_in_circles_is_of_low_confidence(engine: ScriptedEngine) -> None:
    engine.enqueue("It is. It is. It is.", End("repetition", confidence=0.99))
    document = Document("file:///double.py", "double.py", "python", CODE)
    events = actions.run(
        actions.Request(document, Span(0, len(CODE) - 1), "hover", confidence=True),
        engine=engine,
        library=Library.load([built_in()]),
        settings=Settings(),
    )

    async with aclosing(events):
        outcome = [event async for event in events][-1]

    assert isinstance(outcome, actions.Outcome)


async def test_the_line_of_code_that_was_cut_off_is_not_part_of_the_edit(tmp_path: Path) -> None:
    engine = ScriptedEngine(status=CONTINUES)
    engine.enqueue(
        "one():\n    assert double(1) == 2\n    assert double(1) == 2\n    assert double(2) == 4.",
        End("repetition"),
    )
    document = Document((tmp_path / "double.py").as_uri(), "double.py", "python", CODE)
    asked = actions.Request(document, Span(0, len(CODE) - 1), "tests")

    async with aclosing(
        actions.run(asked, engine=engine, library=Library.load([built_in()]), settings=Settings())
    ) as events:
        *_, outcome = [event async for event in events]

    assert isinstance(outcome, actions.Outcome) and outcome.proposal is not None
    assert outcome.proposal.new_text == (
        "from double import double\n\n\ndef test_double_one():\n    assert double(1) == 2\n"
    )


async def with_answer(engine: ScriptedEngine, answer: str) -> actions.Outcome:
    document = Document("file:///double.py", "double.py", "python", CODE)
    asked = actions.Request(document, Span(0, len(CODE) - 1), "docstring", answer=answer)
    async with aclosing(
        actions.run(asked, engine=engine, library=Library.load([built_in()]), settings=Settings())
    ) as events:
        *_, outcome = [event async for event in events]
    assert isinstance(outcome, actions.Outcome)
    return outcome


async def test_what_the_model_said_before_is_checked_without_asking_it() -> None:
    """After a consent the tests that were shown are run, not new ones."""
    engine = ScriptedEngine()

    outcome = await with_answer(engine, "Give twice the number.")

    assert outcome.proposal is not None and "Give twice the number." in outcome.proposal.new_text
    assert engine.requests == []


async def test_where_it_fails_a_check_the_model_mends_it() -> None:
    engine = ScriptedEngine()
    engine.enqueue("Give twice the number.")

    outcome = await with_answer(engine, CODE)

    (asked,) = engine.requests
    assert CODE.strip() in asked.messages[-2].content
    assert outcome.proposal is not None and "Give twice the number." in outcome.proposal.new_text


async def test_documentation_that_is_one_sentence_in_circles_is_refused() -> None:
    """It was offered up to where it was stopped: "takes a rate and returns a rate that takes a rate and returns"."""
    engine = ScriptedEngine()
    for _ in range(2):
        engine.enqueue("It takes a number and returns a number that takes a number and", End("repetition"))
    document = Document("file:///double.py", "double.py", "python", CODE)
    asked = actions.Request(document, Span(0, len(CODE) - 1), "docstring")

    async with aclosing(
        actions.run(asked, engine=engine, library=Library.load([built_in()]), settings=Settings())
    ) as events:
        *_, outcome = [event async for event in events]

    assert isinstance(outcome, actions.Outcome) and outcome.proposal is None
    assert "in circles" in outcome.refused


async def test_the_sentence_in_which_documentation_was_cut_off_is_left_out() -> None:
    engine = ScriptedEngine()
    engine.enqueue("Give twice the number. It is fast. It is implemented in", End("length"))
    document = Document("file:///double.py", "double.py", "python", CODE)
    asked = actions.Request(document, Span(0, len(CODE) - 1), "docstring")

    async with aclosing(
        actions.run(asked, engine=engine, library=Library.load([built_in()]), settings=Settings())
    ) as events:
        *_, outcome = [event async for event in events]

    assert isinstance(outcome, actions.Outcome) and outcome.proposal is not None
    assert '"""Give twice the number. It is fast."""' in outcome.proposal.new_text


async def test_a_correct_fix_changes_what_the_code_does(tmp_path: Path) -> None:
    """Where code may be run, the bug counted as behaviour to keep, and the fix of it was refused."""
    code = "def last(values: list[int]) -> int:\n    return values[len(values)]\n"
    fixed = code.replace("len(values)", "-1")
    (tmp_path / "last.py").write_text(code)
    document = Document((tmp_path / "last.py").as_uri(), "last.py", "python", code)
    permission = Permission(tmp_path, run_code=True, python=sys.executable)

    async def outcome(action: str) -> actions.Outcome:
        engine = ScriptedEngine()
        for _ in range(4):
            engine.enqueue(f"```python\n{fixed}```")
        events = actions.run(
            actions.Request(document, Span(0, len(code) - 1), action),
            engine=engine,
            library=Library.load([built_in()]),
            settings=Settings(),
            permission=permission,
        )
        async with aclosing(events):
            *_, last = [event async for event in events]
        assert isinstance(last, actions.Outcome)
        return last

    fix, refactor = await outcome("fix"), await outcome("refactor")

    assert fix.proposal is not None and fix.proposal.new_text == fixed
    told = next(check for check in fix.proposal.checks if check.name == "same behaviour")
    assert told.ok is None and "the old code raises IndexError" in told.detail
    assert refactor.proposal is None and "it behaves differently" in refactor.refused.lower()
