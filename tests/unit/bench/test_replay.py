"""The figures that are made of what was played."""

from __future__ import annotations

import argparse

import pytest
from attrs import evolve

from bench import latency
from bench.editor import Place
from bench.host import Total
from bench.kept import Kept, Keys
from bench.player import Ask, Hover, Played, Warmed
from bench.replay import (
    Plays,
    cached_before,
    figures,
    idle_wasted_share,
    prompt_size,
    warm_share,
    wasted_share,
)
from lsp_server.document import Document, Span
from lsp_server.engine.types import Message, Priority

PLACE = Place(Document("file:///a.py", "a.py", "python", "x = 1\n"), Span(0, 5))


def of(code: str) -> Place:
    return Place(Document("file:///a.go", "a.go", "go", code), Span(0, len(code)))


def asked(*times: float) -> Played:
    prefilled = {priority: 10 if priority is Priority.ACTION else 0 for priority in Priority}
    return Played([Ask("explain", PLACE, ms, Total(1, 90, 10)) for ms in times], [], prefilled)


def values(plays: Plays) -> dict[str, float]:
    return {measure.key: measure.value for measure in figures(plays)}


class Words:
    """Stands for the host: a token a word."""

    async def tokens(self, messages: list[Message]) -> list[int]:
        return [int(word) for message in messages for word in message.content.split()]


class Prompts:
    """Stands for the product's prompts: a prefix of eight tokens, a task of two."""

    async def prefix_at(self, place: Place) -> list[Message]:
        return [Message("user", "1 2 3 4 5 6 7 8 99")]

    async def messages_at(self, action: str, place: Place) -> list[Message]:
        return [Message("user", "1 2 3 4 5 6 7 8 50 51")]


def test_idle_work_is_judged_by_pairs() -> None:
    found = values(Plays(on=[asked(100, 300, 220)], off=[asked(100, 150, 200)]))

    assert found["idle_on_over_off"] == 1.1
    assert found["idle_on_over_off_p95"] == 1.5
    assert found["trace_ttft_ms"] == 220


def test_prepared_answers_make_no_pair() -> None:
    on = asked(100, 10)
    on.steps[1] = evolve(on.asks[1], prepared=True)

    found = values(Plays(on=[on], off=[asked(50, 1000)]))

    assert found["idle_on_over_off"] == 2
    assert found["prepared_share"] == 0.5


def test_what_was_played_without_idle_work_may_end_sooner() -> None:
    found = values(Plays(on=[asked(100, 900)], off=[asked(50)]))

    assert found["idle_on_over_off"] == 2
    assert found["trace_ttft_ms"] == 500


def test_peers_are_compared_at_the_same_share() -> None:
    found = values(Plays(on=[asked(10, 20, 30)], off=[asked(1, 1, 1)], peers=[[100, 200, 600]]))

    assert found["ttft_over_peer_p50"] == 0.1
    assert found["ttft_over_peer_p95"] == 0.05


def test_without_peers_there_are_no_figures_about_them() -> None:
    assert "ttft_over_peer_p50" not in values(Plays(on=[asked(10)], off=[asked(10)]))


def test_hovers_that_were_stale_are_counted_among_those_on_edited_code() -> None:
    keys = Keys("model")
    new, old = of("func New() {}"), of("func Old() {}")
    answers = {keys.explanation(new): "Of the new.", keys.explanation(old): "Of the old."}
    played = asked(10)
    played.kept = Kept(keys, answers=answers)
    played.hovers = [
        Hover(5, "Of the old.", True, new, edited=True),
        Hover(7, "Of the new.", True, new, edited=True),
        Hover(900, "Of the old.", False, old, edited=False),
    ]

    found = {measure.key: measure for measure in figures(Plays(on=[played], off=[asked(10)]))}

    assert found["stale_hovers"].value == 1
    assert found["stale_hovers"].samples == (1, 0)
    assert found["hover_hit_share"].value == 0.667
    assert found["trace_hover_hit_ms"].value == 7


async def test_a_prepared_answer_is_as_long_as_its_prompt_would_have_been() -> None:
    ask = Ask("docstring", PLACE, 10, Total(), prepared=True)

    assert await prompt_size(ask, Words(), Prompts()) == 10  # type: ignore[arg-type]
    assert await prompt_size(evolve(ask, cost=Total(1, 4, 3), prepared=False), Words(), Prompts()) == 7  # type: ignore[arg-type]


def test_idle_work_is_in_vain_where_nobody_was_shown_what_came_of_it() -> None:
    kept = Kept(Keys("model"))
    kept.tokens.spent = {
        kept.keys.explanation(of("func A() {}")): 10,
        kept.keys.explanation(of("func B() {}")): 20,
        kept.keys.draft(PLACE): 30,
    }
    prepared = Ask("docstring", PLACE, 10, Total(), prepared=True)
    hover = Hover(5, "It is a.", True, of("func A() {}"), edited=False)
    played = Played([prepared], [hover], {Priority.IDLE: 60}, kept)

    assert idle_wasted_share(played) == pytest.approx(1 / 3)


async def test_a_prompt_is_warm_by_what_precedes_its_task() -> None:
    ask = Ask("explain", PLACE, 10, Total(1, 4, 6))

    assert await warm_share(ask, Words(), Prompts()) == 0.5  # type: ignore[arg-type]


async def test_what_was_warmed_and_asked_for_is_not_in_vain() -> None:
    warmed = Warmed(PLACE, Total(1, 0, 9))
    played = Played([warmed, asked(1).asks[0]], [], {Priority.WARMING: 9, Priority.ACTION: 1})

    assert await wasted_share(played, Words(), Prompts()) == pytest.approx(1 / 9)  # type: ignore[arg-type]


def test_a_group_that_does_not_exist_is_named() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="speed: choose of start"):
        latency._groups("trace,speed")


def test_what_the_tasks_of_a_selection_find_was_not_there_before_it() -> None:
    first, tasks = Total(1, 200, 800), Total(3, 3 * 1000, 150)
    both = Total(
        first.requests + tasks.requests, first.cached + tasks.cached, first.prefilled + tasks.prefilled
    )

    assert cached_before(first, 1000) == cached_before(both, 1000) == 200
