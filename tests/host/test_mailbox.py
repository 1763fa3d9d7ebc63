"""The rhythm in which a job's events reach their reader."""

from __future__ import annotations

import asyncio

from lsp_server.host.backends import Prefilled, Token
from lsp_server.host.job import Done, Timings
from lsp_server.host.mailbox import Mailbox
from tests.host.running import RunningHost, chat_body, prompt_ids, text_in
from tests.host.scripted_backend import expected_text

NEVER = 3600.0
DONE = Done("stop", 1, 0, 3, Timings(0, 0, 0, 0))
A, B, C = (Token((ord(letter),), letter) for letter in "abc")


async def test_the_first_token_is_not_held_back() -> None:
    box = Mailbox(frame=NEVER)

    box.put(Prefilled(8, 8, 0))
    before = await box.take()
    box.put(A)
    first = await box.take()

    assert (before, first) == ([Prefilled(8, 8, 0)], [A])


async def test_tokens_of_one_frame_come_together_when_it_is_over() -> None:
    box = Mailbox(frame=0.01)
    box.put(A)
    await box.take()

    box.put(B)
    box.put(C)

    assert await asyncio.wait_for(box.take(), 10) == [B, C]


async def test_the_end_of_an_answer_waits_for_no_frame() -> None:
    box = Mailbox(frame=NEVER)
    box.put(A)
    await box.take()

    box.put(B)
    box.put(DONE)

    assert await asyncio.wait_for(box.take(), 10) == [B, DONE]


async def test_a_fast_answer_has_fewer_chunks_than_tokens_and_all_their_text(host: RunningHost) -> None:
    async with host.stream("x", max_tokens=200, logprobs=True) as stream:
        chunks = [chunk async for chunk in stream]

    texts = [chunk["choices"][0] for chunk in chunks if chunk["choices"][0]["delta"].get("content")]
    scored = [entry for choice in texts for entry in choice["logprobs"]["content"]]
    assert len(texts) < 100
    assert (
        "".join(entry["token"] for entry in scored) == text_in(chunks) == expected_text(prompt_ids("x"), 200)
    )


async def test_who_asks_for_progress_is_told_how_many_tokens_there_are(host: RunningHost) -> None:
    async with host.stream("x", max_tokens=50, return_progress=True) as stream:
        chunks = [chunk async for chunk in stream]
    silent = await host.post("/v1/chat/completions", chat_body("x", stream=True, max_tokens=50))

    counts = [chunk["usage"]["completion_tokens"] for chunk in chunks if "usage" in chunk]
    assert counts == sorted(counts)
    assert counts[-1] == 50
    assert silent.text.count('"usage"') == 1
