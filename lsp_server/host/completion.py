"""One completion from its job's events to its reader: streamed or whole, cancelled when the reader leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from lsp_server.host.backends import BackendError, Prefilled, Token
from lsp_server.host.job import Done, Failed, Job, JobEvent
from lsp_server.host.protocol import Answer, CompletionRequest, RequestError, error_body, from_backend
from lsp_server.host.scheduler import Scheduler
from lsp_server.host.stream import DONE, event, on_leaving, send_stream

log = logging.getLogger(__name__)


def error_response(error: RequestError) -> JSONResponse:
    return JSONResponse(error_body(error.message, error.code), status_code=error.status)


class CompletionResponse:
    """An ASGI response that owns one job."""

    def __init__(
        self,
        scheduler: Scheduler,
        wanted: CompletionRequest,
        prompt: list[int],
        model: str,
    ) -> None:
        self._scheduler = scheduler
        self._wanted = wanted
        self._answer = Answer(model, chat=wanted.chat)
        self._events: asyncio.Queue[JobEvent] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._job = Job(prompt, wanted.sampling, wanted.priority, self._deliver)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._scheduler.submit(self._job)
            async with on_leaving(receive, lambda: self._scheduler.cancel(self._job)):
                await self._respond(scope, receive, send)
        except BackendError as error:
            await error_response(from_backend(error, answering=False))(scope, receive, send)
        finally:
            self._scheduler.cancel(self._job)

    def _deliver(self, item: JobEvent) -> None:
        """On the engine thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._events.put_nowait, item)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = await self._events.get()
        if isinstance(first, Failed):
            await error_response(from_backend(first.error, answering=True))(scope, receive, send)
        elif self._wanted.stream:
            await send_stream(send, self._stream(first))
        else:
            await (await self._whole(first))(scope, receive, send)

    async def _stream(self, item: JobEvent) -> AsyncIterator[bytes]:
        if opening := self._answer.opening():
            yield event(opening)
        while True:
            if isinstance(item, Token):
                yield event(self._answer.delta(item))
            elif isinstance(item, Prefilled):
                if self._wanted.progress:
                    yield event(self._answer.progress(item))
            elif isinstance(item, Done):
                yield event(self._answer.closing(item))
                yield DONE
                return
            else:
                failure = from_backend(item.error, answering=True)
                yield event(error_body(failure.message, failure.code))
                return
            item = await self._events.get()

    async def _whole(self, item: JobEvent) -> JSONResponse:
        tokens: list[Token] = []
        while not isinstance(item, (Done, Failed)):
            if isinstance(item, Token):
                tokens.append(item)
            item = await self._events.get()
        if isinstance(item, Failed):
            return error_response(from_backend(item.error, answering=True))
        return JSONResponse(self._answer.whole(tokens, item))
