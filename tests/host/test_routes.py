"""The routes of docs/engine-http.md, with a scripted backend."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from lsp_server import __version__
from tests.host.running import RunningHost, chat_body, prompt_ids, running_host, text_in
from tests.host.scripted_backend import WINDOW, expected_text


async def test_health_names_the_server_its_version_and_state(host: RunningHost) -> None:
    await host.chat("x", max_tokens=1)

    answer = (await host.client.get("/health")).json()

    assert answer["server"] == "tt-assistant"
    assert answer["version"] == __version__
    assert answer["state"] == "ready"


async def test_health_tells_since_when_nothing_runs(host: RunningHost) -> None:
    await host.chat("x", max_tokens=1)
    ended = time.perf_counter()

    first = (await host.client.get("/health")).json()["idle_ms"]
    second = (await host.client.get("/health")).json()["idle_ms"]

    assert 0 < first < second <= (time.perf_counter() - ended) * 1000 + first


async def test_health_of_a_busy_host_tells_no_idle_time(host: RunningHost) -> None:
    host.backend.gate.close()
    asking = asyncio.create_task(host.chat("x", max_tokens=1))
    await host.at_step(1)

    said = (await host.client.get("/health")).json()

    host.backend.gate.open()
    await asking
    assert (said["state"], said["idle_ms"]) == ("busy", 0)


async def test_models_name_the_model_and_its_window(host: RunningHost) -> None:
    answer = (await host.client.get("/v1/models")).json()

    assert [(m["id"], m["max_model_len"], m["owned_by"]) for m in answer["data"]] == [
        ("scripted", WINDOW, "tt-assistant")
    ]


async def test_a_whole_answer_has_text_usage_and_timings(host: RunningHost) -> None:
    answer = await host.chat("hello", max_tokens=12)

    assert answer["choices"][0]["message"] == {
        "role": "assistant",
        "content": expected_text(prompt_ids("hello"), 12),
    }
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["prompt_tokens"] == len(prompt_ids("hello"))
    assert answer["usage"]["completion_tokens"] == 12
    assert answer["timings"]["ttft_ms"] > 0


async def test_streaming_says_the_same_as_a_whole_answer(host: RunningHost) -> None:
    whole = await host.chat("hello", max_tokens=40)

    async with host.stream("hello", max_tokens=40) as stream:
        chunks = [chunk async for chunk in stream]

    assert text_in(chunks) == whole["choices"][0]["message"]["content"]
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert chunks[-1]["usage"]["completion_tokens"] == 40


async def test_a_stream_ends_with_done(host: RunningHost) -> None:
    response = await host.post("/v1/chat/completions", chat_body("x", stream=True, max_tokens=2))

    assert response.text.endswith("data: [DONE]\n\n")


async def test_progress_is_sent_only_when_asked_for(host: RunningHost) -> None:
    async with host.stream("hello " * 20, max_tokens=1) as stream:
        silent = [chunk async for chunk in stream if "prompt_progress" in chunk]
    async with host.stream("other " * 20, max_tokens=1, return_progress=True) as stream:
        told = [chunk["prompt_progress"] async for chunk in stream if "prompt_progress" in chunk]

    assert not silent
    assert told[-1]["processed"] == told[-1]["total"] == len(prompt_ids("other " * 20))
    assert [p["processed"] for p in told] == sorted(p["processed"] for p in told)


async def test_a_shared_prefix_is_reported_as_cached(host: RunningHost) -> None:
    first = await host.chat("def f(): pass\n" * 10 + "explain", max_tokens=1)
    second = await host.chat("def f(): pass\n" * 10 + "refactor", max_tokens=1)

    assert first["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["usage"]["prompt_tokens_details"]["cached_tokens"] > 140


async def test_completions_take_text(host: RunningHost) -> None:
    answer = (await host.post("/v1/completions", {"prompt": "abc", "max_tokens": 9})).json()

    assert answer["choices"][0]["text"] == expected_text([ord(c) for c in "abc"], 9)
    assert answer["object"] == "text_completion"


async def test_a_stop_string_ends_the_answer_before_it(host: RunningHost) -> None:
    full = expected_text(prompt_ids("stop here"), 30)
    stop = full[10:13]

    answer = await host.chat("stop here", max_tokens=30, stop=stop)

    assert answer["choices"][0]["message"]["content"] == full[: full.index(stop)]
    assert answer["choices"][0]["finish_reason"] == "stop"


async def test_logprobs_come_with_each_token(host: RunningHost) -> None:
    answer = await host.chat("hello", max_tokens=5, logprobs=True)

    scored = answer["choices"][0]["logprobs"]["content"]
    assert "".join(entry["token"] for entry in scored) == answer["choices"][0]["message"]["content"]
    assert all(entry["logprob"] == -0.5 for entry in scored)


async def test_tokenize_counts_text_and_messages(host: RunningHost) -> None:
    text = (await host.post("/tokenize", {"prompt": "héllo"})).json()
    chat = (await host.post("/tokenize", {"messages": chat_body("hello")["messages"]})).json()

    assert text == {"count": 5, "max_model_len": WINDOW, "tokens": [ord(c) for c in "héllo"]}
    assert chat["tokens"] == prompt_ids("hello")


async def test_an_answer_that_is_begun_is_gone_on_with(host: RunningHost) -> None:
    messages = [*chat_body("hello")["messages"], {"role": "assistant", "content": "```py"}]

    counted = (await host.post("/tokenize", {"messages": messages})).json()

    assert counted["tokens"] == prompt_ids("hello") + [ord(c) for c in "```py"]


async def test_unknown_fields_are_ignored(host: RunningHost) -> None:
    await host.chat("x", max_tokens=1, frequency_penalty=0.5, user="me", model="anything", tools=None)


async def test_content_may_come_in_text_parts(host: RunningHost) -> None:
    parts = [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]
    body = chat_body("", max_tokens=5)
    body["messages"][1]["content"] = parts

    answer = (await host.post("/v1/chat/completions", body)).json()

    assert answer["choices"][0]["message"]["content"] == expected_text(prompt_ids("hello"), 5)


BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"messages": None}, "messages is missing"),
    ({"messages": []}, "messages must be a list"),
    ({"messages": "hello"}, "messages must be a list"),
    ({"messages": ["hello"]}, "messages[0] must be an object"),
    ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role must be one of"),
    ({"messages": [{"role": "user"}]}, "messages[0].content must be a string"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "text parts only"),
    ({"max_tokens": -1}, "max_tokens must be an integer of at least 0"),
    ({"max_tokens": 1.5}, "max_tokens must be an integer"),
    ({"max_tokens": True}, "max_tokens must be an integer"),
    ({"max_completion_tokens": "9"}, "max_completion_tokens must be an integer"),
    ({"temperature": -0.1}, "temperature must be a number from 0 to 2"),
    ({"temperature": "hot"}, "temperature must be a number"),
    ({"top_p": 1.1}, "top_p must be a number from 0 to 1"),
    ({"top_k": -2}, "top_k must be an integer of at least -1"),
    ({"seed": "x"}, "seed must be an integer"),
    ({"stop": 5}, "stop must be"),
    ({"stop": ["a", ""]}, "stop must be"),
    ({"stop": ["a"] * 17}, "stop must be"),
    ({"stream": "yes"}, "stream must be true or false"),
    ({"return_progress": 1}, "return_progress must be true or false"),
    ({"priority": "high"}, "priority must be an integer"),
    ({"logprobs": "all"}, "logprobs must be"),
    ({"grammar": 7}, "grammar must be a string"),
    ({"n": 2}, "n must be 1"),
    ({"n": 0}, "n must be an integer of at least 1"),
]


@pytest.mark.parametrize(("fields", "sentence"), BAD_BODIES, ids=lambda v: str(v)[:40])
async def test_a_bad_body_is_refused_with_the_field(
    host: RunningHost, fields: dict[str, Any], sentence: str
) -> None:
    response = await host.post("/v1/chat/completions", {**chat_body("x"), **fields})

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "bad_request")
    assert sentence in error["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe"])
async def test_what_is_no_json_object_is_refused(host: RunningHost, content: bytes) -> None:
    response = await host.client.post("/v1/completions", content=content)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_request"


async def test_a_prompt_over_the_window_is_refused_with_both_numbers(host: RunningHost) -> None:
    text = "x" * WINDOW

    response = await host.post("/v1/chat/completions", chat_body(text, max_tokens=10))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "context_length_exceeded")
    assert f"{len(prompt_ids(text)):,}" in error["message"]
    assert f"{WINDOW:,}" in error["message"]


async def test_an_empty_prompt_is_refused(host: RunningHost) -> None:
    response = await host.post("/v1/completions", {"prompt": ""})

    assert response.status_code == 400


async def test_an_unknown_route_answers_in_json(host: RunningHost) -> None:
    missing = await host.client.get("/v1/nothing")
    wrong = await host.client.get("/tokenize")

    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert missing.json()["error"]["message"]


async def test_tcp_needs_the_token_and_the_socket_does_not(tmp_path: Path) -> None:
    import json

    async with running_host(tmp_path / "run", port=0) as host:
        await host.chat("x", max_tokens=1)
        record = json.loads(host.files.record.read_text())
        async with httpx.AsyncClient(base_url=record["url"]) as tcp:
            nobody = await tcp.get("/health")
            wrong = await tcp.get("/health", headers={"Authorization": "Bearer wrong"})
            right = await tcp.get("/health", headers={"Authorization": f"Bearer {record['token']}"})

    assert (nobody.status_code, wrong.status_code, right.status_code) == (401, 401, 200)
    assert nobody.json()["error"]["code"] == "unauthorized"


async def test_shutdown_answers_and_the_host_leaves(host: RunningHost) -> None:
    response = await host.post("/shutdown", {})

    assert response.status_code == 202
    await host.ended
    assert not host.files.record.exists()
    assert not host.files.socket_path.exists()
    assert host.backend.closed.wait(10)


async def test_shutdown_if_idle_is_refused_while_a_lease_is_held(host: RunningHost) -> None:
    await host.chat("x", max_tokens=1)
    async with host.client.stream("GET", "/status") as lease:
        lines = lease.aiter_lines()  # kept: a dropped generator closes the connection
        await anext(lines)

        refused = await host.post("/shutdown", {"if_idle": True})

    assert refused.status_code == 409
    assert not host.leaving.is_set()


async def test_status_counts_leases_and_tells_the_model(host: RunningHost) -> None:
    status = await host.status(lambda s: s["state"] == "ready")

    assert status["leases"] == 1
    assert status["model"] == "scripted"
    assert status["context_window"] == WINDOW
    assert status["details"] == {"quantisation": "none", "decoded": 0}
