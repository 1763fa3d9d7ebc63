"""An answer that goes round in circles is stopped; one that merely has similar lines is not."""

from __future__ import annotations

import itertools

import pytest

from lsp_server.engine.repetition import Repetition, repeats, said_once

LOOP = "Dot notation is used to write a docstring, and it is often used in place of a regular docstring.\n\n"


OPENING = """The magic is that it only needs to multiply base by itself and then subtract 1 to reach the desired result.
This is a bit of a double-edged sword. On one hand, it allows for a very fast calculation of powers. On the other hand, it
can also be very slow for large exponents."""
AGAIN = OPENING.replace("a very fast calculation of powers", "very fast calculations")
"""The same but for a few words, as a small model goes on."""
ROWS = "\n".join(
    f"| `{name}` | int | the {name} of the point, in pixels from the left |" for name in "abcdefgh"
)


def first_stop(text: str, step: int = 5, begun: str = "") -> int | None:
    """After how many characters the answer is stopped when it comes in small deltas."""
    watcher = Repetition(begun)
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
        f"{OPENING}\n\nIn short: it can be very slow for large exponents. Use `pow` for those.",
        f"Either:\n```python\n{OPENING}\n```\nor:\n```python\n{AGAIN}\n```\n",
        ROWS,
    ],
)
def test_sensible_repetition_is_left_alone(text: str) -> None:
    assert first_stop(text) is None


def test_prose_that_says_the_same_again_in_nearly_the_same_words_is_stopped() -> None:
    stopped = first_stop(f"{OPENING}\n\n{AGAIN}\n\n{AGAIN}\n\n{AGAIN}")

    assert stopped is not None and stopped < len(f"{OPENING}\n\n{AGAIN}\n\n{AGAIN}")


def test_code_may_have_nearly_the_same_lines_also_where_the_answer_goes_on_from_a_fence() -> None:
    code = "\n\n".join([OPENING, AGAIN, OPENING])

    assert first_stop(code, begun="```python\ndef power(") is None
    assert first_stop(code) is not None


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        (f"{OPENING}\n\n{OPENING}\n\nThe magic is that it only", OPENING),
        (f"{OPENING}\n\n1. {OPENING}\n\n2. {OPENING}", OPENING),
        (LOOP * 4, LOOP.strip()),
        ("It is a list. " + "0, " * 200, "It is a list. 0,"),
        (f"```\nf()\nf()\n```\n{OPENING} {OPENING}", f"```\nf()\nf()\n```\n{OPENING}"),
    ],
)
def test_what_was_stopped_is_shown_once(answer: str, rest: str) -> None:
    assert said_once(answer) == rest


def test_looking_is_cheap_enough_for_every_delta() -> None:
    watcher = Repetition()
    words = itertools.cycle(["alpha ", "beta ", "gamma\n", "delta, "])

    looks = sum(1 for _, word in zip(range(2000), words, strict=False) if watcher.found(word))

    assert looks > 0 and not repeats("abc")
