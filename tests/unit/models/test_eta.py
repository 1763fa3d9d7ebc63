"""The estimate before a long answer."""

from __future__ import annotations

import pytest

from lsp_server.models.eta import Rates, expected_seconds


def test_an_estimate_needs_the_rates_it_uses():
    assert expected_seconds(Rates(), new_tokens=0, answer_tokens=10) is None
    assert expected_seconds(Rates(decode=50), new_tokens=100, answer_tokens=10) is None
    assert expected_seconds(Rates(decode=50), new_tokens=0, answer_tokens=100) == pytest.approx(2)


def test_prefill_and_decode_add_up():
    assert expected_seconds(Rates(300, 50), new_tokens=600, answer_tokens=100) == pytest.approx(4)


def test_newer_measurements_weigh_more_and_short_prefills_nothing():
    rates = Rates().with_prefill(1000, 10).with_prefill(10, 10).with_decode(40).with_decode(0)

    assert rates == Rates(100, 40)
    assert rates.with_prefill(1000, 5).prefill == pytest.approx(130)
