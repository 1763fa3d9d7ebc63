"""The terminal and the editor on one engine: which host a command uses when its settings name none."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import attrs
import pytest
import pytest_asyncio

from lsp_server.cli.compose import create
from lsp_server.cli.terminal import Terminal
from lsp_server.engine import control
from lsp_server.engine.records import HostRecord
from lsp_server.places import Places
from lsp_server.settings import Settings

from .terminal import ROOT

LAUNCH = [sys.executable, str(ROOT / "tests" / "host" / "scripted_host.py")]


@pytest.fixture
def places(environ: Mapping[str, str]) -> Places:
    return Places.of(environ)


@pytest_asyncio.fixture
async def hosts(places: Places) -> AsyncIterator[Any]:
    """Starts hosts as an editor does whose settings name a model."""

    async def start(model: str) -> HostRecord:
        chosen = attrs.evolve(Settings(), engine_backend="cpu", engine_model=model)
        return await control.start(chosen, places.runtime, LAUNCH)

    yield start
    for record in control.running(places.runtime):
        assert await control.stop(record)


async def test_the_host_of_the_editor_is_used_though_only_its_settings_name_the_model(
    hosts: Any, places: Places, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The model chosen in VS Code was loaded a second time, or the default one beside it."""
    record = await hosts("slow")

    engine = await create(Settings(), places, environ, Terminal())
    status = await engine.start()
    await engine.aclose()

    assert status.pid == record.pid
    assert control.running(places.runtime) == [record]
    assert capsys.readouterr().err == "Using the engine that is running: slow\n"


@pytest.mark.parametrize(
    "named",
    [{"engine_backend": "cpu"}, {"engine_model": "other"}, {"engine_url": "http://127.0.0.1:1/v1"}],
)
async def test_what_the_settings_name_is_what_is_used(
    hosts: Any,
    places: Places,
    environ: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    named: dict[str, str],
) -> None:
    await hosts("slow")

    engine = await create(attrs.evolve(Settings(), **named), places, environ, Terminal())
    await engine.aclose()

    assert capsys.readouterr().err == ""


async def test_of_several_hosts_none_is_guessed(
    hosts: Any, places: Places, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    await hosts("slow")
    await hosts("")

    engine = await create(Settings(), places, environ, Terminal())
    await engine.aclose()

    assert capsys.readouterr().err == ""


async def test_a_host_that_could_not_load_its_model_is_not_shared(
    hosts: Any, places: Places, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    record = await hosts("missing")
    while (await control.describe(record))["state"] != "failed":
        pass

    engine = await create(Settings(), places, environ, Terminal())
    await engine.aclose()

    assert capsys.readouterr().err == ""
