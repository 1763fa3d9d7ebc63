"""An open way to one engine: our host over its socket or loopback port, or somebody's over the network."""

from __future__ import annotations

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from lsp_server.engine.records import HostRecord

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
HEALTH_SECONDS = 60.0
"""A host may be slow to answer while it loads a model; its socket accepts at once or not at all."""


@frozen(eq=False)
class Connection:
    client: httpx.AsyncClient
    record: HostRecord | None
    """None: a remote engine."""
    url: str
    """What the user knows it by; "" for our own host."""
    model: str = ""
    """The served name to ask for; "" for our own host."""
    context_window: int = 0
    log: Path | None = None
    """What our own host writes."""
    counts: OrderedDict[Hashable, int] = field(factory=OrderedDict)
    """Tokens of what was counted lately: the parts of a prompt stay the same from action to action."""
    _requests: set[object] = field(factory=set, init=False)
    _unused: asyncio.Event = field(factory=asyncio.Event, init=False)

    @property
    def own(self) -> bool:
        return self.record is not None

    @property
    def prefix(self) -> str:
        """Where the OpenAI routes begin, below the client's base address."""
        return "/v1" if self.own else ""

    @contextmanager
    def request(self) -> Iterator[httpx.AsyncClient]:
        """The client for one request, which `close` leaves open until the request has ended."""
        request = object()
        self._requests.add(request)
        try:
            yield self.client
        finally:
            self._requests.discard(request)
            if not self._requests:
                self._unused.set()

    async def close(self) -> None:
        """Wait for the requests that are under way, then close the client."""
        while self._requests:
            self._unused.clear()
            await self._unused.wait()
        await self.client.aclose()

    async def cut(self) -> None:
        """Close the client at once, which ends the requests that are under way with an error."""
        self._requests.clear()
        self._unused.set()
        await self.client.aclose()


async def load_httpx() -> Any:
    """Import httpx, which takes long, without stopping the event loop."""
    return await asyncio.to_thread(importlib.import_module, "httpx")


async def open_host(record: HostRecord) -> httpx.AsyncClient:
    """A client of our own host; connects when first used."""
    httpx = await load_httpx()
    timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=4)
    if record.socket is not None:
        transport = httpx.AsyncHTTPTransport(
            uds=str(record.socket), limits=limits, verify=False, trust_env=False
        )
        client = httpx.AsyncClient(transport=transport, base_url="http://engine", timeout=timeout)
    else:
        headers = {"Authorization": f"Bearer {record.token}"}
        client = httpx.AsyncClient(
            base_url=record.url or "",
            headers=headers,
            timeout=timeout,
            limits=limits,
            verify=False,
            trust_env=False,
        )
    return client  # type: ignore[no-any-return]


async def open_remote(url: str, key: str) -> httpx.AsyncClient:
    """A client of a remote engine; reads certificates, so it is made in a thread."""
    httpx = await load_httpx()
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return await asyncio.to_thread(
        httpx.AsyncClient,
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        follow_redirects=False,
    )


async def health(record: HostRecord) -> dict[str, Any] | None:
    """What the host says of itself; None when nothing of ours listens there."""
    httpx = await load_httpx()
    client = await open_host(record)
    try:
        response = await client.get("/health", timeout=httpx.Timeout(HEALTH_SECONDS, connect=CONNECT_SECONDS))
        answer = response.json()
    except (httpx.HTTPError, ValueError):
        return None
    finally:
        await client.aclose()
    ours = isinstance(answer, dict) and answer.get("server") == "tt-assistant" and response.status_code == 200
    return answer if ours else None


async def ask_to_leave(record: HostRecord, *, if_idle: bool = False) -> bool:
    """Ask a host to close its backend and exit; False when it is in use and `if_idle`, or not there."""
    httpx = await load_httpx()
    client = await open_host(record)
    try:
        response = await client.post("/shutdown", json={"if_idle": if_idle}, timeout=HEALTH_SECONDS)
    except httpx.HTTPError:
        return False
    finally:
        await client.aclose()
    return bool(response.status_code == 202)
