"""An OpenAI-compatible engine that says what a test wants, one word at a time, and notices who hangs up."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"


class ScriptedServer:
    """Use with `with`. An answer goes on word by word until the script's text ends or `hold` stops it."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        """Taken in order; "ok" when empty."""
        self.requests: list[dict[str, Any]] = []
        self.hold_after: int | None = None
        """Words after which an answer waits until the client hangs up."""
        self.hung_up = threading.Event()
        self.status = 200
        self.key = ""
        """Not empty: who does not send it is answered 401."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def questions(self) -> list[str]:
        """The last user message of every request for an answer."""
        return [request["messages"][-1]["content"] for request in self.requests if request.get("max_tokens")]


def _handler(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            if not self._admitted():
                return
            if self.path.endswith("/models"):
                self._json({"data": [{"id": MODEL, "object": "model", "max_model_len": 4096}]})
            else:
                self._json({"error": {"message": "no such page"}}, 404)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self._admitted():
                return
            if not self.path.endswith("/chat/completions"):
                self._json({"error": {"message": "no such page"}}, 404)
                return
            script.requests.append(body)
            if script.status != 200:
                self._json({"error": {"message": "the scripted engine is out of order"}}, script.status)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                self._stream(script.answers.pop(0) if script.answers else "ok")
            except OSError:
                script.hung_up.set()

        def _admitted(self) -> bool:
            if script.key and self.headers.get("Authorization") != f"Bearer {script.key}":
                self._json({"error": {"message": "invalid api key"}}, 401)
                return False
            return True

        def _stream(self, answer: str) -> None:
            words = [word + " " for word in answer.split(" ")]
            words[-1] = words[-1][:-1]
            for i, word in enumerate(words):
                self._event({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
                if script.hold_after == i + 1:
                    script.hold_after = None
                    self._wait_for_hang_up()
            usage = {"prompt_tokens": 10, "completion_tokens": len(words), "total_tokens": 10 + len(words)}
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def _wait_for_hang_up(self) -> None:
            self.connection.settimeout(30)
            if self.connection.recv(1) == b"":
                raise ConnectionResetError

        def _event(self, data: dict[str, Any]) -> None:
            data = {"id": "1", "object": "chat.completion.chunk", "model": MODEL, **data}
            self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
            self.wfile.flush()

        def _json(self, data: dict[str, Any], status: int = 200) -> None:
            payload = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    return Handler
