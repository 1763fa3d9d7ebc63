"""When a host leaves by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsp_server.host.idle import IdleWatch
from tests.host.running import running_host


async def test_a_host_that_nobody_came_to_leaves_after_the_grace() -> None:
    left = asyncio.Event()

    IdleWatch(0.0, left.set, grace=0.01)

    await asyncio.wait_for(left.wait(), 5)


async def test_the_last_holder_starts_the_clock() -> None:
    left = asyncio.Event()
    watch = IdleWatch(0.0, left.set, grace=60)

    with watch.held():
        with watch.held():
            pass
        await asyncio.sleep(0)
        assert not left.is_set()

    await asyncio.wait_for(left.wait(), 5)


async def test_a_new_holder_stops_the_clock() -> None:
    left = asyncio.Event()
    watch = IdleWatch(3600, left.set, grace=0)
    with watch.held():
        pass

    with watch.held():
        watch.close()
        assert not left.is_set()


async def test_a_lease_keeps_the_host_and_its_end_lets_it_leave(tmp_path: Path) -> None:
    async with running_host(tmp_path / "run", idle_minutes=0) as host:
        async with host.client.stream("GET", "/status") as lease:
            # The iterator is kept: a dropped one closes the connection, and with it the lease.
            lines = lease.aiter_lines()
            await anext(lines)
            await host.chat("x", max_tokens=1)
            assert not host.leaving.is_set()

        await asyncio.wait_for(host.leaving.wait(), 10)
        await host.ended
        assert host.backend.closed.wait(10)


async def test_a_running_request_keeps_the_host(tmp_path: Path) -> None:
    async with running_host(tmp_path / "run", idle_minutes=0) as host:
        host.backend.gate.close()
        request = asyncio.create_task(host.chat("x", max_tokens=5))
        await host.at_step(1)
        assert not host.leaving.is_set()

        host.backend.gate.open()
        await request
        await asyncio.wait_for(host.leaving.wait(), 10)
