"""Tells every reader of /status what changed, at most five times a second. Lives on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

MIN_INTERVAL = 0.2


class StatusBoard:
    """The current status object, and the readers that wait for the next."""

    def __init__(self, snapshot: Callable[[], dict[str, Any]]) -> None:
        """To be made on the event loop; `snapshot` is called there."""
        self._loop = asyncio.get_running_loop()
        self._snapshot = snapshot
        self._readers: set[asyncio.Event] = set()
        self._current: dict[str, Any] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._closed = False

    @property
    def readers(self) -> int:
        return len(self._readers)

    def changed(self) -> None:
        """Something may be different. Call from any thread, as often as you like."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._schedule)

    def close(self) -> None:
        """Tell every reader the last status, which may say why we leave, and end it."""
        self._current = self._snapshot()
        self._closed = True
        for reader in self._readers:
            reader.set()

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """The status now, then each later one; a slow reader skips to the newest."""
        event = asyncio.Event()
        self._readers.add(event)
        self._schedule()
        try:
            seen = self._current = self._snapshot()
            yield seen
            while not self._closed:
                await event.wait()
                event.clear()
                if self._current != seen:
                    seen = self._current
                    yield seen
        finally:
            self._readers.discard(event)
            self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and not self._closed:
            delay = max(0.0, self._last + MIN_INTERVAL - self._loop.time())
            self._timer = self._loop.call_later(delay, self._publish)

    def _publish(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        self._current = self._snapshot()
        for reader in self._readers:
            reader.set()
