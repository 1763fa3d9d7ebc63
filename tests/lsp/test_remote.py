"""An OpenAI-compatible engine behind the server as users start it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import PARSE, run_params
from tests.lsp.conftest import ENVIRONMENT, Client, Start
from tests.unit.cli.scripted_server import MODEL, ScriptedServer

KEY = "a secret key"


@pytest.fixture
def engine() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


async def connect(start: Start, engine: ScriptedServer, directory: Path, key: str) -> Client:
    return await start(
        client_capabilities("visual-studio-code"),
        argv=("-m", "lsp_server", "--runtime-dir", str(directory), "--data-dir", str(directory)),
        environ={**ENVIRONMENT, "TT_ASSISTANT_API_KEY": key},
        extension=True,
        trusted=True,
        settings={"engine": {"url": engine.url}},
    )


async def test_an_answer_streams(
    engine: ScriptedServer, start: Start, workspace: Path, tmp_path: Path
) -> None:
    engine.key, engine.answers = KEY, ["It splits a line."]
    client = await connect(start, engine, tmp_path, KEY)
    uri = client.open(workspace / "header.py", PARSE)

    result = await client.ask(protocol.RUN, run_params(uri, "explain"))

    assert result.text == "It splits a line."
    assert len([e for e in client.events if e.kind == "delta"]) > 1
    assert result.receipt.context_window == 4096
    ready = client.statuses[-1]
    assert (ready.kind, ready.model) == ("remote", MODEL)


async def test_a_wrong_key_is_a_sentence_with_a_button(
    engine: ScriptedServer, start: Start, workspace: Path, tmp_path: Path
) -> None:
    engine.key = KEY
    client = await connect(start, engine, tmp_path, "a wrong key")
    uri = client.open(workspace / "header.py", PARSE)

    with pytest.raises(JsonRpcException, match="refused the key") as caught:
        await client.ask(protocol.RUN, run_params(uri, "explain"))

    assert "setEngineKey" in str(caught.value.data)
    assert "a wrong key" not in f"{caught.value.message}{caught.value.data}"


async def test_an_engine_that_is_not_there_is_said(
    engine: ScriptedServer, start: Start, workspace: Path, tmp_path: Path
) -> None:
    engine.__exit__()
    client = await connect(start, engine, tmp_path, "")
    uri = client.open(workspace / "header.py", PARSE)

    with pytest.raises(JsonRpcException, match="No engine answers at") as caught:
        await client.ask(protocol.RUN, run_params(uri, "explain"))

    assert "openSettings" in str(caught.value.data)
