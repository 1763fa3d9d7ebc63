"""The seam between the host and what runs a model: `cpu` (llama.cpp) and `tt` (tt-metal Generator).

A backend is blocking and single-threaded: `load`, `generate` and `close` are called from the one engine thread. It owns
its KV prefix cache. `encode*` and `status` may be called from any thread at any time after `load`.
Every backend package exposes `create(options) -> Backend`, cheap and without heavy imports. Options: `model` ("" means the
default), `context_window` and `threads` (0 means chosen), `mode`, `home` (tt-metal), `socket` (a private path to listen on),
`data` (a folder for what is worth remembering about a model; "" means nowhere).
The host's scheduler (queue, priorities, pre-emption, cancel) is above this seam and knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from attrs import frozen

FinishReason = Literal["stop", "length", "cancelled"]


@frozen
class SamplingParams:
    """vLLM's names and edge values; the host's own copy, since it shares only HTTP with the server."""

    temperature: float = 0.2
    """0 means greedy."""
    top_p: float = 0.9
    top_k: int = 0
    """0 means every token is considered."""
    seed: int | None = None
    """With the position it decides a draw, so that a resumed request goes on as it would have."""
    stop: tuple[str, ...] = ()
    max_tokens: int = 256
    """0 means prefill only: the KV cache is kept and nothing is decoded."""
    logprobs: bool = False
    grammar: str = ""
    """GBNF; "" means unconstrained. A backend that cannot constrain raises BackendError."""


@frozen
class LoadProgress:
    phase: str
    """For a person: "opening the board", "loading weights", "warming up prefill 1024 of 4096"."""
    fraction: float | None = None


@frozen
class ModelInfo:
    name: str
    """As told by /v1/models."""
    context_window: int
    backend: str
    details: dict[str, Any]
    """Free-form facts for /status: board, chips, quantisation, model file."""


@frozen
class Prefilled:
    """`done` of `total` prompt tokens are in the KV cache, `cached` of them were there before."""

    done: int
    total: int
    cached: int


@frozen
class Token:
    """One decode step. `text` may be "" while a character or a possible stop string is incomplete.

    Text that is not "" is all that the ids so far say: hold back all of it or nothing, so that a job can be resumed here.
    """

    ids: tuple[int, ...]
    text: str
    logprob: float | None = None


Step = Prefilled | Token


class BackendError(Exception):
    """A request or the model failed. `message` is for the user; `fatal` means the backend must be restarted.

    `code`: "too_long" | "model_missing" | "model_corrupt" | "device" | "unsupported" | "failed".
    """

    def __init__(self, message: str, *, code: str = "failed", fatal: bool = False, detail: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.fatal, self.detail = message, code, fatal, detail


class Backend(Protocol):
    def load(self, report: Callable[[LoadProgress], None]) -> ModelInfo:
        """Open the device, load the model, warm up. Raises BackendError."""
        ...

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text; special tokens in it are not parsed (model text is untrusted)."""
        ...

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """Token ids of OpenAI-style messages under the model's chat template, ready for the assistant's turn."""
        ...

    def generate(
        self, prompt: Sequence[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        """Prefill `prompt` (reusing the KV cache's common prefix) and decode; call `emit` once a chunk and once a token.

        When `emit` returns True, stop within one step, keep the KV of what was confirmed, and return "cancelled".
        To resume, the scheduler calls again with `prompt` extended by the emitted token ids, up to the last that had text.
        """
        ...

    def status(self) -> dict[str, Any]:
        """Figures for /status, cheap: blocks used, prefix hits, temperature, power."""
        ...

    def close(self) -> None:
        """Free the model and close the device cleanly; safe to call twice."""
        ...
