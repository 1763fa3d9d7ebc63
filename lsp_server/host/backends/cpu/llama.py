"""Opens llama.cpp in this process, through xllamacpp, with the parameters it has here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.cpu import copying, openmp, processor

SMALL_MODEL_BYTES = 256 << 20
"""The default model and its like."""
PROMPT_CACHE_MIB = 1024
"""Memory for the KV of earlier prompts, beside the one in use."""
SAME_PROMPT = 0.999
"""Share of a prompt that must be in use already to go on from there. Of any other prompt what is in use is put into the
cache first (some 10 ms); with llama.cpp's own 0.1, prompts that share their beginning would overwrite each other's ends."""


@frozen
class Prefill:
    """How llama.cpp computes prompts: what is fastest, and how soon it can be stopped, depends on the model's size."""

    chunk: int
    """Tokens computed between two looks at whether to go on."""
    flash_attention: bool

    @classmethod
    def of(cls, model: Path) -> Prefill:
        """For a GGUF file. Why so: docs/decisions/0008."""
        if model.stat().st_size <= SMALL_MODEL_BYTES:
            return cls(chunk=12, flash_attention=False)
        return cls(chunk=64, flash_attention=True)

    def set(self, parameters: Any) -> None:
        """Make a server with these `CommonParams` prefill so."""
        import xllamacpp

        parameters.n_batch = parameters.n_ubatch = self.chunk
        if not self.flash_attention:
            kinds = xllamacpp.llama_flash_attn_type
            parameters.flash_attn_type = kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED


def open_server(path: Path, window: int, threads: int, key: str, socket: Path | None, *, drafts: bool) -> Any:
    """Load a GGUF file that was checked. `key` is asked of who comes to the listener, at `socket` or a loopback port.

    `drafts`: copy-biased decoding (copying.py). Raises BackendError.
    """
    parameters = _parameters(path, window, threads, key, socket)
    if drafts:
        copying.turn_on(parameters)
    import xllamacpp

    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise BackendError(
            f"llama.cpp cannot load {path}: its kind of model may not be supported, or the memory does not suffice.",
            code="model_corrupt",
            detail=str(error),
        ) from error


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
    Prefill.of(path).set(parameters)
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    parameters.slot_prompt_similarity = SAME_PROMPT
    # Fitting to a GPU's memory would read the model a second time.
    parameters.fit_params = False
    parameters.hostnames = [str(socket) if socket is not None else "127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.ui = False
    parameters.verbosity = 1
    return parameters
