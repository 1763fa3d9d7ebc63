"""What is said before a long answer, and what is done to keep an edit short."""

from __future__ import annotations

import math

import pytest

from lsp_server import estimate
from lsp_server.engine.types import (
    Delta,
    EngineStatus,
    Finished,
    PrefillProgress,
    SamplingParams,
    Usage,
)
from lsp_server.errors import TooSlow
from lsp_server.models.paces import Measured, Paces

CPU = EngineStatus("ready", "cpu", "small", context_window=4096)
BOARD = EngineStatus("ready", "tt", "meta-llama/Llama-3.1-8B-Instruct", board="n150", context_window=4096)
SAMPLING = SamplingParams(max_tokens=600)


@pytest.fixture
def paces() -> Paces:
    """100 tokens a second are read and 10 written; prompts are never cached."""
    made = Paces()
    made.learn("cpu small", Measured("docstring", 1000, 0, 30, 10.0, 10.0))
    return made


async def expect(paces: Paces, action: str = "refactor", output: str = "replace", selection: int = 192):
    return await estimate.expect(paces, CPU, action, output, 600, selection)


async def test_a_rewritten_selection_is_as_long_as_the_selection(paces):
    expected = await expect(paces)

    assert expected.seconds_from(Delta("x")) == pytest.approx(20)
    assert expected.sentence(20.0) == "About 20 s on this machine"


async def test_what_is_cached_is_not_read_again(paces):
    expected = await expect(paces)

    assert expected.seconds_from(PrefillProgress(200, 1200)) == pytest.approx(30)


async def test_other_answers_are_as_long_as_they_were(paces):
    known, unknown = await expect(paces, "docstring", "docstring"), await expect(paces, "tests", "file")

    assert known.answer_tokens == 30
    assert unknown.answer_tokens == 300
    assert known.seconds_from(Delta("x")) == 0, "three seconds are not worth a word"


async def test_before_the_first_answer_only_published_figures_speak():
    silent = await estimate.expect(Paces(), CPU, "explain", "show", 600)
    board = await estimate.expect(Paces(), BOARD, "explain", "show", 600)

    assert silent.seconds_from(Delta("x")) == 0
    seconds = board.seconds_from(Delta("x"))
    assert seconds == pytest.approx(300 / 28.3)
    assert board.sentence(seconds) == "About 10 s, by published figures"


async def test_a_remote_engine_is_not_this_machine(paces):
    remote = EngineStatus("ready", "remote", "big")
    paces.learn("remote big", Measured("explain", 1000, 0, 300, 1.0, 10.0))

    expected = await estimate.expect(paces, remote, "explain", "show", 600)

    assert expected.sentence(30.0) == "About 30 s"


async def test_an_answer_is_cut_to_the_time_it_may_take(paces):
    expected = await expect(paces)

    assert expected.within(math.inf, 500, SAMPLING) == SAMPLING
    assert expected.within(100, 500, SAMPLING) == SAMPLING
    assert expected.within(30, 500, SAMPLING).max_tokens == 250, "five seconds go to reading"


async def test_code_that_cannot_be_rewritten_in_time_is_refused(paces):
    expected = await expect(paces)

    with pytest.raises(TooSlow) as refused:
        expected.within(20, 500, SAMPLING)

    assert refused.value.message == (
        "This edit would take about 25 s, more than ttAssistant.edits.maxSeconds allows: select less or raise it."
    )
    assert refused.value.button == "openSettings"


async def test_published_figures_refuse_nothing_while_there_is_time():
    expected = await estimate.expect(Paces(), BOARD, "refactor", "replace", 600, 5000)

    assert expected.within(1, 500, SAMPLING) == SAMPLING
    with pytest.raises(TooSlow):
        expected.within(0, 500, SAMPLING)


async def test_what_an_answer_took_is_learnt(paces):
    expected = await expect(paces, "docstring", "docstring")

    await expected.learn(Finished("stop", Usage(1000, 500, 60, 5000.0, 20.0)))
    await expected.learn(Finished("length", Usage(1000, 500, 600, 5000.0, 20.0)))

    pace = paces.of("cpu small")
    assert pace.answers == {"docstring": pytest.approx(39)}
    assert pace.rates.prefill == pytest.approx(100)
    assert 10 < pace.rates.decode < 20
