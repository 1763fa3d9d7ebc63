"""Telling the generations apart by signature, and refusing what is unknown."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys

import pytest

from lsp_server.host.app import Host
from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt import generation
from lsp_server.host.idle import IdleWatch
from lsp_server.host.scheduler import Scheduler
from tests.contract.double import sources
from tests.contract.harness import GENERATIONS, make, process_state, stand_in_world


@pytest.mark.parametrize("name", GENERATIONS)
def test_generation_is_told_from_signatures(name):
    with stand_in_world(name):
        assert generation.detect().name == name


def test_every_generation_of_the_contract_is_known():
    assert set(GENERATIONS) == set(generation.KNOWN)


@pytest.mark.parametrize("name", GENERATIONS)
def test_stand_ins_have_the_contracts_signatures(name):
    with stand_in_world(name):
        module = generation.detect().module
        for path, function in sources.GENERATIONS[name]["functions"].items():
            owner, _, method = path.removeprefix(f"{module.__name__}.").partition(".")
            if path.startswith(module.__name__) and method:
                found = inspect.signature(getattr(getattr(module, owner), method)).parameters
                expected = [entry["name"] for entry in function["params"] if entry["name"] != "cls"]
                assert list(found) == expected


async def test_an_unknown_generation_is_refused_with_what_was_found_and_what_is_known(tmp_path):
    folder = tmp_path / "models" / "tt_transformers" / "tt"
    folder.mkdir(parents=True)
    (folder / "generator.py").write_text(
        "class Generator:\n"
        "    def prefill_forward_text(self, tokens, pages, start_pos=None, enable_trace=True): ...\n"
        "    def decode_forward(self, batch, pages): ...\n"
    )
    (tmp_path / "ttnn.py").touch()
    with process_state():
        sys.path.insert(0, str(tmp_path))

        status = await status_after_loading()

    assert (status["state"], status["code"]) == ("failed", "unsupported")
    assert "decode_forward(batch, pages)" in status["detail"]
    assert "prefill_forward_text(tokens, pages, start_pos, …)" in status["detail"]
    assert all(re.search(rf"\b{name}\b", status["detail"]) for name in generation.KNOWN)
    assert len(status["detail"]) < 600


async def status_after_loading() -> dict:
    """What a host tells of a backend that has loaded, or has failed to."""
    scheduler = Scheduler(make, lambda: None)
    host = Host(scheduler, backend="tt", model="", idle=IdleWatch(60, lambda: None), leave=lambda: None)
    scheduler.start()
    try:
        assert await asyncio.to_thread(scheduler.loaded.wait, 60)
        return host.status()
    finally:
        scheduler.begin_close()
        assert await asyncio.to_thread(scheduler.join, 60)


def test_a_shadowed_models_package_is_named(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("")
    with process_state():
        sys.path.insert(0, str(tmp_path))

        with pytest.raises(BackendError, match="pip uninstall llama-models"):
            generation.detect()


def test_nothing_installed_says_what_to_set():
    with process_state(), pytest.raises(BackendError, match="TT_METAL_HOME"):
        generation.detect()


def test_an_import_that_fails_inside_tt_metal_is_explained(tmp_path):
    with stand_in_world("G0") as world:
        assert world.home is not None
        broken = tmp_path / "home"
        folder = broken / "models" / "tt_transformers" / "tt"
        folder.mkdir(parents=True)
        (folder / "generator.py").write_text("import llama_models.llama3.api\n")

        with pytest.raises(BackendError, match="fork of llama-models"):
            make(home=str(broken)).load(lambda progress: None)


def test_a_home_that_is_no_checkout_is_refused(tmp_path):
    with stand_in_world("G4"), pytest.raises(BackendError, match="not a tt-metal checkout"):
        make(home=str(tmp_path)).load(lambda progress: None)
