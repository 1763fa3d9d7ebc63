"""Talks to the listener that llama.cpp opens inside this process: tokenising and the chat template live only there.

It is a private Unix socket in the run directory, or a loopback port; either way it asks for a key that nobody else has.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lsp_server.host.backends import BackendError

TIMEOUT = 60.0


class Listener:
    """Blocking calls, one connection each, from any thread."""

    def __init__(self, address: str, key: str) -> None:
        """`address` as llama.cpp gives it: unix:///path or http://host:port."""
        self._address = urlsplit(address)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        return self._call("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        connection = self._connection()
        try:
            connection.request(method, path, body, self._headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise BackendError("llama.cpp does not answer.", detail=repr(error), fatal=True) from error
        finally:
            connection.close()
        if response.status != 200:
            raise BackendError(f"llama.cpp refused: {_reason(answer)}", code="unsupported")
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        if self._address.scheme == "unix":
            return _UnixConnection(self._address.path)
        return http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=TIMEOUT)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _reason(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("message") if isinstance(error, dict) else answer)
