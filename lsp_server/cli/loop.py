"""An event loop beside the terminal: the main thread waits for keys, this one talks to the engine."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for a blocking caller. Use with `with`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="engine client", daemon=True)

    def _serve(self) -> None:
        """Leave Ctrl+C to the main thread: the kernel may hand it to any, and one that waits for keys must wake up."""
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._loop.run_forever()

    def __enter__(self) -> LoopThread:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for `coroutine`. Ctrl+C cancels it, waits until it has cleaned up, and raises KeyboardInterrupt."""
        started: list[asyncio.Task[Any]] = []

        async def supervised() -> T:
            task = asyncio.current_task()
            assert task is not None
            started.append(task)
            return await coroutine

        future = asyncio.run_coroutine_threadsafe(supervised(), self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in started])
            with suppress(CancelledError, asyncio.CancelledError):
                future.result()
            raise
