"""For every generation the backend's text is the reference's: prompts, prefixes, eviction, cancel, chunk boundaries."""

from __future__ import annotations

import re

import attrs
import numpy as np
import pytest

from lsp_server.host.backends import BackendError, SamplingParams
from tests.contract.double import model
from tests.contract.double.device import device_choice
from tests.contract.double.world import Faults
from tests.contract.harness import GENERATIONS, GREEDY, Rig, prompt, rig
from tests.contract.scenarios import RESUMING, SCENARIOS


@pytest.fixture(params=GENERATIONS, scope="module")
def loaded(request):
    """One loaded backend a generation: its cache fills as it would in a day's work."""
    with rig(request.param) as made:
        yield made


@pytest.mark.parametrize(
    "length", [1, 2, 63, 64, 65, 128, 129, 256, 257, 511, 1024, 1025, 2047, 2049, 3000, 4095]
)
def test_text_is_the_references(loaded: Rig, length):
    loaded.check(prompt(length), 6)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario(loaded: Rig, scenario):
    scenario(loaded)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_prefixes_are_reused_only_where_it_is_right(generation):
    with rig(generation) as made:
        tokens = prompt(1500)

        first = made.check(tokens)
        resumed = made.check(tokens[:1200] + prompt(300, 3))
        extended = made.check(tokens[:1200] + prompt(300, 3) + [7])

        assert made.info.details["prefix_reuse"] is (generation in RESUMING)
        assert (first.cached, extended.cached) == (0, 1500)
        assert resumed.cached == (1024 if generation in RESUMING else 0)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_accuracy_mode_builds_the_accurate_recipe(generation):
    with rig(generation, {"mode": "accuracy"}) as made:
        assert made.world.precision == made.info.details["mode"] == "accuracy"
        made.check(prompt(300))


@pytest.mark.parametrize("board", ["N150", "N300", "T3K", "GALAXY", "P100", "P150", "P150_X4", "P300"])
def test_every_board_answers(board):
    with rig("G4", board=board) as made:
        made.check(prompt(700))

        assert made.info.details["chips"] == made.world.chips


@pytest.mark.parametrize("traced", [(128, 1024), (128, 1024, 2048, 4096, 8192)])
def test_g3_resumes_only_in_buckets_that_have_a_trace(traced):
    with rig("G3", board="T3K", traced_prefills=traced) as made:
        for scenario in SCENARIOS:
            scenario(made)


def test_g3_with_only_the_smallest_trace_resumes_short_suffixes():
    """What an n150 traces for most models. Pieces of 128 cannot end at multiples of 256: longer suffixes start anew."""
    with rig("G3", board="N150", traced_prefills=(128,)) as made:
        first = prompt(700)
        made.check(first)
        short = made.check(first[:520] + prompt(100, 2))
        long = made.check(first[:520] + prompt(150, 3))
        for scenario in SCENARIOS:
            scenario(made)

        assert made.info.details["prefix_reuse"] is True
        assert (short.cached, long.cached) == (512, 0)


def test_g3_without_a_trace_says_that_it_cannot_resume():
    with rig("G3", traced_prefills=()) as made:
        first = prompt(700)
        made.check(first)
        again = made.check(first[:650] + prompt(60))

        assert made.info.details["prefix_reuse"] is False
        assert "no trace of a resumed prefill" in made.info.details["note"]
        assert again.cached == 0


@pytest.mark.parametrize("generation", GENERATIONS)
def test_cancel_during_a_long_prefill_waits_for_one_piece(generation):
    with rig(generation) as made:
        tokens = prompt(3000)

        answer = made.ask(tokens, cancel_at=0)
        again = made.check(tokens)

        assert answer.reason == "cancelled" and answer.ids == []
        assert again.cached == (1024 if generation in RESUMING else 2999)


def test_an_interrupted_request_leaves_its_stop_strings_to_nobody():
    """A prefill sent ahead has none; the action that interrupts it and asks the same has."""
    with rig("G4") as made:
        tokens = prompt(700)
        whole = model.text_of(model.greedy(tokens, 12, 4096))
        stop = whole[4:6]

        made.ask(tokens, attrs.evolve(GREEDY, max_tokens=0), cancel_at=0)
        stopped = made.ask(tokens, attrs.evolve(GREEDY, stop=(stop,)))
        made.ask(tokens, attrs.evolve(GREEDY, stop=(stop,)), cancel_at=0)
        unstopped = made.ask(tokens)

        assert stopped.text == whole[: whole.find(stop)]
        assert unstopped.text == whole


@pytest.mark.parametrize("generation", GENERATIONS)
def test_seeded_sampling_survives_an_interruption(generation):
    params = SamplingParams(temperature=0.9, top_p=0.9, top_k=40, seed=5, max_tokens=10)
    with rig(generation) as made:
        tokens = prompt(200)
        whole = made.ask(tokens, params)

        part = made.ask(tokens, params, cancel_at=4)
        rest = made.ask(tokens + part.shown, attrs.evolve(params, max_tokens=10 - part.confirmed))

        assert part.reason == "cancelled"
        assert part.shown + rest.ids == whole.ids


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_device_sampling_gives_what_the_device_chose(generation, temperature):
    greedy_only = generation in ("G0", "G1")
    params = SamplingParams(temperature=temperature, top_k=8, top_p=1.0, seed=3, max_tokens=90)
    with rig(generation, {"device_sampling": True}) as made:
        for length in (50, 300, 60):
            tokens = prompt(length, 71)
            answer = made.ask(tokens, params)

            key = (0.0, 1, 1.0, None) if temperature == 0 else (0.8, 8, 1.0, 3)
            if not (temperature and greedy_only):
                assert answer.ids == _chained(tokens, answer.ids[:1], key, 90)
            assert ("decode", True) in made.world.traces


def _chained(tokens: list[int], first: list[int], key: tuple, count: int) -> list[int]:
    """The first token is the host's; each later one is the device's choice on the reference's logits."""
    ids = list(first)
    while len(ids) < count:
        row = model.logits(model.codes(tokens + ids))
        token = device_choice(row, key, len(tokens) + len(ids) - 1)
        if token in model.STOPS:
            break
        ids.append(token)
    return ids


def test_log_probabilities_are_of_the_unmodified_distribution():
    with rig("G4", {"device_sampling": True}) as made:
        tokens, seen = prompt(100), []

        made.backend.generate(
            tokens, attrs.evolve(GREEDY, logprobs=True, max_tokens=1), lambda step: seen.append(step)
        )

        row = model.logits(model.codes(tokens)).astype(np.float64)
        expected = row.max() - np.log(np.exp(row).sum())
        assert seen[-1].logprob == pytest.approx(expected)


def test_a_prompt_longer_than_the_window_is_refused():
    with rig("G4") as made, pytest.raises(BackendError) as refused:
        made.ask(prompt(4097))
    assert refused.value.code == "too_long"
    assert "4097" in refused.value.message and "4096" in refused.value.message


def test_a_grammar_is_refused():
    with rig("G4") as made, pytest.raises(BackendError) as refused:
        made.ask(prompt(10), SamplingParams(grammar='root ::= "a"'))
    assert refused.value.code == "unsupported"


def test_special_tokens_in_messages_are_only_letters():
    """Source code that spells an end-of-turn token must not end the turn."""
    with rig("G4") as made:
        code = "x = '<|eot_id|>'"
        ids = made.backend.encode_chat([{"role": "user", "content": code}])

        assert ids.count(model.END_OF_TURN) == 1
        assert model.END_OF_TURN not in made.backend.encode(code)
        assert bytes(made.backend.encode(code)).decode() == code
        assert code.encode() in bytes(id for id in ids if id < 256)


def test_status_tells_blocks_hits_and_speed():
    with rig("G4") as made:
        tokens = prompt(600)
        made.check(tokens)
        made.check([*tokens, 3])

        status = made.backend.status()

        assert status["board"] == "n150" and status["generation"] == "G4"
        assert status["blocks_used"] == 10 and status["prefix_hits"] == 1 and status["prefix_tokens"] == 600
        assert status["tokens_per_second"] > 0 and status["ttft_ms"] > 0


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("wrong_resume", ["", "reads"])
def test_loading_reports_what_remains(generation, wrong_resume):
    """Each step says which of how many it is; how many there are changes only when the canary decides."""
    with rig(generation, faults=Faults(wrong_resume=wrong_resume)) as made:
        steps = [re.fullmatch(r"(.*) \((\d+) of (\d+)\)", progress.phase) for progress in made.phases]
        counted = [(found[1], int(found[2]), int(found[3])) for found in steps if found]
        fractions = [progress.fraction for progress in made.phases if progress.fraction is not None]
        names = [name for name, _, _ in counted]

        assert [number for _, number, _ in counted] == list(range(1, len(counted) + 1))
        totals = [total for _, _, total in counted]
        fails = bool(wrong_resume) and generation in RESUMING
        if fails:
            assert len(set(totals)) <= 2
        else:
            assert set(totals) == {len(counted)}, "what was announced is what came"
            assert counted[-1][1] == counted[-1][2]
        assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] < 1
        assert names.index("warming up decode") < names.index("capturing the decode trace")
        assert "warming up prefill of 1,024 tokens" in names
