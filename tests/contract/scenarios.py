"""The core scenarios as plain functions, so that the mutants (`test_mutants.py`) meet exactly what the tests check."""

from __future__ import annotations

import attrs

from lsp_server.host.backends import SamplingParams
from tests.contract.double import model
from tests.contract.harness import GREEDY, Rig, prompt

RESUMING = ("G3", "G4", "P1", "P2")


def retreat(rig: Rig) -> None:
    """A prompt that parts a little earlier than the last must not be written into what a sibling shares."""
    tokens = prompt(1100, 191)
    sibling = tokens[:1060] + prompt(120, 192)
    rig.check(tokens, 2)
    rig.check(sibling, 2)
    rig.check(tokens[:1010] + prompt(3, 193), 2)
    rig.check(sibling, 2)
    rig.check(tokens, 2)


def several_prompts(rig: Rig) -> None:
    """Interleaved prompts that share a preamble keep their own answers."""
    preamble = prompt(700, 7)
    prompts = [preamble + prompt(200 + 90 * index, index) for index in range(4)]
    for one in prompts + prompts[::-1]:
        rig.check(one)


def siblings(rig: Rig) -> None:
    """Two prompts that part just behind a resume point do not write into each other's blocks."""
    stem = prompt(520, 5)
    left, right = stem + prompt(600, 1), stem + prompt(600, 2)
    rig.check(left)
    rig.check(right)
    rig.check(left + prompt(120, 3))
    rig.check(right + prompt(120, 4))


def reuse_is_on(rig: Rig) -> None:
    """The canary has passed wherever this build resumes rightly, and only there."""
    resumes = rig.world.generation in RESUMING and not rig.world.faults.wrong_resume
    assert rig.info.details["prefix_reuse"] is resumes, rig.info.details["note"]


def precision_is_as_asked(rig: Rig) -> None:
    assert rig.world.precision == rig.info.details["mode"] == rig.backend._options.mode


def decode_is_traced(rig: Rig) -> None:
    rig.check(prompt(40, 2))
    assert ("decode", False) in rig.world.traces
    assert not rig.world.violations, rig.world.violations


def least_recently_used_goes_first(rig: Rig) -> None:
    """What was used again stays whole; of the oldest prompt only the end goes, where its beginning can be resumed."""
    rig.backend._runner.cache.clear()
    prompts = [prompt(1500, 150 + index) for index in range(5)]
    for one in prompts:
        rig.ask(one, attrs.evolve(GREEDY, max_tokens=1))
    first, second = prompts[:2]
    rig.check(first, 1)

    rig.check(prompt(1500, 160), 1)

    assert rig.check(first, 1).cached == len(first) - 1
    resumable = rig.info.details["prefix_reuse"] and 1024 in rig.world.traced_prefills
    again = rig.check(second, 1).cached
    assert 0 < again < 1499 if resumable else again == 0


def shared_prefix_is_used(rig: Rig) -> None:
    """A prompt whose beginning another one uses is as recent as that one."""
    if not (rig.info.details["prefix_reuse"] and 1024 in rig.world.traced_prefills):
        return
    rig.backend._runner.cache.clear()
    prompts = [prompt(1500, 170 + index) for index in range(5)]
    for one in prompts:
        rig.check(one, 1)
    assert rig.check(prompts[0][:1060] + prompt(60, 180), 1).cached == 1024

    rig.check(prompt(1500, 181), 1)

    assert rig.check(prompts[0], 1).cached == 1499


def growing_chat(rig: Rig) -> None:
    """Every turn extends the last prompt by the answer and a question."""
    tokens = prompt(300, 3)
    for turn in range(5):
        answer = rig.check(tokens, 20)
        tokens = tokens + answer.ids + prompt(15 + turn, 40 + turn)


def same_prompt_again(rig: Rig) -> None:
    """A regenerated answer finds its whole prompt cached and must still begin with the right token."""
    tokens = prompt(640, 11)
    first = rig.check(tokens)
    again = rig.check(tokens)
    assert first.ids == again.ids


def warm_then_ask(rig: Rig) -> None:
    """`max_tokens: 0` prefills only; the action that follows reuses it."""
    tokens = prompt(1100, 13)
    assert rig.ask(tokens, attrs.evolve(GREEDY, max_tokens=0)).reason == "length"
    rig.check(tokens + prompt(9, 14))


def long_suffix(rig: Rig) -> None:
    """A cached beginning that ends at no round number, before more than 2,048 new tokens."""
    beginning = prompt(330, 17)
    rig.check(beginning)
    rig.check(beginning[:320] + prompt(2300, 18))
    rig.check(beginning[:320] + prompt(2700, 19))


def chunk_boundaries(rig: Rig) -> None:
    """Prompts that end just before, at and after a piece's end."""
    base = prompt(3100, 23)
    for length in (1023, 1024, 1025, 1279, 1280, 1281, 2048, 2049, 3072, 3073):
        rig.check(base[:length] + prompt(1, length), 4)


def block_boundary(rig: Rig) -> None:
    """Decode walks into new blocks."""
    for length in (60, 62, 63, 64, 65):
        rig.check(prompt(length, 29 + length), 80)


def eviction(rig: Rig) -> None:
    """More prompts than fit; each must still be answered, also the first one again."""
    prompts = [prompt(1500, 50 + index) for index in range(8)]
    for one in prompts + prompts[:2]:
        rig.check(one, 5)


def interrupted(rig: Rig) -> None:
    """Cancelled at every step and resumed with what was shown: the parts make the whole answer, nothing is read twice."""
    tokens = prompt(700, 31)
    for step in range(14):
        rig.backend._runner.cache.clear()
        whole = model.greedy(tokens, 12, rig.info.context_window)
        got, text, budget, cancel_at = [], "", 12, step
        while True:
            answer = rig.ask(tokens + got, attrs.evolve(GREEDY, max_tokens=budget), cancel_at)
            text += answer.text
            assert answer.cached == (0 if cancel_at >= 0 else len(tokens + got) - 1)
            if answer.reason != "cancelled":
                got += answer.ids
                break
            assert cancel_at >= 0, "an answer ended as cancelled that nobody cancelled"
            got, budget = got + answer.shown, budget - answer.confirmed
            rig.check(prompt(80, step), 3)
            cancel_at = -1
        assert got == whole, f"cancelled at {step}: {got} is not {whole}"
        assert text == model.text_of(whole)


def stops_at_every_end_of_turn(rig: Rig) -> None:
    """Answers that end with each of the three end-of-turn tokens, also the one only generation_config names."""
    seen: set[int] = set()
    for seed in range(2000, 4000):
        tokens = prompt(20, seed)
        expected = model.greedy(tokens, 6, 4096)
        if len(expected) == 6:
            continue
        last = int(model.logits(model.codes(tokens + expected)).argmax())
        if last in seen:
            continue
        seen.add(last)
        assert rig.check(tokens, 6).reason == "stop"
        if len(seen) == len(model.STOPS):
            return
    raise AssertionError("no prompt was found for some end-of-turn token")


def stop_string(rig: Rig) -> None:
    """Text ends before the stop string, also when it straddles tokens."""
    for seed in range(60):
        tokens = prompt(90, seed)
        whole = model.text_of(model.greedy(tokens, 24, 4096))
        stop = whole[5:8]
        if "\ufffd" in stop or len(stop) < 3:
            continue
        answer = rig.ask(tokens, SamplingParams(temperature=0, max_tokens=24, stop=(stop,)))
        assert answer.text == whole[: whole.find(stop)]
        assert answer.reason == "stop"
        rig.check(tokens + answer.ids + prompt(4, seed))


def reaches_the_window(rig: Rig) -> None:
    """The last position of the window can be used, the one after it cannot."""
    window = rig.info.context_window
    tokens = prompt(window - 3, 37)
    answer = rig.ask(tokens, attrs.evolve(GREEDY, max_tokens=50))
    assert answer.ids == model.greedy(tokens, 50, window)
    assert answer.reason in ("length", "stop")
    rig.check(prompt(window, 38), 1)


SCENARIOS = (
    reuse_is_on,
    precision_is_as_asked,
    decode_is_traced,
    least_recently_used_goes_first,
    shared_prefix_is_used,
    siblings,
    retreat,
    several_prompts,
    growing_chat,
    same_prompt_again,
    warm_then_ask,
    long_suffix,
    chunk_boundaries,
    block_boundary,
    eviction,
    interrupted,
    stops_at_every_end_of_turn,
    stop_string,
    reaches_the_window,
)
