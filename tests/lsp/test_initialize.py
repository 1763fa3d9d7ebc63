"""What the server says of itself, and how it comes and goes."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types as lsp

from tests.lsp.conftest import ROOT, Start


async def test_shutdown_and_exit_leave_no_process(start: Start) -> None:
    client = await start()
    process = client._server
    assert process is not None

    await client.shutdown_session()
    await client.stop()

    assert process.returncode == 0


def test_no_save_waits_for_the_server() -> None:
    answer = json.loads((ROOT / "lsp_server" / "initialize.json").read_text("utf-8"))

    sync = answer["capabilities"]["textDocumentSync"]
    assert sync["openClose"] and not {"willSave", "willSaveWaitUntil"} & set(sync)


@pytest.mark.parametrize("encoding", list(lsp.PositionEncodingKind))
async def test_the_command_takes_a_token_for_its_progress(
    start: Start, encoding: lsp.PositionEncodingKind
) -> None:
    """Also in the answer of the real server, which a client gets that counts in other units."""
    general = lsp.GeneralClientCapabilities(position_encodings=[encoding])

    client = await start(lsp.ClientCapabilities(general=general))

    assert client.initialized_with is not None
    provider = client.initialized_with.capabilities.execute_command_provider
    assert provider is not None and provider.work_done_progress
