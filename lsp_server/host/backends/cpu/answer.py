"""One answer of llama.cpp: its chunks in, steps for the host out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsp_server.host.backends import BackendError, FinishReason, Prefilled, SamplingParams, Step, Token
from lsp_server.host.stop_strings import StopStrings

RANDOM_SEED = 0xFFFFFFFF


def request(prompt: list[int], sampling: SamplingParams) -> dict[str, Any]:
    """What to ask of llama.cpp. Every sampler it would add on its own is named and off."""
    greedy = sampling.temperature <= 0
    body: dict[str, Any] = {
        "prompt": prompt,
        "max_tokens": max(1, sampling.max_tokens),
        "temperature": max(0.0, sampling.temperature),
        "top_p": sampling.top_p,
        "top_k": 1 if greedy else max(0, sampling.top_k),
        "min_p": 0.0,
        # A resumed answer must not repeat the draws it began with.
        "seed": RANDOM_SEED if sampling.seed is None else (sampling.seed + len(prompt)) % RANDOM_SEED,
        "stream": True,
        "cache_prompt": True,
        "return_progress": True,
        "timings_per_token": True,
        # The ids come with the probabilities; after sampling they cost nothing.
        "n_probs": 1,
        "post_sampling_probs": not sampling.logprobs,
    }
    if sampling.grammar:
        body["grammar"] = sampling.grammar
    return body


class Answer:
    """Receives the chunks of one answer; `reason` or `error` is set when it is over."""

    def __init__(
        self, sampling: SamplingParams, emit: Callable[[Step], bool], encode: Callable[[str], list[int]]
    ) -> None:
        self._decoding = sampling.max_tokens > 0
        self._stops = StopStrings(sampling.stop)
        self._emit = emit
        self._encode = encode
        self._seen = 0
        self.reason: FinishReason | None = None
        self.error: Exception | None = None

    def on_chunk(self, chunk: Any) -> bool:
        """Take one chunk; True stops llama.cpp. Keeps exceptions, which its callback would swallow."""
        try:
            return self._on_chunk(chunk)
        except Exception as error:
            self.error = error
            return True

    def _on_chunk(self, chunk: dict[str, Any]) -> bool:
        if "error" in chunk:
            raise _refusal(chunk["error"])
        if (progress := chunk.get("prompt_progress")) is not None:
            return self._step(Prefilled(progress["processed"], progress["total"], progress["cache"]))
        choice = chunk["choices"][0]
        if choice["finish_reason"] is not None:
            return self._end(choice["finish_reason"])
        if not self._decoding or not (choice["logprobs"] or choice["text"]):
            return False
        return self._token(choice, chunk["timings"]["predicted_n"])

    def _token(self, choice: dict[str, Any], count: int) -> bool:
        (entry,) = choice["logprobs"]["content"] if choice["logprobs"] else (None,)
        # llama.cpp is silent while a character is incomplete: then the text stands for several ids, and we get the last.
        # Of a token that was drafted (copying.py) it tells neither id nor probability.
        alone = count - self._seen == 1
        ids = (entry["id"],) if entry is not None and alone else tuple(self._encode(choice["text"]))
        self._seen = count
        logprob = entry.get("logprob") if entry is not None else None
        if self._step(Token(ids, self._stops.push(choice["text"]), logprob)):
            return True
        if self._stops.met:
            self.reason = "stop"
        return self._stops.met

    def _end(self, reason: str) -> bool:
        rest = self._stops.flush()
        if rest and self._step(Token((), rest)):
            return True
        self.reason = "stop" if reason == "stop" else "length"
        return False

    def _step(self, step: Step) -> bool:
        if self._emit(step):
            self.reason = "cancelled"
            return True
        return False


def _refusal(error: Any) -> BackendError:
    if not isinstance(error, dict):
        return BackendError(f"llama.cpp failed: {error}")
    if error.get("type") == "exceed_context_size_error":
        return BackendError(
            f"The prompt has {error.get('n_prompt_tokens')} tokens; the context window is {error.get('n_ctx')}.",
            code="too_long",
        )
    code = "unsupported" if error.get("code") == 400 else "failed"
    return BackendError(f"llama.cpp refused: {error.get('message')}", code=code)
