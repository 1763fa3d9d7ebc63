"""Requests and chunks of the OpenAI API, ours and others'. Pure: dictionaries in, events out."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import Any

from lsp_server.engine import failures
from lsp_server.engine.facts import engine_facts
from lsp_server.engine.types import (
    Delta,
    EngineEvent,
    EngineStatus,
    Finished,
    FinishReason,
    Message,
    PrefillProgress,
    Priority,
    SamplingParams,
    Usage,
)

OWN_STATES = {"loading", "ready", "busy", "failed"}


def request_body(
    messages: Sequence[Message], sampling: SamplingParams, priority: Priority, *, own: bool, model: str
) -> dict[str, Any]:
    """The body of /chat/completions; `own`: for our host, which knows more fields than others."""
    body: dict[str, Any] = {
        "messages": wire_messages(messages),
        "stream": True,
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if sampling.top_k > 0:
        body["top_k"] = sampling.top_k
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.logprobs:
        body["logprobs"] = True
    if own:
        body |= {"priority": int(priority), "return_progress": True}
    else:
        body |= {"model": model, "stream_options": {"include_usage": True}}
    return body


def wire_messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


class AnswerReader:
    """Turns the events of one stream into engine events. `finished` is set by the last."""

    def __init__(self) -> None:
        self._sent = time.perf_counter()
        self._first = 0.0
        self._deltas = 0
        self._logprobs: list[float] = []
        self._reason: FinishReason | None = None
        self._usage: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}
        self._begun: dict[str, Any] = {}
        """The first that was told of the prompt; an answer that is stopped never gets to its usage."""
        self.done = False
        """The engine said that nothing follows."""

    def read(self, data: str) -> list[EngineEvent]:
        """Take one event. Raises EngineError for an error in the stream, or for nonsense."""
        if data == "[DONE]":
            self.done = True
            return []
        try:
            chunk = json.loads(data)
        except ValueError as error:
            raise failures.malformed(data) from error
        if not isinstance(chunk, dict):
            raise failures.malformed(data)
        if chunk.get("error"):
            raise failures.in_stream(chunk["error"])
        self._usage = _dictionary(chunk.get("usage")) or self._usage
        self._timings = _dictionary(chunk.get("timings")) or self._timings
        return self._events(chunk, data)

    def finish(self) -> Finished | None:
        """The last event; None when the stream ended before the answer did."""
        if self._reason is None:
            return None
        return Finished(self._reason, self.figures())

    def _events(self, chunk: dict[str, Any], data: str) -> list[EngineEvent]:
        events: list[EngineEvent] = []
        if progress := _dictionary(chunk.get("prompt_progress")):
            self._begun = self._begun or progress
            events.append(PrefillProgress(int(progress.get("processed", 0)), int(progress.get("total", 0))))
        choices = chunk.get("choices") or []
        if not isinstance(choices, list) or (choices and not isinstance(choices[0], dict)):
            raise failures.malformed(data)
        if not choices:
            return events
        delta = _dictionary(choices[0].get("delta"))
        if text := delta.get("content"):
            self._first = self._first or time.perf_counter()
            self._deltas += 1
            events.append(Delta(str(text)))
            self._logprobs += _logprobs(choices[0])
        if reason := choices[0].get("finish_reason"):
            self._reason = reason if reason in ("length", "cancelled") else "stop"
        return events

    def figures(self) -> Usage:
        """What the stream told until now, and where it did not, what was counted and timed here."""
        now = time.perf_counter()
        tokens = int(self._usage.get("completion_tokens") or self._deltas)
        measured = (
            (tokens - 1) / (now - self._first) if self._first and tokens > 1 and now > self._first else 0.0
        )
        waited = (self._first - self._sent) * 1000 if self._first else 0.0
        cached = _dictionary(self._usage.get("prompt_tokens_details")).get("cached_tokens")
        return Usage(
            prompt_tokens=int(self._usage.get("prompt_tokens") or self._begun.get("total") or 0),
            cached_tokens=int(cached or self._begun.get("cache") or 0),
            completion_tokens=tokens,
            ttft_ms=float(self._timings.get("ttft_ms") or waited),
            tokens_per_second=float(self._timings.get("predicted_per_second") or measured),
            confidence=math.exp(sum(self._logprobs) / len(self._logprobs)) if self._logprobs else None,
        )


def own_status(raw: dict[str, Any]) -> EngineStatus:
    """Our host's status object as the status bar's."""
    state = raw.get("state")
    kind = raw.get("backend")
    details = _dictionary(raw.get("details"))
    return EngineStatus(
        state=state if state in OWN_STATES else "failed",
        kind=kind if kind in ("tt", "cpu") else None,
        model=str(raw.get("model") or ""),
        board=str(details.get("board") or ""),
        detail=str(raw.get("detail") or raw.get("phase") or ""),
        progress=raw.get("progress"),
        context_window=int(raw.get("context_window") or 0),
        tokens_per_second=float(raw.get("tokens_per_second") or 0.0),
        pid=raw.get("pid"),
        facts=engine_facts(details),
        prompt_cache_tokens=int(details.get("prompt_cache_tokens") or 0),
        continues=True,
        button=failures.button_for(str(raw.get("code"))) if state == "failed" else "",
    )


def _logprobs(choice: dict[str, Any]) -> list[float]:
    """Of one chunk's tokens; empty where the engine does not tell."""
    entries = _dictionary(choice.get("logprobs")).get("content")
    found = [_dictionary(entry).get("logprob") for entry in entries] if isinstance(entries, list) else []
    return [min(0.0, float(value)) for value in found if isinstance(value, (int, float))]


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
