"""The host's scheduler over the real backend: an answer that was set aside for a more urgent one says what it would have."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from lsp_server.host.backends import Prefilled, SamplingParams, Token
from lsp_server.host.job import Done, Failed, Job, JobEvent
from lsp_server.host.scheduler import Scheduler
from tests.contract.harness import make, prompt, stand_in_world

SEEDED = SamplingParams(temperature=0.9, top_p=0.95, top_k=40, seed=5, max_tokens=20)
GREEDY = SamplingParams(temperature=0, max_tokens=20)


@pytest.fixture(params=["G1", "G4"])
def scheduler(request) -> Iterator[Scheduler]:
    with stand_in_world(request.param) as world:
        made = Scheduler(make, lambda: None)
        made.start()
        assert made.loaded.wait(60) and made.failure is None
        yield made
        made.begin_close()
        assert made.join(30)
        world.assert_clean()


class Reader:
    """Collects one job's answer, and submits an urgent job after `interrupt` steps."""

    def __init__(self, scheduler: Scheduler, interrupt: int | None = None) -> None:
        self._scheduler = scheduler
        self._interrupt = interrupt
        self._steps = 0
        self._ended = threading.Event()
        self._text: list[str] = []

    def answer(self, tokens: list[int], sampling: SamplingParams) -> str:
        self._scheduler.submit(Job(tokens, sampling, 3, self._deliver))
        assert self._ended.wait(30)
        return "".join(self._text)

    def _deliver(self, event: JobEvent) -> None:
        assert not isinstance(event, Failed), event
        if isinstance(event, (Prefilled, Token)):
            self._steps += 1
            if self._steps == self._interrupt:
                urgent = Job(
                    prompt(90, 8), SamplingParams(temperature=0, max_tokens=3), 0, lambda event: None
                )
                self._scheduler.submit(urgent)
        if isinstance(event, Token):
            self._text.append(event.text)
        if isinstance(event, Done):
            self._ended.set()


@pytest.mark.parametrize("sampling", [GREEDY, SEEDED], ids=["greedy", "seeded"])
def test_a_pre_empted_answer_is_the_same(scheduler: Scheduler, sampling: SamplingParams):
    tokens = prompt(300, 4)
    alone = Reader(scheduler).answer(tokens, sampling)

    for steps in range(1, 20):
        assert Reader(scheduler, steps).answer(tokens, sampling) == alone, f"interrupted at step {steps}"
