"""The arithmetic of estimates."""

from __future__ import annotations

import pytest

from lsp_server.models import eta, table
from lsp_server.models.eta import Rates


def test_an_estimate_needs_the_rates_it_uses():
    assert Rates().seconds(0, 10) is None
    assert Rates(decode=50).seconds(100, 10) is None
    assert Rates(decode=50).seconds(0, 100) == pytest.approx(2)


def test_prefill_and_decode_add_up():
    assert Rates(300, 50).seconds(600, 100) == pytest.approx(4)


def test_newer_measurements_weigh_more():
    rates = Rates().with_answer(1000, 0, 10.0, 40.0)

    assert rates == Rates(prefill=100, decode=40, fresh=1.0)
    assert rates.with_answer(1000, 0, 5.0, 50.0) == Rates(
        prefill=pytest.approx(130), decode=pytest.approx(43), fresh=1.0
    )


def test_only_tokens_that_were_read_measure_reading():
    rates = Rates().with_answer(1000, 900, 1.0, 40.0)

    assert rates == Rates(prefill=pytest.approx(100), decode=40, fresh=pytest.approx(0.1))
    assert rates.with_answer(1000, 990, 1.0, 0.0).prefill == rates.prefill


def test_a_warm_prompt_lowers_the_share_that_is_expected_to_be_new():
    rates = Rates().with_answer(1000, 0, 1.0, 40.0).with_answer(1000, 1000, 0.1, 40.0)

    assert rates.fresh == pytest.approx(1 - eta.WEIGHT)


@pytest.mark.parametrize(
    ("model", "kind", "board", "decode"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "tt", "n150", 28.3),
        ("qwen2.5-coder-0.5b-instruct-q4_k_m", "cpu", "", 34),
        ("SmolLM2-135M-Instruct.Q8_0", "cpu", "", 75),
        ("/models/Llama-3.1-8B-Instruct", "tt", "n150", 28.3),
        ("/models/llama-3.1-8b-instruct-mine/", "tt", "n300", 44.2),
    ],
)
def test_published_rates_are_the_model_tables(model, kind, board, decode):
    rates = eta.published(table.load(), model, kind, board)

    assert rates.decode == decode and rates.prefill > 100


@pytest.mark.parametrize(
    ("model", "kind", "board"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "tt", "p150x4"),
        ("meta-llama/Llama-3.1-8B-Instruct", "remote", ""),
        ("mine", "cpu", ""),
    ],
)
def test_nothing_is_made_up_where_nothing_is_published(model, kind, board):
    assert eta.published(table.load(), model, kind, board) == Rates()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (5.4, "5 s"),
        (9.9, "10 s"),
        (18.0, "20 s"),
        (57.0, "55 s"),
        (58.0, "1 min"),
        (100.0, "1 min 40 s"),
        (119.0, "2 min"),
        (400.0, "6 min"),
    ],
)
def test_seconds_are_rounded_as_one_would_say_them(seconds, words):
    assert eta.in_words(seconds) == words
