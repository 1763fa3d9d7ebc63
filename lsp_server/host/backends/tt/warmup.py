"""Everything the device will ever compile or allocate, done before an answer, in the order that keeps traces intact.

Untraced prefills first, then untraced decode, then traces; an allocation after a trace exists could corrupt it. All of
it writes through zero page tables, which is why block 0 is scratch.
"""

from __future__ import annotations

from collections.abc import Callable

from lsp_server.host.backends import BackendError, LoadProgress, SamplingParams
from lsp_server.host.backends.tt import canary, failures
from lsp_server.host.backends.tt.adapters import Adapter
from lsp_server.host.backends.tt.chunks import OFFSET
from lsp_server.host.backends.tt.options import Deadlines
from lsp_server.host.backends.tt.pages import PagePool
from lsp_server.host.backends.tt.runner import Runner
from lsp_server.host.backends.tt.watchdog import DeviceThread, Hung

Report = Callable[[LoadProgress], None]


class WarmUp:
    def __init__(
        self,
        adapter: Adapter,
        runner: Runner,
        thread: DeviceThread,
        pool: PagePool,
        deadlines: Deadlines,
        *,
        window: int,
        chunk: int,
        vocabulary: int,
        report: Report,
    ) -> None:
        self._adapter = adapter
        self._runner = runner
        self._thread = thread
        self._pool = pool
        self._deadline = deadlines.warm
        self._window = window
        self._chunk = chunk
        self._vocabulary = vocabulary
        self._report = report
        self._done = 0
        self._ahead: list[str] = []
        """Phases still to come, as far as is known."""

    def run(self) -> str:
        """Warm everything up; return why prefixes cannot be reused, or ""."""
        traced = self._adapter.resume == "traced"
        chunked = self._adapter.resume == "untraced"
        self._ahead = ["warming up prefill", *self._phases(chunked=chunked)]
        self._step("warming up prefill", lambda: self._adapter.warm_prefill(traced=False))
        reason = self._canary() if chunked else ""
        if reason:
            chunked = False
            self._ahead = self._phases(chunked=False)
        self._buckets(chunked=chunked)
        self._step("warming up decode", lambda: self._decode(traced=False))
        if traced:
            self._step("capturing prefill traces", lambda: self._adapter.warm_prefill(traced=True))
        self._step("capturing the decode trace", lambda: self._decode(traced=True))
        if traced:
            reason = self._canary()
        if self._adapter.resume == "never":
            reason = "this tt-metal release cannot reuse prefixes safely"
        self._runner.resumes = not reason
        self._runner.warming = False
        return reason

    def _phases(self, *, chunked: bool) -> list[str]:
        """What comes after the generation's own prefill warm-up."""
        checks = canary.phases(self._adapter, self._window, self._chunk, self._vocabulary)
        traced = self._adapter.resume == "traced"
        return [
            *(checks if chunked else ()),
            *map(_bucket, self._lengths(chunked=chunked)),
            "warming up decode",
            *(["capturing prefill traces"] if traced else ()),
            "capturing the decode trace",
            *(checks if traced else ()),
        ]

    def _lengths(self, *, chunked: bool) -> list[int]:
        """Every bucket that a request can reach; `chunked`: no prefill is longer than a piece."""
        limit = self._chunk if chunked else self._window
        return sorted({min(self._adapter.padded(length), limit) for length in (*range(1, limit, 64), limit)})

    def _buckets(self, *, chunked: bool) -> None:
        for bucket in self._lengths(chunked=chunked):
            self._begin(_bucket(bucket))
            self._prefill(bucket, 0)
            if chunked and self._adapter.can_resume(OFFSET, bucket):
                self._prefill(OFFSET + bucket, OFFSET)

    def _prefill(self, tokens: int, start: int) -> None:
        self._runner.prefill_piece([0] * tokens, start, [])

    def _decode(self, *, traced: bool) -> None:
        """The generation's own warm-up, then one step of each kind a request takes."""
        self._adapter.trace_decode = traced
        self._adapter.warm_decode(traced=traced)
        kinds: list[SamplingParams | None] = [None]
        if self._runner.samples_on_device:
            kinds.append(SamplingParams(temperature=0))
            if not self._adapter.greedy_device_sampling:
                kinds.append(SamplingParams(temperature=1.0, top_k=32))
        for kind in kinds:
            self._adapter.collect(self._adapter.submit(0, 0, self._runner.table([]), kind, True))

    def _canary(self) -> str:
        try:
            return canary.check(
                self._runner,
                self._adapter,
                self._pool,
                self._window,
                self._chunk,
                self._vocabulary,
                self._begin,
            )
        except (Hung, BackendError):
            raise
        except Exception as error:
            known = failures.find(str(error))
            if known is not None and known[0].fatal:
                raise
            return f"resumed prefill failed: {error}"

    def _step(self, phase: str, function: Callable[[], None]) -> None:
        self._begin(phase)
        self._thread.call(phase, self._deadline, function)

    def _begin(self, phase: str) -> None:
        """Report a phase, and how many there are."""
        if phase in self._ahead:
            del self._ahead[: self._ahead.index(phase) + 1]
        total = self._done + 1 + len(self._ahead)
        self._report(LoadProgress(f"{phase} ({self._done + 1} of {total})", self._done / total))
        self._done += 1


def _bucket(tokens: int) -> str:
    return f"warming up prefill of {tokens:,} tokens"
