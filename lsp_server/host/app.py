"""The routes of docs/engine-http.md over one scheduler. Knows no model and no process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lsp_server import __version__
from lsp_server.host.backends import BackendError, ModelInfo
from lsp_server.host.completion import CompletionResponse, error_response
from lsp_server.host.idle import IdleWatch
from lsp_server.host.protocol import RequestError, error_body, from_backend, parse_completion, parse_tokenize
from lsp_server.host.scheduler import Scheduler
from lsp_server.host.status import StatusBoard
from lsp_server.host.stream import event, on_leaving, send_stream

LARGEST_BODY = 16 << 20
BEFORE_THE_LEASE = ("/health", "/v1/models")
"""What is asked of a new host before anybody holds a lease: its end must not be taken for the last reader's."""


class Host:
    """What the routes need. Lives on the event loop."""

    def __init__(
        self, scheduler: Scheduler, *, backend: str, model: str, idle: IdleWatch, leave: Callable[[], None]
    ) -> None:
        """`model` is what is shown until the model has told its name; `leave` ends the process cleanly."""
        self.scheduler = scheduler
        self.idle = idle
        self.leave = leave
        self.board = StatusBoard(self.status)
        self._backend = backend
        self._model = model
        self._loop = asyncio.get_running_loop()
        self._loaded = asyncio.Event()

    def scheduler_changed(self) -> None:
        """Called on any thread whenever the scheduler's state may differ."""
        if self._loop.is_closed():
            return
        if self.scheduler.loaded.is_set():
            self._loop.call_soon_threadsafe(self._loaded.set)
        if self.scheduler.closing:
            self._loop.call_soon_threadsafe(self.leave)
        self.board.changed()

    def status(self) -> dict[str, Any]:
        now, model = self.scheduler.snapshot(), self.scheduler.model
        failure = now.failure
        return {
            "state": now.state,
            "phase": now.loading.phase if now.state == "loading" else "",
            "progress": now.loading.fraction if now.state == "loading" else None,
            "model": model.name if model else self._model,
            "backend": self._backend,
            "context_window": model.context_window if model else 0,
            "tokens_per_second": round(now.tokens_per_second, 1),
            "queue": now.queue,
            "prefill": self.scheduler.totals.wire(),
            "leases": self.board.readers,
            "pid": os.getpid(),
            "detail": failure.message if failure else "",
            "code": failure.code if failure else "",
            "details": {**(model.details if model else {}), **now.details},
        }

    def close(self) -> None:
        """Tell everyone who waits that we leave."""
        self._loaded.set()
        self.board.close()

    async def ready(self) -> ModelInfo:
        """Wait until the model is loaded. Raises RequestError when it cannot be."""
        await self._loaded.wait()
        if self.scheduler.failure is not None:
            raise from_backend(self.scheduler.failure, answering=False)
        if self.scheduler.model is None:
            raise RequestError("The engine is shutting down.", status=503, code="leaving")
        return self.scheduler.model

    async def encode(self, prompt: str | tuple[dict[str, str], ...]) -> list[int]:
        """Token ids; a conversation that ends with the assistant's words is one that it goes on with."""
        backend = self.scheduler.backend
        if isinstance(prompt, str):
            return await asyncio.to_thread(backend.encode, prompt)
        if prompt[-1]["role"] != "assistant":
            return await asyncio.to_thread(backend.encode_chat, prompt)
        begun = await asyncio.to_thread(backend.encode, prompt[-1]["content"])
        return await asyncio.to_thread(backend.encode_chat, prompt[:-1]) + begun


def create_app(host: Host, *, token: str = "") -> Starlette:
    """The ASGI application; `token` is asked of everyone who comes over TCP."""

    async def health(request: Request) -> Response:
        now = host.scheduler.snapshot()
        return JSONResponse(
            {
                "server": "tt-assistant",
                "version": __version__,
                "pid": os.getpid(),
                "state": now.state,
                "idle_ms": round(now.idle_ms, 1),
            }
        )

    async def models(request: Request) -> Response:
        model = await host.ready()
        entry = {"id": model.name, "max_model_len": model.context_window, "owned_by": "tt-assistant"}
        return JSONResponse({"object": "list", "data": [{**entry, "object": "model"}]})

    async def chat_completions(request: Request) -> Any:
        return await complete(request, chat=True)

    async def completions(request: Request) -> Any:
        return await complete(request, chat=False)

    async def complete(request: Request, *, chat: bool) -> Any:
        wanted = parse_completion(await _json_body(request), chat=chat)
        model = await host.ready()
        prompt = await host.encode(wanted.prompt)
        if not prompt:
            raise RequestError("The prompt is empty.")
        if len(prompt) + wanted.sampling.max_tokens > model.context_window:
            raise RequestError(
                f"The prompt has {len(prompt):,} tokens and the answer may have {wanted.sampling.max_tokens:,}; "
                f"the context window is {model.context_window:,}.",
                code="context_length_exceeded",
            )
        return CompletionResponse(host.scheduler, wanted, prompt, model.name)

    async def tokenize(request: Request) -> Response:
        prompt = parse_tokenize(await _json_body(request))
        model = await host.ready()
        tokens = await host.encode(prompt)
        return JSONResponse({"count": len(tokens), "max_model_len": model.context_window, "tokens": tokens})

    async def status(request: Request) -> Any:
        return StatusResponse(host)

    async def shutdown(request: Request) -> Response:
        body = await _json_body(request) if await request.body() else {}
        only_idle = isinstance(body, dict) and body.get("if_idle") is True
        if only_idle and (host.board.readers or not host.scheduler.idle):
            raise RequestError("The engine is in use.", status=409, code="busy")
        host.leave()
        return JSONResponse({"pid": os.getpid()}, status_code=202)

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/v1/models", models),
            Route("/v1/chat/completions", chat_completions, methods=["POST"]),
            Route("/v1/completions", completions, methods=["POST"]),
            Route("/tokenize", tokenize, methods=["POST"]),
            Route("/status", status),
            Route("/shutdown", shutdown, methods=["POST"]),
        ],
        middleware=[Middleware(TcpToken, token=token), Middleware(Needed, idle=host.idle)],
        exception_handlers={
            RequestError: _refuse,
            BackendError: _backend_failed,
            HTTPException: _no_such_route,
            Exception: _broken,
        },
    )


class StatusResponse:
    """The status as events; open, it is a lease."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = asyncio.create_task(send_stream(send, self._events()))
        try:
            async with on_leaving(receive, stream.cancel):
                await asyncio.wait([stream])
        finally:
            stream.cancel()

    async def _events(self) -> AsyncIterator[bytes]:
        async for status in self._host.board.watch():
            yield event(status)


class Needed:
    """Keeps the host from leaving while a request is open, first of all a lease."""

    def __init__(self, app: ASGIApp, idle: IdleWatch) -> None:
        self._app = app
        self._idle = idle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") in BEFORE_THE_LEASE:
            await self._app(scope, receive, send)
            return
        with self._idle.held():
            await self._app(scope, receive, send)


class TcpToken:
    """Asks everyone who comes over TCP for the bearer token; the Unix socket is guarded by its directory."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._allowed(scope):
            refusal = RequestError("The token is missing or wrong.", status=401, code="unauthorized")
            await error_response(refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        address = scope.get("server")
        if address is not None and address[1] is None:
            return True
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        return secrets.compare_digest(given, self._expected)


async def _json_body(request: Request) -> Any:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise RequestError(f"The body is larger than {LARGEST_BODY >> 20} MB.")
    try:
        return json.loads(bytes(body))
    except ValueError as error:
        raise RequestError("The body is not valid JSON.") from error


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return error_response(error)


def _backend_failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError)
    return error_response(from_backend(error, answering=True))


def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse(error_body(error.detail, "bad_request"), status_code=error.status_code)


def _broken(request: Request, error: Exception) -> Response:
    return JSONResponse(error_body("The engine host failed; its log says more.", "failed"), status_code=500)
