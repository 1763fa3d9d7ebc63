"""Downloading from a server that is slow, forgetful, wrong or gone."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lsp_server.errors import DownloadFailed
from lsp_server.models import download as module
from lsp_server.models.download import Download, download

CONTENT = bytes(range(256)) * 20_000
SHA = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT at any path, with the faults a test sets."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.drop_after = 0
        """Close the connection after so many bytes; 0: never."""
        self.ranges = True
        self.statuses: list[int] = []
        """Answered first, one a request."""
        self.hold: threading.Event | None = None
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/model.gguf"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.requests.append(asked)
        if self.server.statuses:
            self.send_error(self.server.statuses.pop(0))
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.ranges else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.drop_after:
            body = body[: self.server.drop_after]
        self.wfile.write(body[:1000])
        if self.server.hold is not None:
            self.wfile.flush()
            self.server.hold.wait(30)
        self.wfile.write(body[1000:])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def wanted(server: Server, tmp_path: Path, sha256: str = SHA, size: int = 0) -> Download:
    return Download(server.url, tmp_path / "models" / "model.gguf", sha256, size)


def silent(done: int, total: int) -> None:
    pass


async def test_the_file_arrives_whole_and_progress_is_told(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    path = await download(wanted(server, tmp_path), lambda done, total: told.append((done, total)))

    assert path.read_bytes() == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert not path.with_name("model.gguf.part").exists()


async def test_a_file_that_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    await download(wanted(server, tmp_path), silent)
    await download(wanted(server, tmp_path), silent)

    assert len(server.requests) == 1


async def test_a_dropped_connection_is_resumed_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.drop_after = 2_000_000

    path = await download(wanted(server, tmp_path), silent, pause=0)

    assert path.read_bytes() == CONTENT
    assert server.requests[0] == ""
    assert all(request.startswith("bytes=") for request in server.requests[1:])
    assert len(server.requests) > 1


async def test_a_server_that_ignores_ranges_starts_over(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    file = wanted(server, tmp_path)
    file.partial.parent.mkdir()
    file.partial.write_bytes(CONTENT[:5000])

    path = await download(file, silent)

    assert server.requests == ["bytes=5000-"]
    assert path.read_bytes() == CONTENT


async def test_a_second_call_goes_on_where_the_first_was_cancelled(server: Server, tmp_path: Path) -> None:
    server.hold = threading.Event()
    file = wanted(server, tmp_path)
    begun = asyncio.Event()
    first = asyncio.create_task(download(file, lambda done, total: begun.set()))
    await begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    server.hold.set()
    server.hold = None
    file.partial.write_bytes(CONTENT[:12345])

    path = await download(file, silent)

    assert server.requests[-1] == "bytes=12345-"
    assert path.read_bytes() == CONTENT


async def test_the_same_file_is_downloaded_once_at_a_time(server: Server, tmp_path: Path) -> None:
    server.hold = threading.Event()
    begun = asyncio.Event()
    first = asyncio.create_task(download(wanted(server, tmp_path), lambda done, total: begun.set()))
    await begun.wait()

    with pytest.raises(DownloadFailed, match="already being downloaded"):
        await download(wanted(server, tmp_path), silent)

    server.hold.set()
    assert (await first).read_bytes() == CONTENT


async def test_errors_of_the_server_are_tried_again(server: Server, tmp_path: Path) -> None:
    server.statuses = [503, 500]

    path = await download(wanted(server, tmp_path), silent, pause=0)

    assert path.read_bytes() == CONTENT


async def test_a_server_that_keeps_failing_is_told(server: Server, tmp_path: Path) -> None:
    server.statuses = [503] * 50

    with pytest.raises(DownloadFailed, match="broke off"):
        await download(wanted(server, tmp_path), silent, pause=0)

    assert len(server.requests) == module.TRIES


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_file_that_is_not_there_is_told_at_once(server: Server, tmp_path: Path, status: int) -> None:
    server.statuses = [status]

    with pytest.raises(DownloadFailed, match=str(status)):
        await download(wanted(server, tmp_path), silent)


async def test_another_file_is_refused_and_deleted(server: Server, tmp_path: Path) -> None:
    file = wanted(server, tmp_path, sha256="0" * 64)

    with pytest.raises(DownloadFailed, match="checksum"):
        await download(file, silent)

    assert not file.target.exists()
    assert not file.partial.exists()


async def test_a_partial_file_longer_than_the_whole_is_thrown_away(server: Server, tmp_path: Path) -> None:
    file = wanted(server, tmp_path)
    file.partial.parent.mkdir()
    file.partial.write_bytes(b"x" * (len(CONTENT) + 1))

    path = await download(file, silent, pause=0)

    assert path.read_bytes() == CONTENT


async def test_a_full_disk_is_told_before_the_download(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPARE", 1 << 60)

    with pytest.raises(DownloadFailed, match="GB free"):
        await download(wanted(server, tmp_path), silent)


async def test_nobody_there_is_told(tmp_path: Path) -> None:
    file = Download("http://127.0.0.1:9/model.gguf", tmp_path / "model.gguf")

    with pytest.raises(DownloadFailed, match="Try again"):
        await download(file, silent, pause=0)
