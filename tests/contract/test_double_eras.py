"""The contract double behaves as each era does: device sampling, buckets, traces, and the known wrong answers."""

from __future__ import annotations

import importlib
import os

import pytest

from tests.contract.double.world import Faults
from tests.contract.harness import GENERATIONS, prompt, stand_in_world
from tests.contract.raw import BLOCKS, create, open_mesh, raw, reference, right, table

METAL = tuple(name for name in GENERATIONS if name.startswith("G"))
COMMANDED = ("G4", "P2")
WITH_START = ("G1b", "G2", "G3", "G4", "P1", "P2")
EVERY = pytest.mark.parametrize("generation", GENERATIONS)


@pytest.mark.parametrize("generation", ["G0", "G1", "G1b", "G2", "G3"])
def test_a_trace_that_samples_ignores_the_hosts_inputs(generation):
    """It feeds itself: the token and the position the host passes are not looked at."""
    with raw(generation) as made:
        tokens = prompt(300)
        made.prefill(tokens, BLOCKS)
        first = int(made.read(made.decode(7, 300, BLOCKS, traced=True, greedy=True), sampled=True)[0])
        second = int(made.read(made.decode(499, 17, BLOCKS, traced=True, greedy=True), sampled=True)[0])

        assert first == int(reference([*tokens, 7]).argmax())
        assert second == int(reference([*tokens, 7, first]).argmax())


@pytest.mark.parametrize("generation", COMMANDED)
def test_a_trace_that_samples_reloads_what_it_is_told_to(generation):
    start = {"reload_inputs": True, "reload_sampling_params": True, "reset_sampling_state": True}
    with raw(generation) as made:
        tokens = prompt(300)
        made.prefill(tokens, BLOCKS)
        step = {"traced": True, "greedy": True}
        first = int(made.read(made.decode(7, 300, BLOCKS, **step, **start), sampled=True)[0])
        second = made.read(made.decode(499, 17, BLOCKS, **step, reload_inputs=False), sampled=True)

        assert int(second[0]) == int(reference([*tokens, 7, first]).argmax())
        reloaded = made.read(made.decode(9, 302, BLOCKS, **step), sampled=True)
        assert int(reloaded[0]) == int(reference([*tokens, 7, first, 9]).argmax())


@pytest.mark.parametrize("generation", COMMANDED)
@pytest.mark.parametrize(
    ("commands", "says"),
    [
        ({}, "first device-sampled decode"),
        ({"reload_sampling_params": True}, "first device-sampled decode"),
        ({"reload_page_table": True}, "mutually exclusive"),
        ({"reload_inputs": False, "reset_sampling_state": True}, "needs reload_inputs"),
        ({"reset_batch": True}, "reset_batch"),
    ],
)
def test_reload_commands_that_make_no_sense_are_refused(generation, commands, says):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)

        with pytest.raises(ValueError, match=says):
            made.decode(7, 300, BLOCKS, traced=True, greedy=True, **commands)


@pytest.mark.parametrize("generation", COMMANDED)
def test_host_sampling_that_reloads_nothing_goes_on_with_old_inputs(generation):
    with raw(generation) as made:
        tokens = prompt(300)
        made.prefill(tokens, BLOCKS)
        made.read(made.decode(7, 300, BLOCKS, traced=True))
        stale = made.read(made.decode(8, 301, BLOCKS, traced=True, reload_inputs=False))

        assert right(stale, [*tokens, 7])


@pytest.mark.parametrize("generation", ["G0", "G1"])
def test_early_devices_only_choose_the_likeliest(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        drawn = made._sampling(temperature=0.7, top_k=8, top_p=1.0)

        with pytest.raises(AssertionError, match="greedy decoding"):
            made.decode(7, 300, BLOCKS, sampling_params=drawn)


@EVERY
def test_a_table_too_narrow_for_the_bucket_is_refused(generation):
    with raw(generation) as made, pytest.raises(RuntimeError, match="too narrow"):
        made.prefill(prompt(300), BLOCKS, page_table=table(BLOCKS[:5], 5))


@pytest.mark.parametrize("generation", WITH_START)
def test_a_resumed_prefill_is_padded_to_its_suffix_but_in_g2(generation):
    """G2 pads to the whole length: nothing is gained, which is why the backend does not resume there."""
    with raw(generation) as made:
        tokens = prompt(1100)
        made.prefill(tokens[:1024], BLOCKS)
        made.prefill(tokens, BLOCKS, start=1024)

        offset = 1024 if generation == "G4" else True
        assert ("prefill", 2048 if generation == "G2" else 128, offset) in made.world.compiled


def test_each_offset_of_an_untraced_resume_is_a_program_of_its_own_in_g4():
    with raw("G4") as made:
        tokens = prompt(1100)
        made.prefill(tokens[:1024], BLOCKS)
        made.prefill(tokens, BLOCKS, start=1024)
        made.world.traces.add(("decode", False))

        with pytest.raises(RuntimeError, match="existence of an active trace"):
            made.prefill(tokens, BLOCKS, start=768)


@EVERY
def test_a_trace_needs_its_region(generation):
    with raw(generation, trace_region=0) as made:
        made.prefill(prompt(300), BLOCKS)

        with pytest.raises(
            RuntimeError, match=r"Creating trace buffers of size \d+B .* only 0B is allocated"
        ):
            made.decode(7, 300, BLOCKS, traced=True)


@EVERY
def test_nothing_is_compiled_while_a_trace_is_live(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        made.read(made.decode(7, 300, BLOCKS, traced=True))

        with pytest.raises(RuntimeError, match="Allocating device buffers is unsafe"):
            # G1b's first prefill has warmed up every bucket, but for resuming.
            made.prefill(prompt(1500), BLOCKS, start=256 if generation == "G1b" else 0)


def test_memory_that_does_not_suffice_is_refused_with_the_real_text():
    with stand_in_world("G4", faults=Faults(dram_blocks=10)) as world:
        os.chdir(world.home)
        os.environ["HF_MODEL"] = "x"
        ttnn = importlib.import_module("ttnn")

        with pytest.raises(
            RuntimeError, match=r"Out of Memory: Not enough space to allocate \d+ B DRAM buffer"
        ):
            create(ttnn, open_mesh(ttnn))


@pytest.mark.parametrize(
    ("generation", "noticed"), [("G0", False), ("G1", False), ("G1b", True), ("G2", True)]
)
def test_a_page_table_changed_in_place_is_not_noticed_in_g0_and_g1(generation, noticed):
    """They keep the last one by reference, and find it equal to itself."""
    with raw(generation) as made:
        left, right_one = prompt(300, 1), prompt(300, 2)
        made.prefill(left, BLOCKS[:8])
        made.prefill(right_one, BLOCKS[8:16])
        pages = table(BLOCKS[:8])
        made.read(made.decode(7, 300, [], traced=True, page_table=pages))

        pages[0] = table(BLOCKS[8:16])[0]
        second = made.read(made.decode(9, 300, [], traced=True, page_table=pages))

        assert right(second, [*right_one, 9]) is noticed


def test_g1_forwards_a_start_pos_it_does_not_know():
    with raw("G1") as made:
        made.prefill(prompt(300), BLOCKS, start=256)

        assert made.world.violations == ["unknown keywords were forwarded: ['start_pos']"]


def test_g1b_resumes_at_the_offset_it_was_compiled_with():
    with raw("G1b") as made:
        tokens = prompt(1000)
        made.prefill(tokens, BLOCKS)

        assert right(made.prefill(tokens[:356], BLOCKS, start=256), tokens[:356])
        assert not right(made.prefill(tokens[:868], BLOCKS, start=768), tokens[:868])


@pytest.mark.parametrize(("start", "correct"), [(320, False), (512, True)])
def test_g3_reads_a_wrong_prefix_for_long_suffixes_behind_odd_offsets(start, correct):
    with raw("G3", traced_prefills=(128, 2048)) as made:
        tokens = prompt(start + 1500)
        made.prefill(tokens[:start], BLOCKS)

        assert right(made.prefill(tokens, BLOCKS, start=start, traced=True), tokens) is correct


@pytest.mark.parametrize(("traced", "correct"), [(False, False), (True, True)])
def test_g3_loses_what_it_resumes_untraced(traced, correct):
    """The logits are right; the KV went into block 0."""
    with raw("G3") as made:
        tokens = prompt(600)
        made.read(made.decode(1, 0, [0]))
        made.prefill(tokens[:512], BLOCKS)

        assert right(made.prefill(tokens, BLOCKS, start=512, traced=traced), tokens)
        assert right(made.read(made.decode(7, 600, BLOCKS)), [*tokens, 7]) is correct


@pytest.mark.parametrize("generation", ["G1b", "G4", "P1", "P2"])
def test_an_untraced_resume_behind_an_odd_offset_is_refused(generation):
    with raw(generation) as made:
        tokens = prompt(1900)
        made.prefill(tokens[:320], BLOCKS)

        with pytest.raises(RuntimeError, match="chunk_start_idx must be a multiple"):
            made.prefill(tokens, BLOCKS, start=320)


@pytest.mark.parametrize("generation", ["G1", "G1b"])
def test_decode_forward_is_the_vision_models_there(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)

        with pytest.raises(RuntimeError, match="vision"):
            made.generator.decode_forward(*(None,) * 6)
