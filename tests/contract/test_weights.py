"""Weights are checked before the board is touched; each defect has its message."""

from __future__ import annotations

import json
import os

import pytest

from lsp_server.doctor.probe import Machine
from lsp_server.doctor.weights import check_weights
from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt import boards, window
from lsp_server.host.backends.tt.weights import Weights, verify
from tests.contract.harness import CONFIG, GENERATIONS, make, stand_in_world, write_weights


@pytest.fixture
def folder(tmp_path):
    write_weights(tmp_path)
    return tmp_path


def refused(folder, **keywords) -> BackendError:
    with pytest.raises(BackendError) as error:
        verify(str(folder), {}, reads_llama_dir=False, **keywords)
    return error.value


def test_whole_weights_pass_with_every_end_of_turn_id(folder):
    found = verify(str(folder), {}, reads_llama_dir=False)

    assert (found.layers, found.kv_heads, found.head_dim) == (32, 8, 128)
    assert found.stop_ids == (507, 508, 509)


@pytest.mark.parametrize(
    ("defect", "code", "says"),
    [
        (lambda folder: (folder / "config.json").unlink(), "model_missing", "config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "model_corrupt", "not valid JSON"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "model_missing", "tokenizer.json"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model_missing", "model.safetensors"),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(
                b"version https://git-lfs.github.com/spec/v1\n"
            ),
            "model_corrupt",
            "Git LFS pointer",
        ),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 64),
            "model_corrupt",
            "not a safetensors",
        ),
        (
            lambda folder: os.truncate(
                folder / "model.safetensors", (folder / "model.safetensors").stat().st_size - 4
            ),
            "model_corrupt",
            "ends after",
        ),
        (
            lambda folder: (folder / "model.safetensors.index.json").write_text(
                json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}})
            ),
            "model_missing",
            "model-00001-of-00002.safetensors",
        ),
        (
            lambda folder: (folder / "config.json").write_text(
                json.dumps({**CONFIG, "architectures": ["Starcoder2ForCausalLM"]})
            ),
            "unsupported",
            "Starcoder2",
        ),
    ],
)
def test_a_defect_is_named(folder, defect, code, says):
    defect(folder)

    error = refused(folder)

    assert error.code == code and says in error.message


def test_a_model_that_is_not_downloaded_gets_its_commands(tmp_path):
    with pytest.raises(BackendError) as missing:
        verify("meta-llama/Llama-3.1-8B-Instruct", {"HF_HUB_CACHE": str(tmp_path)}, reads_llama_dir=False)

    assert missing.value.code == "model_missing"
    assert "hf auth login && hf download meta-llama/Llama-3.1-8B-Instruct" in missing.value.message
    assert "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct" in missing.value.message


def hub_model(cache):
    """Llama 3.1 8B as the hub's tools keep it; returns its snapshot."""
    folder = cache / "models--meta-llama--Llama-3.1-8B-Instruct"
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    write_weights(snapshot)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    return snapshot


def test_a_model_in_the_hub_cache_is_found_by_name(tmp_path):
    snapshot = hub_model(tmp_path)

    found = verify("meta-llama/Llama-3.1-8B-Instruct", {"HF_HUB_CACHE": str(tmp_path)}, reads_llama_dir=False)

    assert found.directory == snapshot and found.name == "meta-llama/Llama-3.1-8B-Instruct"


def meta_checkpoint(folder):
    folder.mkdir(exist_ok=True)
    (folder / "params.json").write_text(
        json.dumps({"n_layers": 32, "dim": 4096, "n_heads": 32, "n_kv_heads": 8, "vocab_size": 512})
    )
    (folder / "tokenizer.model").write_text("x")
    (folder / "consolidated.00.pth").write_bytes(bytes(64))
    return folder


def test_a_dead_llama_dir_says_what_replaces_it(tmp_path):
    error = refused(meta_checkpoint(tmp_path / "original"))

    assert "LLAMA_DIR" in error.message and "HF_MODEL" in error.message


def test_g0_gets_llama_dir_and_not_both(tmp_path):
    with stand_in_world("G0"):
        os.environ["HF_MODEL"] = "something/else"
        loaded = make(model=str(meta_checkpoint(tmp_path / "original")))
        loaded.load(lambda progress: None)
        loaded.close()

        assert os.environ["LLAMA_DIR"].endswith("original") and "HF_MODEL" not in os.environ


@pytest.mark.parametrize("generation", GENERATIONS)
def test_llama_dir_alone_is_obeyed_where_it_is_read_and_refused_where_it_is_dead(generation, tmp_path):
    with stand_in_world(generation) as world:
        os.environ["LLAMA_DIR"] = str(meta_checkpoint(tmp_path / "original"))
        loaded = make(model="")
        if generation == "G0":
            assert loaded.load(lambda progress: None).name == os.environ["LLAMA_DIR"]
            loaded.close()
            return
        with pytest.raises(BackendError, match="no longer reads LLAMA_DIR"):
            loaded.load(lambda progress: None)

        assert world.opened == 0


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_hub_name_is_loaded_by_that_name(generation, tmp_path):
    name = "meta-llama/Llama-3.1-8B-Instruct"
    hub_model(tmp_path)
    with stand_in_world(generation):
        os.environ |= {"HF_HUB_CACHE": str(tmp_path), "LLAMA_DIR": "/nowhere"}
        loaded = make(model=name)
        info = loaded.load(lambda progress: None)
        loaded.close()

        assert info.name == os.environ["HF_MODEL"] == name and "LLAMA_DIR" not in os.environ


@pytest.mark.parametrize(
    "config",
    [
        {"architectures": ["Qwen2ForCausalLM"]},
        {"num_hidden_layers": 16},
        {"hidden_size": 3072},
        {"num_key_value_heads": 4},
    ],
)
def test_the_package_refuses_models_that_are_no_llama_8b(config, tmp_path):
    """It once loaded any model with the code of Llama 3.1 8B."""
    write_weights(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, **config}))
    with stand_in_world("P2") as world:
        with pytest.raises(BackendError, match=r"runs Llama 3\.1 8B only"):
            make(model=str(tmp_path)).load(lambda progress: None)

        assert world.opened == 0


def test_later_generations_refuse_a_meta_checkpoint_before_the_board_is_touched(tmp_path):
    with stand_in_world("G2") as world:
        with pytest.raises(BackendError, match="no longer reads LLAMA_DIR"):
            make(model=str(meta_checkpoint(tmp_path / "original"))).load(lambda progress: None)

        assert world.opened == 0


def test_without_a_model_set_engine_and_doctor_both_want_llama_and_name_the_same_command(tmp_path):
    """The doctor took Llama 3.1 8B for granted and said ok, where the engine stopped with "No model is set"."""
    with stand_in_world("G4") as world:
        os.environ["HF_HUB_CACHE"] = str(tmp_path)
        with pytest.raises(BackendError) as error:
            make(model="").load(lambda progress: None)

        assert error.value.code == "model_missing" and world.opened == 0
    fix = check_weights(Machine({"HF_HUB_CACHE": str(tmp_path)}), "", None, "").fix
    command = 'hf auth login && hf download meta-llama/Llama-3.1-8B-Instruct --exclude "original/*"'
    page = "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct"
    for told in (error.value.message, fix):
        assert command in told and page in told


def test_without_a_model_set_the_engine_runs_the_llama_that_the_doctor_finds(tmp_path):
    snapshot = hub_model(tmp_path)
    os.truncate(snapshot / "model.safetensors", 200_000)
    with stand_in_world("G4"):
        os.environ["HF_HUB_CACHE"] = str(tmp_path)
        loaded = make(model="")
        info = loaded.load(lambda progress: None)
        loaded.close()

    assert info.name == "meta-llama/Llama-3.1-8B-Instruct"
    assert check_weights(Machine({"HF_HUB_CACHE": str(tmp_path)}), "", None, "").state == "ok"


def llama(size: int = 16_060_000_000, **config) -> Weights:
    return Weights("meta-llama/Llama-3.1-8B-Instruct", None, False, {**CONFIG, **config}, (), size)


@pytest.mark.parametrize(
    ("board", "mode", "resumes", "tokens"),
    [
        ("n150", "performance", True, 32_768),
        ("n150", "accuracy", True, 16_384),
        ("n150", "performance", False, 16_384),
        ("n300", "performance", True, 32_768),
        ("t3k", "accuracy", True, 32_768),
        ("p100", "performance", True, 32_768),
        ("p150", "performance", True, 32_768),
        ("galaxy", "performance", True, 32_768),
    ],
)
def test_llama_8b_gets_a_window_that_fits(board, mode, resumes, tokens):
    chosen = window.choose(boards.BOARDS[board], llama(), mode, 0, resumes=resumes)

    assert chosen.tokens == tokens
    assert chosen.blocks * 64 > chosen.tokens and chosen.blocks % 8 == 0


def test_a_requested_window_becomes_a_power_of_two_within_the_boards():
    assert window.choose(boards.BOARDS["n150"], llama(), "performance", 50_000, resumes=True).tokens == 32_768
    assert (
        window.choose(boards.BOARDS["n300"], llama(), "performance", 999_999, resumes=True).tokens == 131_072
    )


def test_a_model_too_large_for_the_board_is_refused():
    with pytest.raises(BackendError, match="does not fit n150"):
        window.choose(boards.BOARDS["n150"], llama(65_000_000_000), "performance", 0, resumes=True)
