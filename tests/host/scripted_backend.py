"""A backend whose model is arithmetic: the next token depends on every token before it, so an inexact resume shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from lsp_server.host.backends import (
    BackendError,
    FinishReason,
    LoadProgress,
    ModelInfo,
    Prefilled,
    SamplingParams,
    Step,
    Token,
)
from lsp_server.host.stop_strings import StopStrings

CHUNK = 8
WINDOW = 4096
FIRST_HALF, SECOND_HALF = 0x110000, 0x110001
"""Two tokens that make one character."""


class Gate:
    """Lets the engine thread through step by step; open unless closed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._permits: int | None = None
        self._arrived = 0

    def close(self) -> None:
        with self._condition:
            self._permits = 0

    def open(self, steps: int | None = None) -> None:
        """Let `steps` more through; None: all."""
        with self._condition:
            self._permits = None if steps is None else (self._permits or 0) + steps
            self._condition.notify_all()

    def pass_through(self) -> None:
        with self._condition:
            self._arrived += 1
            self._condition.notify_all()
            assert self._condition.wait_for(lambda: self._permits is None or self._permits > 0, timeout=30)
            if self._permits is not None:
                self._permits -= 1

    def wait_for_arrivals(self, count: int) -> None:
        """Until the engine thread has come here `count` times in all. Blocking."""
        with self._condition:
            assert self._condition.wait_for(lambda: self._arrived >= count, timeout=30)


class ScriptedBackend:
    def __init__(self, *, step_seconds: float = 0.0, failure: BackendError | None = None) -> None:
        self.gate = Gate()
        self.loading = Gate()
        self.calls: list[list[int]] = []
        self.reasons: list[FinishReason] = []
        self.decoded = 0
        self.closed = threading.Event()
        self.fail_after: tuple[int, BackendError] | None = None
        self._failure = failure
        self._step_seconds = step_seconds
        self._kv: list[int] = []

    def load(self, report: Callable[[LoadProgress], None]) -> ModelInfo:
        report(LoadProgress("reading the script", 0.5))
        self.loading.pass_through()
        if self._failure is not None:
            raise self._failure
        return ModelInfo("scripted", WINDOW, "cpu", {"quantisation": "none"})

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        return self.encode("".join(f"{m['role']}:{m['content']}\n" for m in messages) + "assistant:")

    def generate(
        self, prompt: Sequence[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        self.calls.append(list(prompt))
        reason = self._generate(list(prompt), sampling, emit)
        self.reasons.append(reason)
        return reason

    def status(self) -> dict[str, Any]:
        return {"decoded": self.decoded}

    def close(self) -> None:
        self.closed.set()

    def _generate(
        self, ids: list[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        cached = min(common_prefix(self._kv, ids), len(ids) - 1)
        self._kv = ids[:cached]
        for end in range(min(cached + CHUNK, len(ids)), len(ids) + CHUNK, CHUNK):
            self._step()
            self._kv = ids[:end]
            if emit(Prefilled(min(end, len(ids)), len(ids), cached)):
                return "cancelled"
        stops = StopStrings(sampling.stop)
        for count in range(sampling.max_tokens):
            if self.fail_after is not None and count == self.fail_after[0]:
                raise self.fail_after[1]
            self._step()
            token = next_token(ids)
            ids.append(token)
            self._kv = ids[:-1]
            self.decoded += 1
            if emit(Token((token,), stops.push(text_of(token)), logprob=-0.5 if sampling.logprobs else None)):
                return "cancelled"
            if stops.met:
                return "stop"
        if rest := stops.flush():
            emit(Token((), rest))
        return "length"

    def _step(self) -> None:
        self.gate.pass_through()
        if self._step_seconds:
            time.sleep(self._step_seconds)


def next_token(ids: Sequence[int]) -> int:
    if ids[-1] == FIRST_HALF:
        return SECOND_HALF
    value = 0
    for token in ids:
        value = (value * 31 + token) % 1_000_003
    return FIRST_HALF if value % 5 == 0 else ord("a") + value % 26


def text_of(token: int) -> str:
    return {FIRST_HALF: "", SECOND_HALF: "é"}.get(token) if token >= FIRST_HALF else chr(token)


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def expected_text(prompt: Sequence[int], tokens: int) -> str:
    """What an uninterrupted answer says."""
    ids = list(prompt)
    for _ in range(tokens):
        ids.append(next_token(ids))
    return "".join(text_of(token) for token in ids[len(prompt) :])
