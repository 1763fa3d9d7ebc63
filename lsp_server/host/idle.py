"""Decides when a host that nobody needs leaves: no lease and no job for a while. Lives on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE = 15.0
"""Seconds that a new host waits for its first lease, however short the idle time."""


class IdleWatch:
    """Counts who needs the host."""

    def __init__(self, seconds: float, on_idle: Callable[[], None], *, grace: float = GRACE) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._on_idle = on_idle
        self._holders = 0
        self._timer: asyncio.TimerHandle | None = self._loop.call_later(max(seconds, grace), on_idle)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The host is needed while this is open."""
        self._holders += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._timer = self._loop.call_later(self._seconds, self._on_idle)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
