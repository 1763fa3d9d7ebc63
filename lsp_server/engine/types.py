"""What an engine is to the rest of the server: messages in, a stream of events out.

Implemented by `engine.client.HttpEngine` (our host, vLLM, tt-inference-server, llama-server) and, in tests, by
`tests.scripted.ScriptedEngine`. Knows no LSP, no prompts, no HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from enum import IntEnum
from typing import Literal, Protocol

from attrs import frozen

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "cancelled", "repetition"]
"""repetition: the model went round in circles and was stopped."""


class Priority(IntEnum):
    """Lower runs first and pre-empts higher (the order of vLLM's `priority`)."""

    ACTION = 0
    CHAT = 1
    HOVER = 2
    WARMING = 3
    IDLE = 4


@frozen
class Message:
    role: Role
    content: str


@frozen
class SamplingParams:
    """vLLM's names and edge values."""

    temperature: float = 0.2
    """0 means greedy."""
    top_p: float = 0.9
    top_k: int = 0
    """0 means every token is considered."""
    seed: int | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int = 256
    """0 means prefill only: the KV cache is kept and nothing is decoded."""
    logprobs: bool = False
    """Ask for the tokens' log-probabilities, for `Usage.confidence`. A remote engine that has none is asked without."""


@frozen
class PrefillProgress:
    """`done` of `total` prompt tokens are in the KV cache."""

    done: int
    total: int


@frozen
class Delta:
    """Newly decoded text; never splits a character."""

    text: str


@frozen
class Usage:
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Prompt tokens found in the KV cache; 0 where the engine does not tell."""
    completion_tokens: int = 0
    ttft_ms: float = 0.0
    """From the request's arrival at the engine to its first token; 0 where unknown."""
    tokens_per_second: float = 0.0
    """Decode rate; 0 where unknown."""
    confidence: float | None = None
    """Geometric mean of the tokens' probabilities, 0 to 1; None where not asked for or not told."""


@frozen
class Finished:
    reason: FinishReason
    usage: Usage


EngineEvent = PrefillProgress | Delta | Finished

EngineState = Literal["stopped", "starting", "loading", "ready", "busy", "failed"]


@frozen
class EngineStatus:
    """What the status bar shows."""

    state: EngineState
    kind: Literal["tt", "cpu", "remote"] | None = None
    model: str = ""
    board: str = ""
    """As the model table names it, for example n150; "" without one."""
    detail: str = ""
    """One sentence: the load phase, or what is wrong and what to do."""
    progress: float | None = None
    """0..1 while loading, when known."""
    context_window: int = 0
    tokens_per_second: float = 0.0
    pid: int | None = None
    """The host's process id; None for a remote engine."""
    facts: tuple[str, ...] = ()
    """What the board tells of itself, a line each."""
    prompt_cache_tokens: int = 0
    """What is kept of earlier prompts where each keeps its own end; 0 where they share what they have in common."""
    continues: bool = False
    """A conversation that ends with an assistant message is gone on with, as if the model had said that much."""
    button: str = ""
    """A command to offer with `detail` (see errors.AssistantError.button)."""


class Engine(Protocol):
    """The async owner of one engine. Every method raises `errors.EngineError` subclasses, never transport errors."""

    @property
    def status(self) -> EngineStatus: ...

    def subscribe(self, listener: Callable[[EngineStatus], None]) -> Callable[[], None]:
        """Call `listener` on every status change, on the event loop; return the function that ends this."""
        ...

    async def start(self) -> EngineStatus:
        """Find or start the engine and wait until it is ready; safe to call at any time, also concurrently."""
        ...

    def generate(
        self, messages: Sequence[Message], sampling: SamplingParams, priority: Priority = Priority.ACTION
    ) -> AsyncGenerator[EngineEvent, None]:
        """Stream an answer. The last event is `Finished`. Closing the generator cancels the request.

        Starts the engine if it is not running. Use with `contextlib.aclosing`.
        """
        ...

    async def count(self, messages: Sequence[Message] | str) -> int:
        """Tokens of a text, or of messages under the chat template. Exact when the engine can tell, else an estimate."""
        ...

    async def stop(self) -> None:
        """End this machine's engine, for every window; the next use starts it again. A remote engine is only let go of."""
        ...

    async def aclose(self) -> None:
        """Let go of the engine, which keeps running for others."""
        ...
