"""How a prefill that nobody waits for is divided."""

from __future__ import annotations

import pytest

from lsp_server.host.backends.cpu.steps import STEP, TAIL, Steps, common


def test_a_long_new_prompt_goes_in_one_piece_up_to_its_end() -> None:
    assert Steps().of(list(range(1000))) == [1000 - TAIL + STEP * n for n in range(1, TAIL // STEP + 1)]


def test_only_what_is_new_goes_in_steps() -> None:
    steps, prompt = Steps(), list(range(1000))
    steps.done([*range(950), 1, 2, 3])

    assert steps.of(prompt) == [950 + STEP, 1000]


def test_a_known_prompt_is_one_piece() -> None:
    steps, prompt = Steps(), list(range(1000))
    steps.done([*prompt, 7, 7])

    assert steps.of(prompt) == [1000]


@pytest.mark.parametrize(("a", "b"), [([], [1]), ([1, 2, 3], [1, 2, 4]), ([1, 2], [1, 2, 3]), ([5], [6])])
def test_common_is_the_length_of_the_shared_beginning(a: list[int], b: list[int]) -> None:
    assert a[: common(a, b)] == b[: common(a, b)]
    assert a[: common(a, b) + 1] != b[: common(a, b) + 1] or common(a, b) == min(len(a), len(b))
