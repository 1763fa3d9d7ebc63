"""The first start: packages are installed once, and what goes wrong is said with a button."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import PARSE, command, run_params, until
from tests.lsp.conftest import Client, Start

STEPS = [["Downloading the engine", 0.25], ["Installing the engine", None]]
OFFLINE = "The packages cannot be downloaded: this machine is offline."

Installations = Callable[..., None]


@pytest.fixture
def installations(tmp_path: Path) -> Installations:
    """Say how the installations go, one after the other."""

    def write(*entries: dict[str, Any]) -> None:
        (tmp_path / "setup.json").write_text(json.dumps(entries), "utf-8")

    return write


async def extension(start: Start) -> Client:
    return await start(client_capabilities("visual-studio-code"), extension=True, trusted=True)


async def test_an_installation_tells_its_steps(installations: Installations, start: Start) -> None:
    installations({"steps": STEPS})
    client = await extension(start)

    await until(lambda: client.setups and client.setups[-1].state == "done")

    told = [(s.state, s.message, s.progress) for s in client.setups[:-1]]
    assert told == [("working", message, progress) for message, progress in STEPS]


async def test_nothing_is_told_when_nothing_is_installed(
    installations: Installations, start: Start, workspace: Path
) -> None:
    installations({"steps": []})
    client = await extension(start)
    uri = client.open(workspace / "header.py", PARSE)
    await client.script(["Text."])

    await client.ask(protocol.RUN, run_params(uri, "explain"))

    assert client.setups == []


async def test_a_failed_installation_is_said_and_tried_again(
    installations: Installations, start: Start, workspace: Path
) -> None:
    installations({"steps": STEPS, "failed": OFFLINE}, {"steps": STEPS})
    client = await extension(start)
    uri = client.open(workspace / "header.py", PARSE)
    await until(lambda: client.setups and client.setups[-1].state == "failed")
    failed = client.setups[-1]
    with pytest.raises(JsonRpcException, match="offline"):
        await client.ask(protocol.RUN, run_params(uri, "explain"))
    await client.script(["Text."])

    result = await client.ask(protocol.RETRY_SETUP, protocol.RetrySetupParams())

    assert (failed.message, failed.button) == (OFFLINE, "retrySetup")
    assert result.ready and client.setups[-1].state == "done"
    assert (await client.ask(protocol.RUN, run_params(uri, "explain"))).text == "Text."


async def test_a_retry_that_fails_is_an_error_with_the_button(
    installations: Installations, start: Start
) -> None:
    installations(*[{"steps": STEPS, "failed": OFFLINE}] * 2)
    client = await extension(start)
    await until(lambda: client.setups and client.setups[-1].state == "failed")

    with pytest.raises(JsonRpcException, match="offline") as caught:
        await client.ask(protocol.RETRY_SETUP, protocol.RetrySetupParams())

    assert caught.value.code == protocol.ERROR_CODE
    assert [s.state for s in client.setups] == ["working", "working", "failed"] * 2


async def test_any_client_is_shown_that_the_installation_failed(
    installations: Installations, start: Start, workspace: Path
) -> None:
    installations({"steps": STEPS, "failed": OFFLINE})
    client = await start()
    uri = client.open(workspace / "header.py", PARSE)

    await until(lambda: client.messages)

    assert client.messages[0].message == OFFLINE
    with pytest.raises(JsonRpcException, match="offline"):
        await client.workspace_execute_command_async(command("explain", uri))


async def test_the_doctor_examines_this_machine(start: Start, tmp_path: Path) -> None:
    here = str(tmp_path)
    client = await start(argv=("-m", "lsp_server", "--runtime-dir", here, "--data-dir", here))

    result = await client.ask(protocol.DOCTOR, protocol.DoctorParams())

    assert "python" in result.markdown.lower()
    assert isinstance(result.ok, bool)
