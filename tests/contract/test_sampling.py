"""The token the host chooses: each parameter against probabilities worked out by hand."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from lsp_server.host.backends import BackendError, SamplingParams
from lsp_server.host.backends.tt import sampling
from lsp_server.host.backends.tt.sampling import choose

ROW = torch.tensor([0.1, 0.4, 0.3, 0.2]).log()
DRAWS = 4000


def shares(row: torch.Tensor, **params) -> dict[int, float]:
    """How often each token is drawn, over seeds."""
    drawn = Counter(choose(row, SamplingParams(seed=seed, **params), 7)[0] for seed in range(DRAWS))
    return {token: count / DRAWS for token, count in drawn.items()}


def close(found: dict[int, float], expected: dict[int, float]) -> bool:
    """Within four standard deviations, and no other token."""
    return found.keys() == expected.keys() and all(
        abs(found[token] - share) <= 4 * math.sqrt(share * (1 - share) / DRAWS)
        for token, share in expected.items()
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"temperature": 1.0, "top_p": 1.0}, {0: 0.1, 1: 0.4, 2: 0.3, 3: 0.2}),
        ({"temperature": 1.0, "top_p": 1.0, "top_k": 2}, {1: 4 / 7, 2: 3 / 7}),
        ({"temperature": 1.0, "top_p": 0.6}, {1: 4 / 7, 2: 3 / 7}),
        ({"temperature": 1.0, "top_p": 0.39}, {1: 1.0}),
        ({"temperature": 1.0, "top_p": 0.71}, {1: 4 / 9, 2: 3 / 9, 3: 2 / 9}),
        # Of the three that top_k leaves, 4/9 and 3/9 reach 0.7.
        ({"temperature": 1.0, "top_p": 0.7, "top_k": 3}, {1: 4 / 7, 2: 3 / 7}),
        ({"temperature": 0.5, "top_p": 1.0}, {0: 1 / 30, 1: 16 / 30, 2: 9 / 30, 3: 4 / 30}),
        ({"temperature": 0.0, "top_p": 0.1, "top_k": 3}, {1: 1.0}),
    ],
)
def test_tokens_are_drawn_as_often_as_they_should_be(params, expected):
    assert close(shares(ROW, **params), expected)


def test_a_row_wider_than_the_candidates_gives_the_same_shares(monkeypatch):
    """The nucleus is looked for among the likeliest first, and in the whole row where it does not fit there."""
    wide = torch.cat((ROW, torch.full((50,), -30.0)))
    params = {"temperature": 1.0, "top_p": 0.95}
    whole = shares(wide, **params)

    monkeypatch.setattr(sampling, "CANDIDATES", 2)

    assert shares(wide, **params) == whole
    assert close(whole, {0: 0.1, 1: 0.4, 2: 0.3, 3: 0.2})


def test_a_seed_and_a_position_decide_the_draw():
    row = torch.zeros(500)
    params = SamplingParams(temperature=1.0, top_p=1.0, seed=3)

    drawn = [choose(row, params, position)[0] for position in range(20)]

    assert drawn == [choose(row, params, position)[0] for position in range(20)]
    assert len(set(drawn)) > 10, "the draws of one seed differ from position to position"
    other = SamplingParams(temperature=1.0, top_p=1.0, seed=4)
    assert drawn != [choose(row, other, position)[0] for position in range(20)]


def test_without_a_seed_draws_differ():
    row = torch.zeros(500)

    drawn = {choose(row, SamplingParams(temperature=1.0, top_p=1.0), 7)[0] for _ in range(20)}

    assert len(drawn) > 10


def test_the_log_probability_is_of_the_unmodified_distribution():
    params = SamplingParams(temperature=0.3, top_k=1, logprobs=True)

    token, log_probability = choose(ROW, params, 0)

    assert token == 1 and log_probability == pytest.approx(math.log(0.4))
    assert choose(ROW, SamplingParams(temperature=0), 0)[1] is None


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(bad):
    """A board that computes nonsense must not be shown as text."""
    row = ROW.clone()
    row[2] = bad

    with pytest.raises(BackendError, match="not finite") as refused:
        choose(row, SamplingParams(temperature=0), 0)

    assert refused.value.fatal and refused.value.code == "device"
