"""What the doctor says about model files, and about the room they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.settings import Settings

from .fake_machine import GB, FakeMachine, examine, laptop, workstation

SHARD = "/home/ada/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B-Instruct/snapshots/abc"
HUB = "/home/ada/.cache/huggingface/hub"


def without_weights() -> FakeMachine:
    machine = workstation()
    machine.files = {path: value for path, value in machine.files.items() if "huggingface" not in path}
    return machine


def test_weights_and_their_conversion_are_wanted_where_each_of_them_goes(tmp_path: Path):
    """36 GB were once asked of the assistant's own folder, where neither goes."""
    machine = without_weights()
    machine.disks = {"/home": 17 * GB, "/opt": 21 * GB, "/data": 0}
    assert examine(machine, tmp_path)["disk"].state == "ok"

    machine.disks["/home"] = 15 * GB
    found = examine(machine, tmp_path)["disk"]
    assert HUB in found.what and found.fix.startswith("export HF_HUB_CACHE=")

    machine.disks |= {"/home": 17 * GB, "/opt": 10 * GB}
    found = examine(machine, tmp_path)["disk"]
    assert "/opt/tt-metal/model_cache" in found.what and found.fix.startswith("export TT_CACHE_PATH=")

    machine.environ = {**machine.environ, "TT_CACHE_PATH": "/big/tensors"}
    machine.disks["/big"] = 30 * GB
    assert "/big/tensors" in examine(machine, tmp_path)["disk"].what


def test_on_one_file_system_both_have_to_fit(tmp_path: Path):
    machine = without_weights()
    machine.free = 30 * GB

    assert "36.0 GB" in examine(machine, tmp_path)["disk"].what


def test_what_is_there_already_needs_no_room(tmp_path: Path):
    machine = workstation()
    machine.disks = {"/home": 1 * GB, "/opt": 1 * GB}
    assert examine(machine, tmp_path)["disk"].state == "wrong"

    cache = "/opt/tt-metal/model_cache/meta-llama/Llama-3.1-8B-Instruct/N300"
    machine.files[f"{cache}/tensor_cache_instruct_bfp8/layer0.bin"] = GB
    assert examine(machine, tmp_path)["disk"].state == "ok"

    del machine.files[f"{SHARD}/model-00002-of-00004.safetensors"]
    assert "4.0 GB are needed" in examine(machine, tmp_path)["disk"].what


def test_room_is_for_the_model_that_hf_model_names(tmp_path: Path):
    machine = without_weights()
    machine.environ = {**machine.environ, "HF_MODEL": "meta-llama/Llama-3.3-70B-Instruct"}
    machine.disks = {"/home": 100 * GB}

    assert examine(machine, tmp_path)["disk"].state == "wrong"


def test_missing_weights_name_the_licence_and_the_command(tmp_path: Path):
    machine = workstation()
    machine.files = {path: value for path, value in machine.files.items() if "huggingface" not in path}

    fix = examine(machine, tmp_path)["model"].fix

    assert "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct" in fix
    assert 'hf auth login && hf download meta-llama/Llama-3.1-8B-Instruct --exclude "original/*"' in fix


@pytest.mark.parametrize(
    ("environ", "hub"),
    [
        ({"HF_HUB_CACHE": "/models/hub"}, "/models/hub"),
        ({"HF_HOME": "/models"}, "/models/hub"),
        ({"XDG_CACHE_HOME": "/fast"}, "/fast/huggingface/hub"),
    ],
)
def test_weights_are_looked_for_where_the_engine_looks(tmp_path: Path, environ: dict[str, str], hub: str):
    machine = workstation()
    machine.environ = {**machine.environ, **environ}
    assert examine(machine, tmp_path)["model"].state == "wrong"

    machine.files = {
        path.replace("/home/ada/.cache/huggingface/hub", hub): value for path, value in machine.files.items()
    }
    assert examine(machine, tmp_path)["model"].state == "ok"


@pytest.mark.parametrize(("reads", "state"), [("os.getenv('LLAMA_DIR')", "ok"), ("", "wrong")])
def test_a_meta_checkpoint_is_right_where_tt_metal_still_reads_it(tmp_path: Path, reads: str, state: str):
    machine = workstation()
    machine.environ = {**machine.environ, "LLAMA_DIR": "/models/original"}
    machine.files |= {
        "/opt/tt-metal/models/tt_transformers/tt/model_config.py": reads,
        "/models/original/params.json": "{}",
        "/models/original/tokenizer.model": 2_000_000,
        "/models/original/consolidated.00.pth": 16 * GB,
    }

    found = examine(machine, tmp_path)["model"]

    assert found.state == state
    assert state == "ok" or "export HF_MODEL=meta-llama/Llama-3.1-8B-Instruct" in found.fix


def test_a_git_lfs_pointer_is_no_weight_file(tmp_path: Path):
    machine = workstation()
    machine.files[f"{SHARD}/model-00003-of-00004.safetensors"] = 134

    assert "1 of 4 weight files" in examine(machine, tmp_path)["model"].what


def test_a_gguf_that_is_none_is_wrong(tmp_path: Path):
    machine = laptop()
    machine.files["/m.gguf"] = b"<html>"

    found = examine(machine, tmp_path, Settings(engine_model="/m.gguf"))

    assert found["model"].what == "/m.gguf is not a GGUF file."
