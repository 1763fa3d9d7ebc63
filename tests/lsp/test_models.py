"""Downloading a model over the protocol, from a server of the test's own."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from lsp_server import protocol
from tests.lsp.asking import until
from tests.lsp.conftest import Client

CONTENT = bytes(range(256)) * 12_000
HALF = len(CONTENT) // 2


class Hub(ThreadingHTTPServer):
    """Serves CONTENT; the second half waits while `released` is not set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.released = threading.Event()
        self.released.set()
        self.ranges: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start:HALF])
        self.wfile.flush()
        self.server.released.wait(30)
        self.wfile.write(CONTENT[max(start, HALF) :])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with two models; the checksum in the table is right for `good` only."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever)
    thread.start()
    right = hashlib.sha256(CONTENT).hexdigest()
    entries = [
        {
            "id": name,
            "gguf": {
                "file": f"{name}.gguf",
                "address": f"http://127.0.0.1:{hub.server_port}/{name}.gguf",
                "bytes": len(CONTENT),
                "sha256": checksum,
            },
        }
        for name, checksum in (("good", right), ("other", "0" * 64))
    ]
    (tmp_path / "models.json").write_text(json.dumps(entries), "utf-8")
    yield hub
    hub.shutdown()
    thread.join()
    hub.server_close()


async def test_a_model_is_downloaded_with_its_progress(hub: Hub, extension: Client, tmp_path: Path) -> None:
    before = await extension.ask(protocol.MODELS, protocol.ModelsParams())

    result = await extension.ask(protocol.GET_MODEL, protocol.GetModelParams("get-1", "good"))

    after = await extension.ask(protocol.MODELS, protocol.ModelsParams())
    assert Path(result.path) == tmp_path / "models" / "good.gguf"
    assert Path(result.path).read_bytes() == CONTENT
    told = [(e.done, e.total) for e in extension.events if (e.run_id, e.kind) == ("get-1", "download")]
    assert told[0] == (0, len(CONTENT)) and told[-1] == (len(CONTENT), len(CONTENT))
    assert [m.path for m in before.models] == ["", ""]
    assert [m.path for m in after.models] == [result.path, ""]


async def test_a_cancelled_download_goes_on_where_it_stopped(
    hub: Hub, extension: Client, tmp_path: Path
) -> None:
    hub.released.clear()
    params = protocol.GetModelParams("get-1", "good")
    asked = asyncio.ensure_future(extension.ask(protocol.GET_MODEL, params, "the-id"))
    partial = tmp_path / "models" / "good.gguf.part"
    await until(lambda: partial.exists() and partial.stat().st_size)

    extension.cancel_request(lsp.CancelParams("the-id"))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    arrived = partial.stat().st_size
    hub.released.set()
    result = await extension.ask(protocol.GET_MODEL, params)
    assert 0 < arrived <= HALF
    assert hub.ranges == ["", f"bytes={arrived}-"]
    assert Path(result.path).read_bytes() == CONTENT


async def test_a_file_with_another_checksum_is_refused(hub: Hub, extension: Client, tmp_path: Path) -> None:
    with pytest.raises(JsonRpcException, match="checksum differs") as caught:
        await extension.ask(protocol.GET_MODEL, protocol.GetModelParams("get-1", "other"))

    assert caught.value.code == protocol.ERROR_CODE
    assert not list((tmp_path / "models").glob("other.gguf*[!k]"))


async def test_an_unknown_model_is_said(hub: Hub, extension: Client) -> None:
    with pytest.raises(JsonRpcException, match="'unheard-of'"):
        await extension.ask(protocol.GET_MODEL, protocol.GetModelParams("get-1", "unheard-of"))
