"""`HttpEngine`: the one client of every engine that speaks the OpenAI API, ours first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import attrs

from lsp_server.engine import failures
from lsp_server.engine.connection import Connection, load_httpx
from lsp_server.engine.counting import count_tokens, estimate
from lsp_server.engine.host_log import LastWords, explained, last_words
from lsp_server.engine.repetition import Repetition
from lsp_server.engine.sse import EventParser
from lsp_server.engine.status import Lease, StatusBoard
from lsp_server.engine.types import (
    Delta,
    EngineEvent,
    EngineStatus,
    Finished,
    Message,
    Priority,
    SamplingParams,
    Usage,
)
from lsp_server.engine.wire import AnswerReader, request_body
from lsp_server.errors import EngineError, EngineStopped, EngineUnavailable

log = logging.getLogger(__name__)

LOADED = ("ready", "busy")


class Connector(Protocol):
    """Finds or starts what an engine talks to."""

    async def find(self) -> Connection | None:
        """The running engine; starts none."""
        ...

    async def connect(self) -> Connection:
        """The running engine, started if need be. Raises EngineError."""
        ...

    async def stop(self) -> None:
        """End the running engine where it is ours; wait until it is gone."""
        ...


END_SECONDS = 0.5
"""A server that keeps the connection open after its last event is not waited for."""


class HttpEngine:
    """An `Engine` over HTTP. To be used on one event loop."""

    def __init__(self, connector: Connector, initial: EngineStatus) -> None:
        self._connector = connector
        self._board = StatusBoard(initial)
        self._lease = Lease(self._board, self._adopt, self._forget)
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._closing: dict[asyncio.Task[None], Connection] = {}
        self._tells_logprobs = True
        self._ended = False

    @property
    def status(self) -> EngineStatus:
        return self._board.status

    def subscribe(self, listener: Callable[[EngineStatus], None]) -> Callable[[], None]:
        """Call `listener` on every status change; return the function that ends this."""
        return self._board.subscribe(listener)

    async def start(self) -> EngineStatus:
        """Find or start the engine and wait until its model is loaded."""
        httpx = await load_httpx()
        for last_try in (False, True):
            connection = await self._connect()
            if not connection.own:
                return self.status
            try:
                with connection.request() as client:
                    response = await client.get("/v1/models")
                break
            except httpx.HTTPError as error:
                self._forget(connection)
                if self._ended:
                    raise failures.stopped() from error
                if isinstance(error, httpx.ConnectError) and not last_try:
                    continue  # another window found that it had failed, and asked it to leave
                said = await asyncio.to_thread(last_words, connection.log) if connection.log else LastWords()
                log.warning("The engine stopped while it loaded the model. Its log ends with:\n%s", said.tail)
                raise await self._lost(connection, failures.lost_loading(said)) from error
        if response.status_code != 200:
            raise self._refused(connection, response.status_code, response.content)
        status = await self._board.wait_for(lambda status: status.state in (*LOADED, "stopped", "failed"))
        if status.state == "failed":
            raise EngineUnavailable(status.detail, button=status.button)
        if status.state == "stopped":
            raise failures.stopped()
        return status

    async def generate(
        self, messages: Sequence[Message], sampling: SamplingParams, priority: Priority = Priority.ACTION
    ) -> AsyncGenerator[EngineEvent, None]:
        """Stream an answer; closing the generator closes the connection, which cancels the request."""
        httpx = await load_httpx()
        connection = await self._connect()
        if not connection.own and sampling.max_tokens == 0:
            yield Finished("length", Usage())
            return
        if not self._tells_logprobs:
            sampling = attrs.evolve(sampling, logprobs=False)
        begun = messages[-1].content if messages and messages[-1].role == "assistant" else ""
        reader, repetition, looping = AnswerReader(), Repetition(begun), False
        for last_try in (False, True):
            try:
                async with self._post(connection, messages, sampling, priority) as response:
                    if response.status_code != 200:
                        said = await response.aread()
                        if sampling.logprobs and failures.without_logprobs(response.status_code, said):
                            self._tells_logprobs = False
                            sampling = attrs.evolve(sampling, logprobs=False)
                            continue
                        raise self._refused(connection, response.status_code, said)
                    parser = EventParser()
                    body = response.aiter_raw()
                    async for received in body:
                        for data in parser.feed(received):
                            for event in reader.read(data):
                                yield event
                                if isinstance(event, Delta):
                                    looping = looping or repetition.found(event.text)
                        if reader.done or looping:
                            break
                    if reader.done:
                        await _ended(body)
                break
            except httpx.ConnectError as error:
                self._forget(connection)
                if last_try or not connection.own:
                    raise self._failed(
                        failures.unreachable(connection.url or "its socket", str(error))
                    ) from error
                connection = await self._connect()
            except httpx.HTTPError as error:
                self._forget(connection)
                if self._ended:
                    raise failures.stopped() from error
                log.warning("The answer was cut off: %r", error)
                raise await self._lost(connection, failures.lost(self._kind(connection))) from error
        finished = reader.finish()
        if finished is None and looping:
            finished = Finished("repetition", reader.figures())
        if finished is None:
            self._forget(connection)
            raise await self._lost(connection, failures.lost(self._kind(connection)))
        self._answered(connection, finished)
        yield finished

    async def count(self, messages: Sequence[Message] | str) -> int:
        """Tokens of a text or of messages; an estimate when the engine is not there or cannot tell."""
        connection = self._connection
        if connection is None or self.status.state not in LOADED:
            return estimate(messages)
        with connection.request():
            return await count_tokens(connection, messages)

    async def stop(self) -> None:
        """End our own host, for every window; of a remote engine only the connection."""
        await self._lease.aclose()
        async with self._connecting:
            if self._connection is not None:
                self._forget(self._connection, cut=True)
            await self._connector.stop()
        self._board.set(EngineStatus("stopped", kind=self.status.kind, model=self.status.model))

    async def aclose(self) -> None:
        """Give up the lease and close the connection; our host keeps running for others. Not to be used afterwards."""
        self._ended = True
        await self._lease.aclose()
        if self._connection is not None:
            self._forget(self._connection, cut=True)
        for connection in list(self._closing.values()):
            await connection.cut()
        await asyncio.gather(*self._closing)
        self._board.set(EngineStatus("stopped", kind=self.status.kind, model=self.status.model))

    # ── the connection ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self) -> Connection:
        async with self._connecting:
            if self._connection is not None:
                return self._connection
            if self._ended:
                raise failures.stopped()
            before = self.status
            self._board.set(attrs.evolve(before, state="starting", detail="", button=""))
            try:
                return self._use(await self._connector.connect())
            except EngineStopped:
                raise
            except EngineError as error:
                self._failed(error)
                raise
            except asyncio.CancelledError:
                self._board.set(before)
                raise
            except Exception as error:
                log.exception("Connecting failed")
                raise self._failed(failures.unconnectable(error)) from error

    async def _adopt(self) -> Connection | None:
        """A host that runs although our last one left; used from now on."""
        async with self._connecting:
            if self._connection is None and (found := await self._connector.find()):
                self._connection = found
            return self._connection

    def _use(self, connection: Connection) -> Connection:
        self._connection = connection
        if self._ended:  # while it connected: a lease taken now would keep the host for nobody
            self._forget(connection)
            raise failures.stopped()
        if connection.own:
            self._lease.follow(connection)
        else:
            self._board.set(
                EngineStatus(
                    "ready", kind="remote", model=connection.model, context_window=connection.context_window
                )
            )
        return connection

    def _forget(self, connection: Connection, *, cut: bool = False) -> None:
        """Look again before the next request; what is received over this connection comes to its end unless `cut`."""
        if self._connection is connection:
            self._connection = None
            task = asyncio.create_task(connection.cut() if cut else connection.close())
            self._closing[task] = connection
            task.add_done_callback(self._closing.pop)

    def _refused(self, connection: Connection, status: int, body: bytes) -> EngineError:
        """What the engine said instead of an answer; the next request may have to look for it again."""
        refusal = failures.refused(status, body, url=connection.url)
        if connection.own and status == 503 and not isinstance(refusal, EngineStopped):
            self._failed(refusal)  # the lease may not have heard of it yet
        if status in (404, 503):  # a remote one may serve another model now
            self._forget(connection)
        return refusal

    def _failed(self, error: EngineError) -> EngineError:
        """An error that is the status, too."""
        self._board.set(
            attrs.evolve(
                self.status, state="failed", detail=error.message, button=error.button, progress=None
            )
        )
        return error

    async def _lost(self, connection: Connection, otherwise: EngineError) -> EngineError:
        """What to say of a host that has gone: what its log tells, and what to do; then it is the status, too."""
        why = await asyncio.to_thread(explained, connection.log)
        if not why:
            return otherwise
        error = EngineUnavailable(why, detail=otherwise.detail, button="showLog")
        return error if self._connection else self._failed(error)

    @asynccontextmanager
    async def _post(
        self,
        connection: Connection,
        messages: Sequence[Message],
        sampling: SamplingParams,
        priority: Priority,
    ) -> AsyncIterator[Any]:
        body = request_body(messages, sampling, priority, own=connection.own, model=connection.model)
        with connection.request() as client:
            async with client.stream("POST", f"{connection.prefix}/chat/completions", json=body) as response:
                yield response

    def _answered(self, connection: Connection, finished: Finished) -> None:
        if not connection.own:
            speed = finished.usage.tokens_per_second
            self._board.set(attrs.evolve(self.status, state="ready", tokens_per_second=round(speed, 1)))

    @staticmethod
    def _kind(connection: Connection) -> str:
        return "own" if connection.own else "remote"


async def _ended(body: AsyncIterator[bytes]) -> None:
    """Read the end of an answer's body, which follows its last event at once.

    httpx's generators are then finished here; left to the garbage collector, they end as tasks that a closing event loop
    complains about.
    """
    httpx = await load_httpx()
    with suppress(asyncio.TimeoutError, httpx.HTTPError):
        await asyncio.wait_for(anext(body, None), END_SECONDS)
