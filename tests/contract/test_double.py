"""The contract double enforces the contract: each rule of calling, broken on purpose through the own API, is noticed."""

from __future__ import annotations

import importlib
import os

import pytest
import torch

from tests.contract.harness import GENERATIONS, prompt, stand_in_world
from tests.contract.raw import BLOCKS, create, open_mesh, raw, right, row, table

METAL = tuple(name for name in GENERATIONS if name.startswith("G"))
COMMANDED = ("G4", "P2")
WITH_START = ("G1b", "G2", "G3", "G4", "P1", "P2")
EVERY = pytest.mark.parametrize("generation", GENERATIONS)


@EVERY
def test_calls_that_follow_the_contract_give_the_references_logits(generation):
    with raw(generation) as made:
        tokens = prompt(300)
        first = made.prefill(tokens, BLOCKS)
        second = made.read(made.decode(7, 300, BLOCKS))

        assert right(first, tokens) and right(second, [*tokens, 7])
        assert not made.world.violations


@EVERY
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("tokens", torch.tensor([1, 2, 3])),
        ("tokens", torch.tensor([[1.0, 2.0]])),
        ("page_table", table(BLOCKS).long()),
        ("page_table", table(BLOCKS)[0]),
        ("page_table", table([1000])),
        ("prompt_lens", [999]),
    ],
)
def test_a_prefill_of_another_shape_or_type_is_refused(generation, argument, value):
    with raw(generation) as made, pytest.raises((AssertionError, TypeError)):
        made.prefill(prompt(300), BLOCKS, **{argument: value})


@EVERY
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("tokens", torch.tensor([7])),
        ("start_pos", torch.tensor([[300]])),
        ("start_pos", torch.tensor([300.0])),
        ("start_pos", torch.tensor([-1])),
        ("page_table", table(BLOCKS).long()),
    ],
)
def test_a_decode_of_another_shape_or_type_is_refused(generation, argument, value):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        with pytest.raises(AssertionError):
            made.decode(7, 300, BLOCKS, **{argument: value})


@EVERY
def test_a_page_table_that_changes_its_width_between_steps_is_refused(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        made.read(made.decode(7, 300, BLOCKS))
        with pytest.raises(AssertionError, match="width"):
            made.decode(8, 301, BLOCKS, page_table=table(BLOCKS, 56))


@EVERY
def test_minus_one_in_a_decode_table_hangs_the_device(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        with pytest.raises(RuntimeError, match="TIMEOUT: device timeout, potential hang detected"):
            made.decode(7, 300, BLOCKS, page_table=torch.where(table(BLOCKS) == 0, -1, table(BLOCKS)).int())


@pytest.mark.parametrize("generation", METAL)
def test_another_kv_cache_is_refused(generation):
    with raw(generation) as made, pytest.raises(AssertionError, match="kv_cache"):
        made.prefill(prompt(10), BLOCKS, kv_cache=made.cache[0])


def test_fabric_is_set_before_opening_and_off_after_closing():
    with stand_in_world("G4", board="N300") as world:
        ttnn = importlib.import_module("ttnn")
        mesh = open_mesh(ttnn)
        ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_1D)
        ttnn.close_mesh_device(mesh)

        assert world.violations == [
            "the fabric was changed while a mesh is open",
            "the mesh was closed before its submesh",
        ]
        with pytest.raises(AssertionError):
            world.assert_clean()
        world.violations.clear()
        with pytest.raises(AssertionError, match="the submesh was not closed"):
            world.assert_clean()
        world.submesh = None
        with pytest.raises(AssertionError, match="the fabric was left on"):
            world.assert_clean()


@EVERY
def test_a_closed_mesh_computes_nothing(generation):
    with raw(generation) as made:
        importlib.import_module("ttnn").close_mesh_device(made.mesh)

        assert any("closed" in rule for rule in made.world.violations), "the Generator lives on"
        with pytest.raises(RuntimeError, match="the device is closed"):
            made.prefill(prompt(10), BLOCKS)


def test_two_command_queues_forced_dispatch_and_a_second_opening_are_violations():
    with stand_in_world("G4") as world:
        ttnn = importlib.import_module("ttnn")
        shape = ttnn.MeshShape(1, 1)
        ttnn.open_mesh_device(shape, num_command_queues=2)
        ttnn.open_mesh_device(shape, num_command_queues=1, dispatch_core_config=object())

        assert world.violations == [
            "more than one command queue",
            "dispatch cores were forced",
            "the mesh was opened twice",
        ]


@pytest.mark.parametrize("generation", ["P1", "P2"])
def test_the_package_wants_its_cleanup_before_the_mesh_is_closed(generation):
    with raw(generation) as made:
        importlib.import_module("ttnn").close_mesh_device(made.mesh)

        assert "the mesh was closed before the package's cleanup" in made.world.violations


@EVERY
def test_padding_writes_through_the_tables_zeros(generation):
    """Whoever holds block 0 loses it to the padding of the next short prompt."""
    with raw(generation) as made:
        tokens = prompt(64, 3)
        made.prefill(tokens, [0])
        made.prefill(prompt(10, 4), [1])

        assert not right(made.read(made.decode(7, 64, [0, 2])), [*tokens, 7])


@pytest.mark.parametrize("generation", ["G1b", "G2", "G3", "G4", "P1", "P2"])
def test_every_warm_up_writes_into_block_0(generation):
    with raw(generation) as made:
        tokens = prompt(64, 3)
        made.prefill(tokens, [0])
        flags = {"G1b": {}, "G2": {"non_greedy_decoding_on_device": False}}.get(generation, {})
        if generation != "G1b":
            flags = {**flags, "can_sample_on_device": False}
        made.generator.warmup_model_prefill(kv_cache=made.cache, enable_trace=False, **flags)

        assert not right(made.read(made.decode(7, 64, [0, 2])), [*tokens, 7])


@EVERY
def test_an_output_is_read_once(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        output = made.decode(7, 300, BLOCKS)
        made.read(output)

        with pytest.raises(RuntimeError, match="read back twice"):
            made.read(output)


@pytest.mark.parametrize("generation", [name for name in GENERATIONS if name != "G0"])
def test_an_output_is_processed_after_its_event(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)
        host, _ = made.generator.read_decode_output(made.decode(7, 300, BLOCKS), async_read=True)
        made.generator.process_decode_output_host(host, is_tokens=False)

        assert made.world.violations == ["the output was processed before its event was waited for"]


@EVERY
def test_an_output_is_read_before_the_next_step_overwrites_it(generation):
    with raw(generation) as made:
        tokens = prompt(300)
        made.prefill(tokens, BLOCKS)
        first = made.decode(7, 300, BLOCKS)
        made.decode(8, 301, BLOCKS)

        assert made.world.violations == ["the decode output was overwritten before it was read"]
        assert not right(made.read(first), [*tokens, 7]), "and what is read then is another step's"


@pytest.mark.parametrize("generation", ["G1b", "G2", "G3", "G4", "P1", "P2"])
def test_later_generations_answer_with_a_tuple(generation):
    with raw(generation) as made:
        made.prefill(prompt(300), BLOCKS)

        logits, log_probabilities = made.decode(7, 300, BLOCKS, read_from_device=True)

        assert right(row(logits), [*prompt(300), 7]) and log_probabilities is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"max_seq_len": 5000}, "power of two"),
        ({"max_batch_size": 3}, "Batch size 3 not supported"),
        ({"dtype": None}, "not built in bfloat8_b"),
        ({"max_batch_size": 2}, "for one user"),
        ({"instruct": False}, "as instruct"),
    ],
)
def test_a_model_built_another_way_is_noticed(wrong, says):
    with stand_in_world("G2") as world:
        os.chdir(world.home)
        os.environ["HF_MODEL"] = "x"
        ttnn = importlib.import_module("ttnn")
        noticed = ""
        try:
            create(ttnn, open_mesh(ttnn), **wrong)
        except (AssertionError, ValueError) as error:
            noticed = str(error)

        assert says in " ".join([noticed, *world.violations])


def test_the_environment_names_the_weights_as_the_generation_reads_them():
    def refused(generation: str, **variables: str) -> str:
        with stand_in_world(generation) as world:
            os.chdir(world.home)
            os.environ.update(variables)
            ttnn = importlib.import_module("ttnn")
            with pytest.raises((AssertionError, ValueError)) as error:
                create(ttnn, open_mesh(ttnn))
            return str(error.value)

    assert refused("G0", HF_MODEL="x", LLAMA_DIR="y") == "Only one of LLAMA_DIR or HF_MODEL should be set"
    for generation in METAL[1:]:
        assert refused(generation, LLAMA_DIR="y").startswith("Please set HF_MODEL to a HuggingFace name")


@pytest.mark.parametrize("generation", ["P1", "P2"])
def test_the_package_knows_no_p100(generation):
    with pytest.raises(KeyError, match="P100"), raw(generation, board="P100"):
        pass
