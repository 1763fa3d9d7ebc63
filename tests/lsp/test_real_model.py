"""The main scenario with nothing scripted: the server as users start it, its own host process, a real model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import PARSE, run_params
from tests.lsp.conftest import ENVIRONMENT, ROOT, Client, make_client

pytestmark = [pytest.mark.real_model, pytest.mark.timeout(600)]


async def connect(workspace: Path, runtime: Path) -> Client:
    client = make_client()
    argv = ("-m", "lsp_server", "--runtime-dir", str(runtime), "--data-dir", str(runtime))
    await client.start_io(sys.executable, *argv, env=ENVIRONMENT, cwd=ROOT)
    options = {"extension": True, "trusted": True}
    capabilities = client_capabilities("visual-studio-code")
    folder = lsp.WorkspaceFolder(workspace.as_uri(), "w")
    await client.initialize_session(
        lsp.InitializeParams(capabilities, workspace_folders=[folder], initialization_options=options)
    )
    return client


async def test_two_windows_share_one_engine_and_edit_with_it(workspace: Path, tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    first = await connect(workspace, runtime)
    uri = first.open(workspace / "header.py", PARSE)

    explained = await first.ask(protocol.RUN, run_params(uri, "explain"))
    edited = await first.ask(protocol.RUN, run_params(uri, "docstring"))
    pid = first.statuses[-1].pid
    await first.shutdown_session()
    await first.stop()
    second = await connect(workspace, runtime)
    await second.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("start"))

    streamed = "".join(e.text for e in first.events if e.kind == "delta")
    assert explained.text and streamed.startswith(explained.text)
    assert edited.receipt.cached_tokens > 0.5 * edited.receipt.prompt_tokens
    assert edited.proposal is not None or edited.refused
    assert second.statuses[-1].pid == pid
    await second.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("stop"))
    await second.shutdown_session()
    await second.stop()
