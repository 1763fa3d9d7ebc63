"""One engine thread, and the queue before it. Knows backends and jobs; knows no HTTP and no event loop.

A job runs until it ends, its reader leaves, or a more urgent job arrives. The last two look alike to a backend: `emit`
answers True and `generate` returns "cancelled". A pre-empted job goes back to its place in the queue and is later resumed
with its prompt and what it has generated; the KV cache makes that cheap.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from attrs import frozen

from lsp_server.host.backends import Backend, BackendError, LoadProgress, ModelInfo, Prefilled, Step
from lsp_server.host.job import Job
from lsp_server.host.totals import PrefillTotals

log = logging.getLogger(__name__)

NOBODY = 1 << 30
"""The priority of an empty queue."""

State = Literal["loading", "ready", "busy", "failed"]


@frozen
class Snapshot:
    """The scheduler at one moment, for /status."""

    state: State
    loading: LoadProgress
    failure: BackendError | None
    queue: int
    tokens_per_second: float
    idle_ms: float
    """Since the last job ended; 0 while one runs or waits."""
    details: dict[str, Any]


class Scheduler:
    """Runs jobs on the engine thread, most urgent first."""

    def __init__(self, create: Callable[[], Backend], on_change: Callable[[], None]) -> None:
        """`create` makes the backend, on the engine thread; `on_change` is called from any thread, often."""
        self._create = create
        self._on_change = on_change
        self._wake = threading.Condition()
        self._waiting: list[Job] = []
        self._most_urgent = NOBODY
        self._running: Job | None = None
        self._closing = False
        self._loading = LoadProgress("starting")
        self._tokens_per_second = 0.0
        self._idle_since = 0.0
        self._backend: Backend | None = None
        self._thread = threading.Thread(target=self._work, name="engine")
        self.failure: BackendError | None = None
        self.model: ModelInfo | None = None
        self.totals = PrefillTotals()
        self.loaded = threading.Event()
        """Set when loading ended, well or badly; `model` or `failure` tells which."""

    def start(self) -> None:
        self._thread.start()

    @property
    def backend(self) -> Backend:
        """The loaded backend. Raises the reason when there is none."""
        if self.failure is not None:
            raise self.failure
        if self._backend is None or self.model is None:
            raise BackendError("The engine is still loading the model.")
        return self._backend

    @property
    def closing(self) -> bool:
        return self._closing

    @property
    def idle(self) -> bool:
        return self._running is None and not self._waiting and self.loaded.is_set()

    def submit(self, job: Job) -> None:
        """Queue a job; it will get events and at last a Done or a Failed."""
        with self._wake:
            if self._closing:
                raise BackendError("The engine is shutting down.", fatal=True)
            if self.failure is not None:
                raise self.failure
            heapq.heappush(self._waiting, job)
            self._queue_changed()
        self._on_change()

    def cancel(self, job: Job) -> None:
        """End a job whose reader has left: now if it waits, within one step if it runs."""
        job.cancelled = True
        with self._wake:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
            heapq.heapify(self._waiting)
            self._queue_changed()
        job.finish("cancelled")
        self._on_change()

    def begin_close(self) -> None:
        """Stop the running job within one step and close the backend; returns at once."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the engine thread; True when the backend is closed."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def snapshot(self) -> Snapshot:
        with self._wake:
            running, queue, idle_since = self._running, len(self._waiting), self._idle_since
        state: State = "busy" if running is not None else "ready"
        if self.failure is not None:
            state = "failed"
        elif self.model is None:
            state = "loading"
        details = self._backend.status() if self._backend is not None and state in ("busy", "ready") else {}
        speed = running.tokens_per_second if running is not None else 0.0
        idle = state == "ready" and not queue and idle_since
        return Snapshot(
            state=state,
            loading=self._loading,
            failure=self.failure,
            queue=queue,
            tokens_per_second=speed or self._tokens_per_second,
            idle_ms=(time.perf_counter() - idle_since) * 1000 if idle else 0.0,
            details=details,
        )

    # ── the engine thread ───────────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        try:
            self._load()
            while (job := self._next()) is not None:
                self._run(job)
                self._on_change()
        finally:
            self._fail_all(self.failure or BackendError("The engine is shutting down.", fatal=True))
            if self._backend is not None:
                try:
                    self._backend.close()
                except Exception:
                    log.exception("Closing the backend failed")

    def _load(self) -> None:
        def report(progress: LoadProgress) -> None:
            log.info("Loading: %s", progress.phase)
            self._loading = progress
            self._on_change()

        try:
            self._backend = self._create()
            self.model = self._backend.load(report)
            log.info("Ready: %s, window %s", self.model.name, self.model.context_window)
        except BackendError as error:
            self.failure = error
            log.error("%s %s", error.message, error.detail)
        except Exception as error:
            log.exception("Loading failed")
            self.failure = BackendError(
                f"The model could not be loaded: {_first_line(error)}", detail=repr(error)
            )
        if self.failure is not None:
            self._fail_all(self.failure)
        self.loaded.set()
        self._on_change()

    def _next(self) -> Job | None:
        with self._wake:
            self._running = None
            self._idle_since = time.perf_counter()
            while not self._waiting and not self._closing:
                self._on_change()
                self._wake.wait()
            if self._closing or (self.failure is not None and self.failure.fatal):
                return None
            self._running = heapq.heappop(self._waiting)
            self._queue_changed()
            return self._running

    def _run(self, job: Job) -> None:
        assert self._backend is not None
        if job.complete:
            job.finish("length")
            return
        counting = self.totals.run(job.priority, resumed=job.begun)
        job.begin()
        self._on_change()

        def emit(step: Step) -> bool:
            if isinstance(step, Prefilled):
                counting.see(step)
            job.accept(step)
            return job.cancelled or (self._most_urgent < job.priority and job.resumable) or self._closing

        try:
            reason = self._backend.generate(job.resumed_prompt(), job.resumed_sampling(), emit)
        except BackendError as error:
            self._failed(job, error)
            return
        except Exception as error:
            log.exception("The backend failed during an answer")
            self._failed(job, BackendError(f"The engine failed: {_first_line(error)}", fatal=True))
            return
        self._tokens_per_second = job.tokens_per_second or self._tokens_per_second
        if reason != "cancelled" or job.cancelled:
            job.finish(reason)
        elif self._closing:
            job.fail(BackendError("The engine is shutting down.", fatal=True))
        else:
            job.suspend()
            with self._wake:
                heapq.heappush(self._waiting, job)
                self._queue_changed()

    def _failed(self, job: Job, error: BackendError) -> None:
        log.error("%s %s", error.message, error.detail)
        job.fail(error)
        if error.fatal:
            self.failure = error
            self._fail_all(error)
            self.begin_close()

    def _fail_all(self, error: BackendError) -> None:
        with self._wake:
            jobs, self._waiting = self._waiting, []
            self._running = None
            self._queue_changed()
        for job in jobs:
            job.fail(error)

    def _queue_changed(self) -> None:
        self._most_urgent = self._waiting[0].priority if self._waiting else NOBODY
        self._wake.notify_all()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
