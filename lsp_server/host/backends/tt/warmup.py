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

    def run(self) -> str:
        """Warm everything up; return why prefixes cannot be reused, or ""."""
        traced = self._adapter.resume == "traced"
        self._step("warming up prefill", lambda: self._adapter.warm_prefill(traced=False))
        reason = ""
        if self._adapter.resume == "untraced":
            reason = self._canary()
        chunked = self._adapter.resume == "untraced" and not reason
        self._buckets(self._chunk if chunked else self._window, resumed=chunked)
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

    def _buckets(self, limit: int, *, resumed: bool) -> None:
        """One prefill in every bucket that a request can reach."""
        buckets = sorted(
            {min(self._adapter.padded(length), limit) for length in (*range(1, limit, 64), limit)}
        )
        for number, bucket in enumerate(buckets, 1):
            phase = f"warming up prefill {bucket} ({number} of {len(buckets)})"
            self._report(LoadProgress(phase, number / len(buckets)))
            self._prefill(bucket, 0)
            if resumed and self._adapter.can_resume(OFFSET, bucket):
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
        def report(text: str) -> None:
            self._report(LoadProgress(text))

        try:
            return canary.check(
                self._runner, self._adapter, self._pool, self._window, self._chunk, self._vocabulary, report
            )
        except (Hung, BackendError):
            raise
        except Exception as error:
            known = failures.find(str(error))
            if known is not None and known[0].fatal:
                raise
            return f"resumed prefill failed: {error}"

    def _step(self, phase: str, function: Callable[[], None]) -> None:
        self._report(LoadProgress(phase))
        self._thread.call(phase, self._deadline, function)
