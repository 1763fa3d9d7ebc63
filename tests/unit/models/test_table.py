"""The model table is complete, names its sources, and its page is up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lsp_server.models import docs, table

PAGE = Path(__file__).parents[3] / "docs" / "models.md"
SPEED = Path(__file__).parents[3] / "bench" / "results" / "speed.json"
TABLE = table.load()


def test_every_figure_names_a_known_source_and_board():
    sources = {source.id for source in TABLE.sources}
    boards = {board.id for board in TABLE.boards}

    for model in TABLE.models:
        speeds = [run.speed for run in [*model.boards, *([model.gguf] if model.gguf else [])]]
        assert {run.board for run in model.boards} <= boards, model.id
        assert {run.source for run in model.boards} <= sources, model.id
        assert {speed.source for speed in speeds if speed} <= sources, model.id
        assert all(speed.tokens_per_second > 0 for speed in speeds if speed), model.id


def test_what_was_measured_here_is_what_the_committed_run_says():
    figures = json.loads(SPEED.read_text("utf-8"))["figures"]
    ours = {
        m.id: m.gguf.speed for m in TABLE.models if m.gguf and m.gguf.speed and m.gguf.speed.source == "cpu"
    }

    assert len(ours) == 3
    for name, speed in ours.items():
        assert speed.tokens_per_second == round(figures[f"tokens_per_second_{name}"])
        assert speed.ttft_ms == float(f"{figures[f'first_token_ms_{name}']:.3g}")


def test_a_model_without_a_board_says_why():
    for model in TABLE.models:
        bundled = model.gguf is not None and model.gguf.bundled
        assert bool(model.boards) or bool(model.not_upstream) or bundled, model.id


def test_downloads_come_from_the_models_own_repository_and_can_be_verified():
    downloads = TABLE.downloads()

    assert [model.id for model in downloads] == ["qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"]
    for model in downloads:
        assert model.gguf.url.startswith(f"https://huggingface.co/{model.hub}-GGUF/resolve/main/")
        assert re.fullmatch(r"[0-9a-f]{64}", model.gguf.sha256)
        assert model.gguf.bytes > 400_000_000


def test_models_of_a_board_are_best_supported_first():
    models = TABLE.for_board("n150")

    assert models[0].id == "llama-3.1-8b"
    assert models[-1].run_on("n150").status == "experimental"


def test_a_model_is_found_by_its_hub_name():
    assert TABLE.model("meta-llama/Llama-3.1-8B-Instruct").gated
    assert TABLE.model("nobody/nothing") is None


def test_text_and_json_name_every_model():
    text, data = table.as_text(TABLE), json.loads(table.as_json(TABLE))

    for model in TABLE.models:
        assert model.name in text
    assert [entry["id"] for entry in data["models"]] == [model.id for model in TABLE.models]


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == docs.page(TABLE), (
        "run: python -m lsp_server.models.docs > docs/models.md"
    )
