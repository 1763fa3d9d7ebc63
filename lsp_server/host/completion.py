"""One completion from its job's events to its reader: streamed or whole, cancelled when the reader leaves."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from lsp_server.host.backends import BackendError, Prefilled, Token
from lsp_server.host.job import Done, Failed, Job, JobEvent
from lsp_server.host.mailbox import Mailbox
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
        self._events = Mailbox()
        self._job = Job(prompt, wanted.sampling, wanted.priority, self._events.put)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._scheduler.submit(self._job)
            async with on_leaving(receive, lambda: self._scheduler.cancel(self._job)):
                await self._respond(scope, receive, send)
        except BackendError as error:
            await error_response(from_backend(error, answering=False))(scope, receive, send)
        finally:
            self._scheduler.cancel(self._job)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        items = await self._events.take()
        if isinstance(items[0], Failed):
            await error_response(from_backend(items[0].error, answering=True))(scope, receive, send)
        elif self._wanted.stream:
            await send_stream(send, self._stream(items))
        else:
            await (await self._whole(items))(scope, receive, send)

    async def _stream(self, items: list[JobEvent]) -> AsyncIterator[bytes]:
        if opening := self._answer.opening():
            yield event(opening)
        while True:
            if chunks := b"".join(self._chunks(items)):
                yield chunks
            if isinstance(items[-1], (Done, Failed)):
                return
            items = await self._events.take()

    def _chunks(self, items: list[JobEvent]) -> Iterator[bytes]:
        """Progress, then all text in one, then the end: the order in which a job has them."""
        if self._wanted.progress:
            yield from (event(self._answer.progress(item)) for item in items if isinstance(item, Prefilled))
        if tokens := [item for item in items if isinstance(item, Token)]:
            so_far = self._job.completion_tokens if self._wanted.progress else None
            yield event(self._answer.delta(tokens, so_far))
        if isinstance(end := items[-1], Done):
            yield event(self._answer.closing(end))
            yield DONE
        elif isinstance(end, Failed):
            failure = from_backend(end.error, answering=True)
            yield event(error_body(failure.message, failure.code))

    async def _whole(self, items: list[JobEvent]) -> JSONResponse:
        while not isinstance(end := items[-1], (Done, Failed)):
            items = items + await self._events.take()
        if isinstance(end, Failed):
            return error_response(from_backend(end.error, answering=True))
        return JSONResponse(self._answer.whole([item for item in items if isinstance(item, Token)], end))
