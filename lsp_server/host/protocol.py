"""The bodies of docs/engine-http.md: parsed strictly on the way in, built on the way out. Knows no HTTP server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from lsp_server.host.backends import BackendError, Prefilled, SamplingParams, Token
from lsp_server.host.job import Done

ROLES = ("system", "user", "assistant")
MAX_STOPS = 16

STATUS_OF_CODE = {
    "too_long": 400,
    "unsupported": 400,
    "model_missing": 503,
    "model_corrupt": 503,
    "device": 503,
    "failed": 503,
}
WIRE_CODE = {"too_long": "context_length_exceeded", "unsupported": "bad_request"}


class RequestError(Exception):
    """A request we refuse. The message is for the user, and names the field."""

    def __init__(self, message: str, *, status: int = 400, code: str = "bad_request") -> None:
        super().__init__(message)
        self.message, self.status, self.code = message, status, code


@frozen
class CompletionRequest:
    prompt: str | tuple[dict[str, str], ...]
    """Text, or messages for the chat template."""
    sampling: SamplingParams
    priority: int
    stream: bool
    progress: bool

    @property
    def chat(self) -> bool:
        return not isinstance(self.prompt, str)


def parse_completion(body: Any, *, chat: bool) -> CompletionRequest:
    """Read a body of /v1/chat/completions or /v1/completions. Fields we do not know are ignored: clients send many."""
    fields = _Fields(body)
    if fields.integer("n", 1, low=1) != 1:
        raise RequestError("Field n must be 1: this engine gives one answer.")
    limit = "max_completion_tokens" if "max_completion_tokens" in fields.values else "max_tokens"
    sampling = SamplingParams(
        temperature=fields.number("temperature", 0.2, low=0, high=2),
        top_p=fields.number("top_p", 0.9, low=0, high=1),
        top_k=max(0, fields.integer("top_k", 0, low=-1)),
        seed=fields.optional_integer("seed"),
        stop=fields.stops(),
        max_tokens=fields.integer(limit, 256, low=0),
        logprobs=fields.wants_logprobs(),
        grammar=fields.text("grammar", ""),
    )
    return CompletionRequest(
        prompt=fields.messages() if chat else fields.text("prompt"),
        sampling=sampling,
        priority=fields.integer("priority", 0),
        stream=fields.flag("stream"),
        progress=fields.flag("return_progress"),
    )


def parse_tokenize(body: Any) -> str | tuple[dict[str, str], ...]:
    fields = _Fields(body)
    return fields.messages() if "messages" in fields.values else fields.text("prompt")


class _Fields:
    """A JSON object whose fields are read by type; null counts as absent."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, Mapping):
            raise RequestError("The body must be a JSON object.")
        self.values = {key: value for key, value in body.items() if value is not None}

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if value is None:
            raise RequestError(f"Field {name} is missing.")
        if not isinstance(value, str):
            raise RequestError(f"Field {name} must be a string.")
        return value

    def flag(self, name: str) -> bool:
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise RequestError(f"Field {name} must be true or false.")
        return value

    def integer(self, name: str, default: int, *, low: int | None = None) -> int:
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or (low is not None and value < low):
            raise RequestError(
                f"Field {name} must be an integer" + (f" of at least {low}." if low is not None else ".")
            )
        return value

    def optional_integer(self, name: str) -> int | None:
        return self.integer(name, 0) if name in self.values else None

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise RequestError(f"Field {name} must be a number from {low:g} to {high:g}.")
        return float(value)

    def stops(self) -> tuple[str, ...]:
        value = self.values.get("stop", [])
        stops = [value] if isinstance(value, str) else value
        if (
            not isinstance(stops, list)
            or len(stops) > MAX_STOPS
            or not all(isinstance(s, str) and s for s in stops)
        ):
            raise RequestError(
                f"Field stop must be a string or up to {MAX_STOPS} strings, none of them empty."
            )
        return tuple(stops)

    def wants_logprobs(self) -> bool:
        """A flag in chat completions, a number of candidates in completions."""
        value = self.values.get("logprobs", False)
        if isinstance(value, bool):
            return value
        if not isinstance(value, int) or value < 0:
            raise RequestError("Field logprobs must be true, false or a number.")
        return value > 0

    def messages(self) -> tuple[dict[str, str], ...]:
        value = self.values.get("messages")
        if value is None:
            raise RequestError("Field messages is missing.")
        if not isinstance(value, list) or not value:
            raise RequestError("Field messages must be a list that is not empty.")
        return tuple(_message(entry, n) for n, entry in enumerate(value))


def _message(entry: Any, n: int) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        raise RequestError(f"Field messages[{n}] must be an object.")
    role, content = entry.get("role"), entry.get("content")
    if role not in ROLES:
        raise RequestError(f"Field messages[{n}].role must be one of {', '.join(ROLES)}.")
    if isinstance(content, list):
        content = "".join(_text_part(part, n) for part in content)
    if not isinstance(content, str):
        raise RequestError(f"Field messages[{n}].content must be a string.")
    return {"role": role, "content": content}


def _text_part(part: Any, n: int) -> str:
    if not isinstance(part, Mapping) or part.get("type") != "text" or not isinstance(part.get("text"), str):
        raise RequestError(f"Field messages[{n}].content may hold text parts only.")
    return str(part["text"])


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Answer:
    """Builds the objects of one answer, which share an id, a time and a model."""

    def __init__(self, model: str, *, chat: bool) -> None:
        self._chat = chat
        self._head = {
            "id": f"{'chatcmpl' if chat else 'cmpl'}-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }
        self._kind = "chat.completion" if chat else "text_completion"

    def opening(self) -> dict[str, Any] | None:
        """The first chunk of a chat, which names the role."""
        return self._chunk({"role": "assistant", "content": ""}) if self._chat else None

    def delta(self, tokens: Sequence[Token], so_far: int | None = None) -> dict[str, Any]:
        """The text of these tokens; `so_far`: how many were decoded until now, told where it was asked for."""
        text = "".join(token.text for token in tokens)
        chunk = self._chunk({"content": text} if self._chat else text)
        if scored := [token for token in tokens if token.logprob is not None]:
            chunk["choices"][0]["logprobs"] = _logprobs(scored, chat=self._chat)
        if so_far is not None:
            chunk["usage"] = {"completion_tokens": so_far}
        return chunk

    def progress(self, step: Prefilled) -> dict[str, Any]:
        chunk = self._chunk({} if self._chat else "")
        chunk["prompt_progress"] = {"processed": step.done, "total": step.total, "cache": step.cached}
        return chunk

    def closing(self, done: Done) -> dict[str, Any]:
        return {**self._chunk({} if self._chat else "", done.reason), **_figures(done)}

    def whole(self, tokens: list[Token], done: Done) -> dict[str, Any]:
        text = "".join(token.text for token in tokens)
        choice: dict[str, Any] = {"index": 0, "finish_reason": done.reason}
        choice.update({"message": {"role": "assistant", "content": text}} if self._chat else {"text": text})
        scored = [token for token in tokens if token.logprob is not None]
        choice["logprobs"] = _logprobs(scored, chat=self._chat) if scored else None
        return {**self._head, "object": self._kind, "choices": [choice], **_figures(done)}

    def _chunk(self, content: Any, reason: str | None = None) -> dict[str, Any]:
        kind = "chat.completion.chunk" if self._chat else self._kind
        body = {"delta": content} if self._chat else {"text": content}
        return {**self._head, "object": kind, "choices": [{"index": 0, **body, "finish_reason": reason}]}


def _logprobs(tokens: list[Token], *, chat: bool) -> dict[str, Any]:
    if chat:
        return {"content": [{"token": t.text, "logprob": t.logprob, "top_logprobs": []} for t in tokens]}
    return {"tokens": [t.text for t in tokens], "token_logprobs": [t.logprob for t in tokens]}


def _figures(done: Done) -> dict[str, Any]:
    timings = done.timings
    return {
        "usage": {
            "prompt_tokens": done.prompt_tokens,
            "completion_tokens": done.completion_tokens,
            "total_tokens": done.prompt_tokens + done.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": done.cached_tokens},
        },
        "timings": {
            "queue_ms": timings.queue_ms,
            "prefill_ms": timings.prefill_ms,
            "ttft_ms": timings.ttft_ms,
            "predicted_per_second": round(timings.predicted_per_second, 3),
        },
    }


def error_body(message: str, code: str) -> dict[str, Any]:
    kind = (
        "invalid_request_error"
        if code in ("bad_request", "context_length_exceeded", "unauthorized")
        else "engine_error"
    )
    return {"error": {"message": message, "type": kind, "code": code}}


def from_backend(error: BackendError, *, answering: bool) -> RequestError:
    """A backend's error as the answer to a request; `answering`: it came after loading, while it worked."""
    if answering and error.code not in WIRE_CODE:
        return RequestError(error.message, status=500, code="engine_died")
    return RequestError(
        error.message, status=STATUS_OF_CODE.get(error.code, 503), code=WIRE_CODE.get(error.code, error.code)
    )
