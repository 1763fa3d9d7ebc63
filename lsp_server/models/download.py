"""Downloads one file: with progress, resumed after an interruption, verified before it gets its name.

What has arrived lies beside the target as `<name>.part` and is used again by the next try. Knows no model and no hub.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.errors import DownloadFailed
from lsp_server.locks import try_lock

TRIES = 5
"""Connections in a row that may break without bringing a byte."""
PIECE = 1 << 20
SPARE = 64 << 20
"""Bytes of the disk that stay free."""

Report = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes there will be; 0 when the server does not say."""


@frozen
class Download:
    url: str
    target: Path
    sha256: str = ""
    """"" means: not verified."""
    size: int = 0
    """0 means: what the server says."""

    @property
    def partial(self) -> Path:
        return self.target.with_name(self.target.name + ".part")


async def download(wanted: Download, report: Report, *, pause: float = 1.0) -> Path:
    """Bring the file and return its path; at once when it is there. Cancelling keeps what has arrived.

    Raises DownloadFailed. `pause` is how many seconds to wait before the connection is tried again.
    """
    if await asyncio.to_thread(wanted.target.exists):
        return wanted.target
    async with _claimed(wanted):
        await _bring(wanted, report, pause)
    return wanted.target


@asynccontextmanager
async def _claimed(wanted: Download) -> AsyncIterator[None]:
    """Keep the file to ourselves: every window has a server, and two would write one file."""
    try:
        await asyncio.to_thread(wanted.target.parent.mkdir, parents=True, exist_ok=True)
        claim = await asyncio.to_thread(wanted.target.with_name(wanted.target.name + ".lock").open, "wb")
    except OSError as error:
        raise _unwritable(wanted, error) from error
    with claim:
        if not try_lock(claim.fileno()):
            raise DownloadFailed(f"{wanted.target.name} is already being downloaded; wait for it to end.")
        yield


async def _bring(wanted: Download, report: Report, pause: float) -> None:
    httpx: Any = await asyncio.to_thread(importlib.import_module, "httpx")
    timeout = httpx.Timeout(30, connect=15)
    client = await asyncio.to_thread(httpx.AsyncClient, timeout=timeout, follow_redirects=True)
    async with client:
        failures = 0
        while True:
            before = await asyncio.to_thread(_size, wanted.partial)
            try:
                await _receive(client, wanted, before, report)
                break
            except httpx.HTTPError as error:
                arrived = await asyncio.to_thread(_size, wanted.partial)
                failures = 1 if arrived > before else failures + 1
                if failures >= TRIES:
                    raise DownloadFailed(
                        f"The download from {wanted.url} broke off at {arrived:,} bytes. Try again: it goes on there.",
                        detail=repr(error),
                        button="showLog",
                    ) from error
                await asyncio.sleep(pause)
            except OSError as error:
                raise _unwritable(wanted, error) from error
    await asyncio.to_thread(_finish, wanted)


def _unwritable(wanted: Download, error: OSError) -> DownloadFailed:
    return DownloadFailed(
        f"{wanted.target.parent} cannot be written: {error.strerror or error}.", button="showLog"
    )


async def _receive(client: Any, wanted: Download, start: int, report: Report) -> None:
    """One connection, from byte `start` where the server can."""
    if wanted.size and start == wanted.size:
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    async with client.stream("GET", wanted.url, headers=headers) as response:
        if response.status_code == 416 and start:
            # More is here than there: what is here is of another file.
            await asyncio.to_thread(wanted.partial.unlink)
            raise _broken(response)
        if response.status_code >= 500:
            raise _broken(response)
        if response.status_code not in (200, 206):
            raise DownloadFailed(
                f"The server of {wanted.url} answered {response.status_code}; the file is not there or not public.",
                button="showLog",
            )
        if response.status_code == 200:
            start = 0
        length = int(response.headers.get("content-length") or 0)
        total = wanted.size or (start + length if length else 0)
        await asyncio.to_thread(_check_space, wanted.target.parent, total - start)
        async with _appending(wanted.partial, start) as append:
            arrived = start
            report(arrived, total)
            async for piece in response.aiter_bytes(PIECE):
                await append(piece)
                arrived += len(piece)
                report(arrived, total)
        if arrived < total:
            raise _broken(response)


@asynccontextmanager
async def _appending(path: Path, start: int) -> AsyncIterator[Callable[[bytes], Any]]:
    """Write after byte `start`, in a thread."""
    file = await asyncio.to_thread(path.open, "r+b" if start else "wb")
    try:
        await asyncio.to_thread(file.seek, start)
        yield lambda piece: asyncio.to_thread(file.write, piece)
    finally:
        file.close()


def _check_space(directory: Path, needed: int) -> None:
    free = shutil.disk_usage(directory).free
    if needed + SPARE > free:
        raise DownloadFailed(
            f"{directory} has {free / 1e9:.1f} GB free; the download needs {(needed + SPARE) / 1e9:.1f} GB.",
            button="openSettings",
        )


def _finish(wanted: Download) -> None:
    """Verify what has arrived, then give it its name in one step."""
    size = _size(wanted.partial)
    if wanted.size and size != wanted.size:
        wanted.partial.unlink()
        raise DownloadFailed(
            f"{wanted.url} has {size:,} bytes instead of {wanted.size:,}: it is not the expected file. "
            "What was downloaded has been deleted.",
            button="showLog",
        )
    if wanted.sha256:
        found = _sha256(wanted.partial)
        if found != wanted.sha256:
            wanted.partial.unlink()
            raise DownloadFailed(
                f"{wanted.url} is not the expected file: its checksum differs. What was downloaded has been deleted.",
                detail=f"expected {wanted.sha256}\nfound    {found}",
                button="showLog",
            )
    wanted.partial.replace(wanted.target)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _broken(response: Any) -> Exception:
    """The same as a connection that broke: it is tried again."""
    import httpx

    return httpx.RemoteProtocolError(f"status {response.status_code}, incomplete", request=response.request)
