"""Everything that can go wrong between us and an engine, as a sentence and a button. Knows HTTP statuses, no HTTP client."""

from __future__ import annotations

import json
from typing import Any

from lsp_server.engine.host_log import LastWords
from lsp_server.errors import (
    ContextTooLong,
    EngineDied,
    EngineError,
    EngineStopped,
    EngineUnavailable,
    ModelUnusable,
)


def lost(kind: str) -> EngineDied:
    """The connection ended in the middle of an answer."""
    if kind == "remote":
        return EngineDied(
            "The connection to the engine was lost while it answered. Try again.", button="showLog"
        )
    return EngineDied(
        "The engine stopped while it answered. Try again: it will be started anew.", button="showLog"
    )


def stopped() -> EngineStopped:
    """It was told to leave, or another one was chosen, while someone waited for it."""
    return EngineStopped("The engine was stopped or changed in the meantime: try again.")


def unconnectable(error: Exception) -> EngineUnavailable:
    """What nobody foresaw. Its words are not shown: they may quote the key."""
    reason = type(error).__name__
    if isinstance(error, OSError) and error.filename:
        reason = f"{error.filename}: {error.strerror}"
    return EngineUnavailable(f"The engine cannot be connected to ({reason}).", button="showLog")


def lost_loading(said: LastWords) -> EngineUnavailable:
    """The host ended before its model was loaded."""
    if said.reason:
        return EngineUnavailable(
            f"The engine stopped while it loaded the model: {said.line[:300]}",
            detail=said.tail,
            button="showLog",
        )
    return EngineUnavailable(
        "The engine was ended while it loaded the model, and could not say why. Most often the memory did not suffice: "
        "choose a smaller model.",
        detail=said.tail,
        button="chooseModel",
    )


def unreachable(url: str, reason: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"No engine answers at {url}. Start it there, or change ttAssistant.engine.url.",
        detail=reason,
        button="openSettings",
    )


def malformed(what: str) -> EngineError:
    return EngineError(
        "The engine sent an answer that cannot be read; is its address that of an OpenAI-compatible engine?",
        detail=what[:500],
        button="openSettings",
    )


def refused(status: int, body: bytes, *, url: str) -> EngineError:
    """An HTTP status that is not 200. `url` is "" for our own host."""
    message, code = _message(body)
    if known := coded(message, code):
        return known
    if status in (401, 403) and url:
        return EngineUnavailable(
            f"The engine at {url} refused the key. Set it again.", detail=message, button="setEngineKey"
        )
    if status == 404 and url:
        return EngineUnavailable(
            f"The engine at {url} has no such model or route: {message or 'not found'}. "
            "The address usually ends in /v1; the model is ttAssistant.engine.model.",
            button="openSettings",
        )
    if status in (429, 503):
        return EngineUnavailable(
            f"The engine is busy: {message or status}. Try again soon.", button="showLog"
        )
    return EngineError(
        f"The engine answered with an error ({status}): {message or 'no reason given'}", button="showLog"
    )


def without_logprobs(status: int, body: bytes) -> bool:
    """The engine refused a request because it tells no log-probabilities."""
    return status in (400, 422) and b"logprob" in body.lower()


def in_stream(error: Any) -> EngineError:
    """An error object in the middle of a stream."""
    message, code = _fields(error)
    return coded(message, code) or EngineDied(f"The engine failed: {message}", button="showLog")


def coded(message: str, code: str) -> EngineError | None:
    """The errors of docs/engine-http.md, and what other engines call the same."""
    if (
        code == "context_length_exceeded"
        or "maximum context length" in message
        or "exceed_context_size" in code
    ):
        return ContextTooLong(message)
    if code in ("model_missing", "model_corrupt"):
        return ModelUnusable(message, button="chooseModel")
    if code in ("device", "failed"):
        return EngineUnavailable(message, button="showLog")
    if code == "leaving":
        return stopped()
    if code == "engine_died":
        return EngineDied(message, button="showLog")
    return None


def button_for(code: str) -> str:
    """The command to offer beside a failed status."""
    return "chooseModel" if code in ("model_missing", "model_corrupt") else "showLog"


def _message(body: bytes) -> tuple[str, str]:
    try:
        return _fields(json.loads(body))
    except ValueError:
        return body.decode("utf-8", errors="replace").strip()[:200], ""


def _fields(raw: Any) -> tuple[str, str]:
    """Message and code of an error object: OpenAI's, vLLM's, FastAPI's, llama-server's."""
    if isinstance(raw, dict) and isinstance(raw.get("error"), (dict, str)):
        raw = raw["error"]
    if isinstance(raw, dict):
        message = raw.get("message") or raw.get("detail") or ""
        code = raw.get("code")
        return str(message), code if isinstance(code, str) else str(raw.get("type") or "")
    return str(raw), ""
