from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.host.running import RunningHost, running_host


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[RunningHost]:
    """A host around the scripted backend."""
    async with running_host(tmp_path / "run") as running:
        yield running
