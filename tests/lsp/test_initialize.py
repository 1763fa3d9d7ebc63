"""What the server says of itself, and how it comes and goes."""

from __future__ import annotations

from tests.lsp.conftest import Start


async def test_shutdown_and_exit_leave_no_process(start: Start) -> None:
    client = await start()
    process = client._server
    assert process is not None

    await client.shutdown_session()
    await client.stop()

    assert process.returncode == 0
