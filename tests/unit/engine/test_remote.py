"""The client against a remote engine that a test scripts byte by byte."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_asyncio

from lsp_server.engine import create_engine
from lsp_server.engine.types import Delta, Engine, EngineEvent, Finished, Message, Priority, SamplingParams
from lsp_server.errors import ContextTooLong, EngineDied, EngineError, EngineUnavailable, ModelUnusable
from lsp_server.settings import Settings

KEY = "sk-very-secret"
MODELS = {"data": [{"id": "served", "max_model_len": 4096}]}
MESSAGES = [Message("system", "S"), Message("user", "hello")]


class Remote:
    """An HTTP server that answers each route with the bytes it was given."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, list[bytes]]] = {
            "/v1/models": (200, [json.dumps(MODELS).encode()])
        }
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.left = asyncio.Event()
        self.hold = False
        """Keep the connection open after the last byte."""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def stream(self, *pieces: bytes) -> None:
        self.answers["/v1/chat/completions"] = (200, list(pieces))

    def error(self, status: int, body: Any, route: str = "/v1/chat/completions") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[route] = (status, [content])

    def sent(self, route: str) -> list[Any]:
        return [body for path, _, body in self.requests if path == route]

    async def stop(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = head[0].split()[1]
        self.requests.append((path, headers, json.loads(body) if body else None))
        status, pieces = self.answers.get(path, (404, [b'{"detail": "Not Found"}']))
        writer.write(f"HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n".encode())
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if self.hold:
            await reader.read()
            self.left.set()
        writer.close()


@pytest_asyncio.fixture
async def remote() -> AsyncIterator[Remote]:
    remote = Remote()
    await remote.start()
    yield remote
    await remote.stop()


@pytest_asyncio.fixture
async def engine(remote: Remote, tmp_path: Path) -> AsyncIterator[Engine]:
    engine = make(remote.url, tmp_path)
    yield engine
    await engine.aclose()


def make(url: str, directory: Path, **settings: Any) -> Engine:
    return create_engine(
        attrs.evolve(Settings(), engine_url=url, **settings),
        runtime_dir=directory,
        data_dir=directory,
        api_key=KEY,
    )


def chunk(text: str | None = None, reason: str | None = None, **more: Any) -> bytes:
    delta = {} if text is None else {"content": text}
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more})


def scored(text: str, probability: float) -> bytes:
    """A chunk that tells how probable its token was."""
    told = {"content": [{"token": text, "logprob": math.log(probability)}]}
    return event({"choices": [{"index": 0, "delta": {"content": text}, "logprobs": told}]})


def event(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


DONE = b"data: [DONE]\n\n"


async def events(engine: Engine, **sampling: Any) -> list[EngineEvent]:
    async with aclosing(engine.generate(MESSAGES, SamplingParams(**sampling))) as stream:
        return [item async for item in stream]


def text(items: list[EngineEvent]) -> str:
    return "".join(item.text for item in items if isinstance(item, Delta))


async def test_an_answer_streams_with_its_usage(remote: Remote, engine: Engine) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 7}}
    late = event({"choices": [], "usage": usage})
    remote.stream(chunk(""), chunk("Hel"), chunk("lo 🎉"), chunk(reason="stop"), late, DONE)

    items = await events(engine)

    assert text(items) == "Hello 🎉"
    last = items[-1]
    assert isinstance(last, Finished)
    assert last.reason == "stop"
    assert (last.usage.prompt_tokens, last.usage.cached_tokens, last.usage.completion_tokens) == (9, 7, 2)


async def test_a_stream_without_done_is_whole_once_it_has_a_reason(remote: Remote, engine: Engine) -> None:
    remote.stream(chunk("x"), chunk(reason="length"))

    assert (await events(engine))[-1].reason == "length"  # type: ignore[union-attr]


async def test_a_stream_may_be_cut_anywhere(remote: Remote, engine: Engine) -> None:
    whole = chunk("é🎉") + chunk(reason="stop") + DONE
    remote.stream(*(whole[n : n + 1] for n in range(len(whole))))

    assert text(await events(engine)) == "é🎉"


async def test_a_remote_is_sent_openai_fields_only(remote: Remote, engine: Engine) -> None:
    remote.stream(chunk(reason="stop"), DONE)

    async with aclosing(engine.generate(MESSAGES, SamplingParams(stop=("x",)), Priority.CHAT)) as stream:
        async for _ in stream:
            pass

    (body,) = remote.sent("/v1/chat/completions")
    assert set(body) == {
        "messages", "stream", "max_tokens", "temperature", "top_p", "stop", "model", "stream_options",
    }  # fmt: skip
    assert body["model"] == "served"


async def test_confidence_is_the_geometric_mean_of_the_tokens_probabilities(
    remote: Remote, engine: Engine
) -> None:
    remote.stream(scored("He", 0.9), scored("llo", 0.4), chunk("!"), chunk(reason="stop"), DONE)

    *_, last = await events(engine, logprobs=True)

    (body,) = remote.sent("/v1/chat/completions")
    assert body["logprobs"] is True
    assert isinstance(last, Finished)
    assert last.usage.confidence == pytest.approx(math.sqrt(0.9 * 0.4))


async def test_an_engine_that_tells_no_probabilities_has_no_confidence(
    remote: Remote, engine: Engine
) -> None:
    nonsense = {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [{"logprob": "high"}, 7]}}]}
    remote.stream(event(nonsense), chunk("b"), chunk(reason="stop"), DONE)

    *_, last = await events(engine, logprobs=True)

    assert isinstance(last, Finished)
    assert last.usage.confidence is None


async def test_an_engine_that_refuses_log_probabilities_is_asked_without(
    remote: Remote, engine: Engine
) -> None:
    remote.error(400, {"error": {"message": "This model does not support 'logprobs'."}})

    with pytest.raises(EngineError):
        await events(engine, logprobs=True)
    remote.stream(chunk("x"), chunk(reason="stop"), DONE)
    answer = text(await events(engine, logprobs=True))

    assert answer == "x"
    assert ["logprobs" in body for body in remote.sent("/v1/chat/completions")] == [True, False, False]


async def test_warming_a_remote_does_nothing(remote: Remote, engine: Engine) -> None:
    items = await events(engine, max_tokens=0)

    assert len(items) == 1
    assert remote.sent("/v1/chat/completions") == []


async def test_the_model_and_window_are_discovered(remote: Remote, engine: Engine) -> None:
    status = await engine.start()

    assert (status.state, status.kind, status.model, status.context_window) == (
        "ready",
        "remote",
        "served",
        4096,
    )


async def test_closing_the_answer_closes_the_connection(remote: Remote, engine: Engine) -> None:
    await engine.start()
    remote.hold = True
    remote.stream(chunk("first"))

    async with aclosing(engine.generate(MESSAGES, SamplingParams())) as stream:
        await anext(stream)

    await asyncio.wait_for(remote.left.wait(), 10)


BROKEN_STREAMS: list[tuple[list[bytes], type[EngineError], str]] = [
    ([chunk("half")], EngineDied, "lost"),
    ([chunk("half"), b'data: {"choi'], EngineDied, "lost"),
    ([], EngineDied, "lost"),
    ([event(b"{not json")], EngineError, "cannot be read"),
    ([event([1, 2])], EngineError, "cannot be read"),
    ([event({"choices": ["x"]})], EngineError, "cannot be read"),
    ([event({"choices": {"a": 1}})], EngineError, "cannot be read"),
    ([b"<html>hello</html>"], EngineDied, "lost"),
    ([chunk("x"), event({"error": {"message": "out of memory", "code": 500}})], EngineDied, "out of memory"),
    (
        [event({"error": {"message": "too long", "code": "context_length_exceeded"}})],
        ContextTooLong,
        "too long",
    ),
]


@pytest.mark.parametrize(("pieces", "error", "sentence"), BROKEN_STREAMS)
async def test_a_broken_stream_is_a_sentence(
    remote: Remote, engine: Engine, pieces: list[bytes], error: type[EngineError], sentence: str
) -> None:
    remote.stream(*pieces)

    with pytest.raises(error, match=sentence):
        await events(engine)


REFUSALS: list[tuple[int, Any, type[EngineError], str, str]] = [
    (401, {"error": "bad key"}, EngineUnavailable, "refused the key", "setEngineKey"),
    (403, b"", EngineUnavailable, "refused the key", "setEngineKey"),
    (404, {"error": {"message": "no model x"}}, EngineUnavailable, "no model x", "openSettings"),
    (404, {"detail": "Not Found"}, EngineUnavailable, "/v1", "openSettings"),
    (429, {"error": {"message": "slow down"}}, EngineUnavailable, "busy: slow down", "showLog"),
    (500, b"Internal Server Error", EngineError, "500.*Internal Server Error", "showLog"),
    (503, {"error": {"message": "gone", "code": "model_missing"}}, ModelUnusable, "gone", "chooseModel"),
    (
        400,
        {"message": "This model's maximum context length is 4096 tokens"},
        ContextTooLong,
        "4096",
        "",
    ),
]


@pytest.mark.parametrize(("status", "body", "error", "sentence", "button"), REFUSALS)
async def test_a_refusal_is_a_sentence_with_a_button(
    remote: Remote,
    engine: Engine,
    status: int,
    body: Any,
    error: type[EngineError],
    sentence: str,
    button: str,
) -> None:
    remote.error(status, body)

    with pytest.raises(error, match=sentence) as refused:
        await events(engine)

    assert refused.value.button == button


async def test_nobody_there_is_told_with_the_address(remote: Remote, engine: Engine) -> None:
    await remote.stop()

    with pytest.raises(EngineUnavailable, match=remote.url) as refused:
        await engine.start()

    assert refused.value.button == engine.status.button == "openSettings"
    assert engine.status.state == "failed"


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://", "v1"])
async def test_what_is_no_address_is_told(url: str, tmp_path: Path) -> None:
    engine = make(url, tmp_path)

    with pytest.raises(EngineUnavailable, match="http://host:8000/v1"):
        await engine.start()
    await engine.aclose()


async def test_the_key_goes_into_the_header_and_nowhere_else(
    remote: Remote, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    remote.error(500, b"broken")
    with pytest.raises(EngineError) as refused:
        await events(engine)

    assert remote.requests[-1][1]["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in str(refused.value) + refused.value.detail + repr(engine.status)


COUNTS: list[tuple[Any, int]] = [
    ({"count": 7, "tokens": [1] * 7}, 7),
    ({"tokens": [1, 2, 3]}, 3),
    ({"strange": True}, 2),
    ([1], 2),
]


@pytest.mark.parametrize(("answer", "tokens"), COUNTS)
async def test_tokens_are_counted_or_estimated(
    remote: Remote, engine: Engine, answer: Any, tokens: int
) -> None:
    await engine.start()
    remote.error(200, answer, "/tokenize")

    assert await engine.count("foobar") == tokens


async def test_counting_starts_nothing(remote: Remote, engine: Engine) -> None:
    assert await engine.count(MESSAGES) > 0
    assert remote.requests == []


async def test_listeners_hear_changes_until_they_end(remote: Remote, engine: Engine) -> None:
    seen: list[str] = []
    end: Callable[[], None] = engine.subscribe(lambda status: seen.append(status.state))

    await engine.start()
    end()
    await engine.stop()

    assert seen == ["starting", "ready"]


async def test_an_endless_repetition_is_stopped_at_the_engine(remote: Remote, engine: Engine) -> None:
    """A small model went round in one sentence until the token limit, and the user watched."""
    await engine.start()
    remote.hold = True
    remote.stream(*[chunk("It is used to write a docstring, and it is often used.\n")] * 8)

    items = await asyncio.wait_for(events(engine), 10)

    assert isinstance(items[-1], Finished) and items[-1].reason == "repetition"
    await asyncio.wait_for(remote.left.wait(), 10)


async def test_a_remote_that_serves_another_model_now_is_asked_for_that(
    remote: Remote, engine: Engine
) -> None:
    remote.stream(chunk("a"), chunk(reason="stop"), DONE)
    await events(engine)
    remote.answers["/v1/models"] = (200, [json.dumps({"data": [{"id": "better"}]}).encode()])
    remote.error(404, {"message": "The model `served` does not exist.", "code": 404})
    with pytest.raises(EngineError):
        await events(engine)

    remote.stream(chunk("b"), chunk(reason="stop"), DONE)

    assert text(await events(engine)) == "b"
    assert remote.sent("/v1/chat/completions")[-1]["model"] == "better"


async def test_a_remote_that_has_gone_is_not_called_ready(remote: Remote, engine: Engine) -> None:
    await engine.start()
    await remote.stop()

    with pytest.raises(EngineUnavailable):
        await events(engine)

    assert (engine.status.state, engine.status.button) == ("failed", "openSettings")


@pytest.mark.parametrize(
    ("settings", "key", "directory"),
    [
        ({"engine_url": "http://localhost:8000v1"}, "", "run"),
        ({"engine_url": "http://localhost:80000/v1"}, "", "run"),
        ({"engine_url": "http://[::1:8000/v1"}, "", "run"),
        ({"engine_url": "http://127.0.0.1:9/v1"}, "sk-geheimniß", "run"),
        ({"engine_backend": "cpu"}, "", "/dev/null/run"),
    ],
)
async def test_what_cannot_be_connected_to_is_a_sentence_and_a_failed_status(
    settings: dict[str, Any], key: str, directory: str, tmp_path: Path
) -> None:
    engine = create_engine(
        attrs.evolve(Settings(), **settings), runtime_dir=tmp_path / directory, data_dir=tmp_path, api_key=key
    )

    with pytest.raises(EngineUnavailable) as told:
        await engine.start()

    assert engine.status.state == "failed"
    assert not key or key not in told.value.message
