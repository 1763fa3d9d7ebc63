"""What the bench's client makes of an answer."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from bench.client import Event, Refused, Run


async def run_that_ends(receipt: dict[str, Any]) -> tuple[float, bool]:
    result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    result.set_result({"receipt": receipt})
    return await Run(1, time.perf_counter(), result).first_or_prepared()


async def test_an_answer_that_idle_work_had_made_counts_from_its_result() -> None:
    took, prepared = await run_that_ends({"prepared": True})

    assert prepared and 0 <= took < 1000


async def test_an_answer_without_a_text_is_no_answer() -> None:
    with pytest.raises(Refused):
        await run_that_ends({})


async def test_events_of_one_kind_are_waited_for() -> None:
    result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    run = Run(1, time.perf_counter(), result)
    waiting = asyncio.create_task(run.of_kind("prefill", 2))

    for kind in ("prefill", "delta", "prefill"):
        run.events.append(Event(0.0, kind, "x"))
        run.arrived.set()
        await asyncio.sleep(0)

    assert [event.kind for event in await waiting] == ["prefill", "prefill"]
