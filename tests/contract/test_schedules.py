"""Random schedules of requests (hypothesis, stateful): whatever the order, every answer is the reference's.

`--schedules N` sets how many are run in all; `npm run test:contract` runs 10,000.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.contract.double import model
from tests.contract.harness import GENERATIONS, GREEDY, Rig, prompt, rig

LENGTHS = st.one_of(
    st.integers(1, 400), st.sampled_from((255, 256, 257, 320, 512, 640, 1023, 1024, 1025, 1300, 1900))
)
TAILS = st.one_of(st.integers(1, 12), st.sampled_from((40, 63, 64, 65, 300, 700)))
COUNTS = st.integers(0, 8)


class Schedule(RuleBasedStateMachine):
    """Requests against one loaded backend, whose cache starts empty."""

    rig: Rig

    def __init__(self) -> None:
        super().__init__()
        runner = self.rig.backend._runner
        runner.cache.clear()
        self.history: list[list[int]] = []

    @rule(length=LENGTHS, seed=st.integers(0, 3), count=COUNTS, cancel_at=st.integers(-1, 8))
    def fresh_prompt(self, length, seed, count, cancel_at):
        self._run(prompt(length, seed), count, cancel_at)

    @rule(
        which=st.integers(0, 5), keep=st.floats(0, 1), tail=TAILS, count=COUNTS, cancel_at=st.integers(-1, 8)
    )
    def shares_a_beginning(self, which, keep, tail, count, cancel_at):
        if self.history:
            base = self.history[-1 - which % len(self.history)]
            self._run(base[: int(len(base) * keep)] + prompt(tail, 90 + which), count, cancel_at)

    @rule(which=st.integers(0, 2), tail=st.integers(1, 9), count=COUNTS)
    def goes_on(self, which, tail, count):
        if self.history:
            self._run(self.history[-1 - which % len(self.history)] + prompt(tail, 60), count, -1)

    @invariant()
    def blocks_are_accounted_for(self):
        pool, cache = self.rig.backend._pool, self.rig.backend._runner.cache
        held = [block for sequence in cache._cached for block in sequence.blocks]
        assert 0 not in held
        assert pool.used == len(set(held)), "a block leaked or was freed while in use"

    def _run(self, tokens: list[int], count: int, cancel_at: int) -> None:
        window = self.rig.info.context_window
        if len(tokens) > window - 20:
            tokens = [*tokens[: window - 21], 65]
        expected = model.greedy(tokens, count, window)

        answer = self.rig.ask(tokens, attrs.evolve(GREEDY, max_tokens=count), cancel_at)

        assert answer.ids == expected[: len(answer.ids)]
        if answer.reason == "cancelled":
            left = attrs.evolve(GREEDY, max_tokens=count - answer.confirmed)
            rest = self.rig.ask(tokens + answer.shown, left)
            assert answer.shown + rest.ids == expected
            assert answer.text + rest.text == model.text_of(expected)
        else:
            assert answer.ids == expected and answer.text == model.text_of(expected)
        assert not self.rig.world.violations
        self.history.append(tokens + expected)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("generation", GENERATIONS)
def test_random_schedules(generation, schedules):
    with rig(generation, {"context_window": 2048}) as made:
        machine = type(f"Schedule{generation}", (Schedule,), {"rig": made})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=-(-schedules // len(GENERATIONS)),
                stateful_step_count=8,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
