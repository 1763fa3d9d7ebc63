"""Server-sent events with as little as possible between a token and the socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.types import Receive, Send

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]
DONE = b"data: [DONE]\n\n"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def event(data: Any) -> bytes:
    return b"data: %s\n\n" % _encode(data).encode("utf-8", errors="replace")


async def send_stream(send: Send, events: AsyncIterator[bytes]) -> None:
    """Answer 200 with these events."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    async for data in events:
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@contextlib.asynccontextmanager
async def on_leaving(receive: Receive, leave: Callable[[], object]) -> AsyncIterator[None]:
    """Call `leave` when the reader closes the connection while this is open. The body must have been read before."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        leave()

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
