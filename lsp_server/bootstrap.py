"""Answers `initialize` before anything is imported that it does not need.

Importing pygls takes longer than a user should wait for an editor to come up, and the answer is always the same: it is in
initialize.json, which extension/scripts/generate.py makes from the real server's answer. The message is then given to the
real server as if nothing had happened, and its own answer is swallowed. Standard library only.
"""

from __future__ import annotations

import json
import logging
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

ANSWER = Path(__file__).with_name("initialize.json")
ENCODING = "utf-16"
"""The position encoding of the prepared answer; a client that prefers another is left to the real server."""

log = logging.getLogger(__name__)


class Reader(Protocol):
    def readline(self) -> bytes: ...
    def read(self, size: int) -> bytes: ...


def answer_initialize(stdin: BinaryIO, out: BinaryIO) -> tuple[Reader, Any]:
    """Read the first message and answer it if it is an `initialize`; return the streams for the real server."""
    raw, body = _read_message(stdin)
    request = _parsed(body)
    if not _answerable(request):
        return _Replayed(raw, stdin), out
    result = json.loads(ANSWER.read_bytes())
    reply = json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode()
    out.write(b"Content-Length: %d\r\n\r\n%s" % (len(reply), reply))
    out.flush()
    return _Replayed(raw, stdin), _Swallowing(out, request["id"], result)


def _read_message(stdin: BinaryIO) -> tuple[bytes, bytes]:
    """The bytes of one message, and its body; shorter when the stream ends or is no JSON-RPC."""
    raw, length = b"", 0
    while line := stdin.readline():
        raw += line
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        if length and not line.strip():
            body = stdin.read(length)
            return raw + body, body
    return raw, b""


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _answerable(request: dict[str, Any]) -> bool:
    try:
        general = request["params"]["capabilities"].get("general") or {}
        encodings = general.get("positionEncodings") or [ENCODING]
        return request["method"] == "initialize" and "id" in request and bool(encodings[0] == ENCODING)
    except (KeyError, TypeError, AttributeError):
        return False


def _meaning(answer: Any) -> Any:
    """The answer without what is false: a capability that is missing is not there either."""
    if isinstance(answer, dict):
        return {key: _meaning(value) for key, value in answer.items() if value is not False}
    return answer


class _Replayed:
    """A stream that begins with bytes already read."""

    def __init__(self, raw: bytes, stdin: BinaryIO) -> None:
        self._raw = BytesIO(raw)
        self._stdin = stdin

    def readline(self) -> bytes:
        return self._raw.readline() or self._stdin.readline()

    def read(self, size: int) -> bytes:
        return self._raw.read(size) or self._stdin.read(size)


class _Swallowing:
    """Writes everything but the real server's answer to `initialize`."""

    def __init__(self, out: BinaryIO, id: Any, answered: dict[str, Any]) -> None:
        self._out = out
        self._id = id
        self._answered = answered
        self._waiting = True

    def write(self, data: bytes) -> None:
        if self._waiting and self._is_answer(data):
            self._waiting = False
            return
        self._out.write(data)

    def flush(self) -> None:
        self._out.flush()

    def close(self) -> None:
        self._out.close()

    def _is_answer(self, data: bytes) -> bool:
        message = _parsed(data.partition(b"\r\n\r\n")[2])
        if message.get("id") != self._id or "method" in message:
            return False
        if _meaning(message.get("result")) != _meaning(self._answered):
            log.warning("The prepared answer to initialize is stale: run extension/scripts/generate.py")
        return True
