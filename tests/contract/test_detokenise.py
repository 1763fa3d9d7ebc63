"""Text comes in deltas that never split a character or a stop string, and together are the text of all ids."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.backends.tt.detokenise import REPLACEMENT, Detokeniser

BYTES = 256
SPECIAL = 300
"""A token that is skipped when text is made of it."""
CHARACTERS = st.sampled_from("aB \n`é漢😀👩‍💻́")


def byte_level(ids: Sequence[int]) -> str:
    """As Llama 3 and Qwen do: a token is bytes, and the text starts where they start."""
    return bytes(id for id in ids if id < BYTES).decode("utf-8", errors="replace")


def sentence_piece(ids: Sequence[int]) -> str:
    """As Mistral and Phi-3 do: the space a text begins with is dropped."""
    return byte_level(ids).removeprefix(" ")


DECODERS = pytest.mark.parametrize("decode", [byte_level, sentence_piece])


def deltas(detokeniser: Detokeniser, ids: Sequence[int]) -> list[str]:
    return [*(detokeniser.push(id) for id in ids), detokeniser.flush()]


@DECODERS
@given(text=st.text(CHARACTERS, max_size=30), prompt=st.text(CHARACTERS, min_size=1, max_size=12))
def test_no_character_is_split_and_nothing_is_lost(decode, text, prompt):
    told = deltas(Detokeniser(decode, (), list(prompt.encode())), list(text.encode()))

    assert "".join(told) == text
    assert not any(REPLACEMENT in delta for delta in told)


@DECODERS
@given(
    before=st.text(CHARACTERS, min_size=1, max_size=10),
    after=st.text(CHARACTERS, max_size=10),
    prompt=st.sampled_from(["x", "\n\n"]),
)
def test_a_resumed_answer_goes_on_where_it_was_interrupted(decode, before, after, prompt):
    start = list(prompt.encode())
    first = deltas(Detokeniser(decode, (), start), list(before.encode()))
    second = deltas(Detokeniser(decode, (), start + list(before.encode())), list(after.encode()))

    assert "".join(first + second) == before + after


def test_a_special_token_does_not_take_the_space_from_the_next():
    told = deltas(Detokeniser(sentence_piece, (), [*b"x"]), [*b"a", SPECIAL, *b" b"])

    assert "".join(told) == "a b"


def test_a_prompt_that_ends_inside_a_character_is_no_context():
    half, rest = "é".encode()

    told = deltas(Detokeniser(byte_level, (), [*b"x", half]), [rest, *b"y"])

    assert "".join(told) == f"{REPLACEMENT}y"


def test_an_answer_that_ends_inside_a_character_shows_that_it_does():
    half = "é".encode()[0]

    assert "".join(deltas(Detokeniser(byte_level, ()), [*b"x", half])) == f"x{REPLACEMENT}"


@DECODERS
@given(text=st.text(st.sampled_from("ab`é"), max_size=20), stop=st.sampled_from(["```", "ab", "é`"]))
def test_text_ends_before_the_stop_string_and_shows_no_part_of_it(decode, text, stop):
    detokeniser = Detokeniser(decode, (stop,), [*b"x"])
    told = []
    for id in text.encode():
        told.append(detokeniser.push(id))
        if detokeniser.stopped:
            break
    if not detokeniser.stopped:
        told.append(detokeniser.flush())

    assert "".join(told) == text.partition(stop)[0]
    assert detokeniser.stopped is (stop in text)
