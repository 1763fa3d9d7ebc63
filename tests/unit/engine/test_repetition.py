"""An answer that goes round in circles is stopped; one that merely has similar lines is not."""

from __future__ import annotations

import itertools

import pytest

from lsp_server.engine.repetition import Repetition, repeats

LOOP = "Dot notation is used to write a docstring, and it is often used in place of a regular docstring.\n\n"


def first_stop(text: str, step: int = 5) -> int | None:
    """After how many characters the answer is stopped when it comes in small deltas."""
    watcher = Repetition()
    for at in range(0, len(text), step):
        if watcher.found(text[at : at + step]):
            return at + step
    return None


@pytest.mark.parametrize("loop", [LOOP, "the " * 1, "0, ", "- item\n", LOOP * 3, "👩‍🚀 ok. "])
def test_a_loop_is_stopped_soon(loop: str) -> None:
    stopped = first_stop("An answer begins well. " + loop * (4000 // len(loop)))

    assert stopped is not None and stopped < 300 + 5 * len(loop)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return 1\n\n\n" + "\n".join(f"    assert f({i}) == {i * i}" for i in range(60)),
        "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 6,
        "=" * 80 + "\nTitle\n" + "=" * 80,
        "x = [\n" + "    0, 0, 0, 0,\n" * 8 + "]\n",
        LOOP * 2 + "Then something else.",
        " " * 1000,
    ],
)
def test_sensible_repetition_is_left_alone(text: str) -> None:
    assert first_stop(text) is None


def test_looking_is_cheap_enough_for_every_delta() -> None:
    watcher = Repetition()
    words = itertools.cycle(["alpha ", "beta ", "gamma\n", "delta, "])

    looks = sum(1 for _, word in zip(range(2000), words, strict=False) if watcher.found(word))

    assert looks > 0 and not repeats("abc")
