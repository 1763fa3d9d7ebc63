"""What the server says of itself, and how it comes and goes."""

from __future__ import annotations

import json

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
