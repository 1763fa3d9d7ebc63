"""Every device call runs on one thread with a deadline, because a hung board hangs the call for ever.

The caller gets `Hung` and the process can still say what is wrong, but not for long: a call that returns after all would
hold the board. When the call also holds the interpreter, no Python can run: then faulthandler's own thread writes the
stacks to the log and ends the process, and the client restarts it.
"""

from __future__ import annotations

import faulthandler
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 30.0
"""Seconds between our deadline and the hard exit."""
FAREWELL = 20.0
"""Seconds in which a process that hangs can say so."""
LOOK = 0.5
"""Seconds between two calls of `while_waiting`."""


class Hung(Exception):
    """A device call missed its deadline; the device must not be used again by this process."""

    def __init__(self, doing: str, deadline: float) -> None:
        super().__init__(f"{doing} took longer than {deadline:g} s")
        self.doing = doing


class DeviceThread:
    def __init__(self, *, hard_exit: bool) -> None:
        self._hard_exit = hard_exit
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self.hung = False
        threading.Thread(target=self._run, name="tt-device", daemon=True).start()

    def call(
        self,
        doing: str,
        deadline: float,
        function: Callable[[], T],
        while_waiting: Callable[[], None] | None = None,
    ) -> T:
        """Run `function` on the device thread; raise Hung when it takes longer than `deadline` seconds."""
        if self.hung:
            raise Hung(doing, 0)
        future: Future[T] = Future()
        if self._hard_exit:
            faulthandler.dump_traceback_later(deadline + GRACE, exit=True)
        self._work.put((future, function))
        try:
            return self._wait(future, deadline, while_waiting)
        except TimeoutError:
            if future.done():
                raise
            self.hung = True
            raise Hung(doing, deadline) from None
        finally:
            if self._hard_exit:
                faulthandler.cancel_dump_traceback_later()
                if self.hung:
                    faulthandler.dump_traceback_later(FAREWELL, exit=True)

    def stop(self) -> None:
        self._work.put(None)

    @staticmethod
    def _wait(future: Future[T], deadline: float, while_waiting: Callable[[], None] | None) -> T:
        if while_waiting is None:
            return future.result(deadline)
        left = deadline
        while left > LOOK:
            try:
                return future.result(LOOK)
            except TimeoutError:
                if future.done():
                    raise
            while_waiting()
            left -= LOOK
        return future.result(left)

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            future, function = item
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)
            del item, future, function
