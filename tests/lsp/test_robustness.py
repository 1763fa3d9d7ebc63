"""What must not end the conversation: noise on stdout, broken messages, and a client that goes away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.conftest import ENTRY, ENVIRONMENT


class Wire:
    """A strict client: anything on stdout that is not a framed message is an error, as it is for VS Code."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ENTRY), str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )

    def send(self, message: dict[str, Any]) -> None:
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_body(self, body: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            name, _, value = line.partition(b": ")
            assert name in (b"Content-Length", b"Content-Type"), f"noise on stdout: {line!r}"
            length = int(value) if name == b"Content-Length" else length
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message

    def answer(self, id: Any) -> dict[str, Any]:
        while (message := self.receive()).get("id") != id or "method" in message:
            pass
        return message

    def initialize(self) -> None:
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        self.send({"id": "i", "method": "initialize", "params": params})
        assert "capabilities" in self.answer("i")["result"]
        self.send({"method": "initialized", "params": {}})


@pytest.fixture
def wire(tmp_path: Path) -> Any:
    made = Wire(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()
    for pipe in (made.process.stdin, made.process.stdout, made.process.stderr):
        assert pipe
        pipe.close()


def test_prints_writes_and_children_never_reach_the_client(wire: Wire) -> None:
    wire.initialize()

    wire.send({"id": 1, "method": "test/noise", "params": {}})

    assert wire.answer(1)["result"] == "quiet"


def test_a_malformed_message_does_not_end_the_server(wire: Wire) -> None:
    wire.initialize()

    wire.send_body(b"{ this is no JSON")
    wire.send({"id": 1, "method": "textDocument/hover", "params": {"textDocument": 7}})
    wire.send({"id": 2, "method": "ttAssistant/run", "params": {"action": "explain"}})
    wire.send({"id": 3, "method": "no/such", "params": {}})
    wire.send({"id": 4, "method": "ttAssistant/actions", "params": {}})

    assert "textDocument/hover" in wire.answer(1)["error"]["message"]
    assert wire.answer(2)["error"]["code"] == -32602
    assert wire.answer(3)["error"]["code"] == -32601
    assert wire.answer(4)["result"]["actions"]


def test_initialize_is_answered_once(wire: Wire) -> None:
    wire.initialize()

    wire.send({"id": 1, "method": "ttAssistant/actions", "params": {}})
    messages = [wire.receive()]
    while messages[-1].get("id") != 1:
        messages.append(wire.receive())

    assert [m["id"] for m in messages if m.get("id") == "i"] == []


def test_the_server_leaves_when_its_client_does(wire: Wire) -> None:
    wire.initialize()
    assert wire.process.stdin

    wire.process.stdin.close()

    assert wire.process.wait(10) == 0
