"""The model picker on a board: drawn from the model table, with what is here and how the rest gets here."""

from __future__ import annotations

import pytest

from lsp_server.features.models import on_board
from lsp_server.models.table import load
from tests.unit.doctor.fake_machine import workstation

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def test_the_boards_models_come_best_supported_first_with_their_published_speed():
    infos = on_board(load(), "n300", workstation(), "/opt/tt-metal")

    assert [info.use for info in infos] == [model.hub for model in load().for_board("n300")]
    llama = next(info for info in infos if info.use == LLAMA)
    assert llama.runs == "n300: complete, 131,072 tokens, 44.2 tokens/s published"


def test_what_is_here_is_told_and_the_rest_has_its_command_and_licence():
    machine = workstation()
    here = {info.use: info for info in on_board(load(), "n300", machine, "/opt/tt-metal")}
    machine.files = {path: value for path, value in machine.files.items() if "huggingface" not in path}
    gone = {info.use: info for info in on_board(load(), "n300", machine, "/opt/tt-metal")}

    assert here[LLAMA].path and not here[LLAMA].command
    assert not gone[LLAMA].path and gone[LLAMA].command.startswith("accept the Llama 3.1 Community License")
    assert gone["Qwen/Qwen2.5-7B-Instruct"].command.startswith("hf download Qwen/Qwen2.5-7B-Instruct")


@pytest.mark.parametrize("board", ["", "p150x8"])
def test_a_board_the_table_does_not_know_gets_every_models_boards(board: str):
    infos = on_board(load(), board, workstation(), "/opt/tt-metal")

    assert len(infos) == len([model for model in load().models if model.boards])
    llama = next(info for info in infos if info.use == LLAMA)
    assert "n150: complete" in llama.runs and "p150x4: complete" in llama.runs
