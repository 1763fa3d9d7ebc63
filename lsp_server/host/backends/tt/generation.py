"""Which of the eight known API generations is installed, told from signatures and never from versions.

The trap: in G1 and G1b `Generator.decode_forward` exists but is the decode of the vision model.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal

from attrs import frozen

from lsp_server.host.backends import BackendError

Name = Literal["G0", "G1", "G1b", "G2", "G3", "G4", "P1", "P2"]

KNOWN: dict[Name, str] = {
    "G0": "mid-2025, ttnn up to 0.63: prefill without enable_trace",
    "G1": "Nov 2025 to Jan 2026, ttnn 0.64 to 0.65.1: prefill has enable_trace but no start_pos",
    "G1b": "Jan to Mar 2026, ttnn 0.66 to 0.67: prefill has start_pos, decode_forward_text exists",
    "G2": "Apr to May 2026: decode_forward(tokens, ...), warm-up has non_greedy_decoding_on_device",
    "G3": "Jun to Aug 2026: warm-up has greedy_only",
    "G4": "Sep 2026 and later: decode_input_update_contract with reload commands",
    "P1": "standalone tt_transformers of Aug 2026: llama3_8b.generator",
    "P2": "standalone tt_transformers of Oct 2026: llama3_8b.vllm_generator",
}

SHOWN = 3
"""Parameters of a method in a message; the log has all."""
METAL = "models.tt_transformers.tt.generator"
PACKAGE = "tt_transformers.models.llama3_8b"


@frozen
class Generation:
    name: Name
    module: ModuleType
    """Where the generator class was found."""

    @property
    def standalone(self) -> bool:
        return self.name in ("P1", "P2")


def detect() -> Generation:
    """Import what is installed and name it. Raises BackendError with what was found and what is known."""
    module = _import(METAL)
    if module is not None:
        return Generation(_metal(module), module)
    for name in ("vllm_generator", "generator"):
        module = _import(f"{PACKAGE}.{name}")
        if module is not None:
            return Generation(_package(module), module)
    raise BackendError(_nothing_found(), code="unsupported")


def _metal(module: ModuleType) -> Name:
    generator = getattr(module, "Generator", None)
    prefill = _parameters(generator, "prefill_forward_text")
    if "tokens" not in prefill:
        raise _unknown(module, generator)
    if hasattr(generator, "decode_forward_text"):
        if "enable_trace" not in prefill:
            return "G0"
        return "G1b" if "start_pos" in prefill else "G1"
    decode = _parameters(generator, "decode_forward")
    warm = _parameters(generator, "warmup_model_prefill")
    if decode[:1] == ["tokens"] and "start_pos" in prefill:
        if getattr(generator, "decode_input_update_contract", 0) >= 1:
            if {"reload_inputs", "reload_page_table", "reset_sampling_state"} <= set(decode):
                return "G4"
        elif "reload_inputs" not in decode:
            if "greedy_only" in warm:
                return "G3"
            if "non_greedy_decoding_on_device" in warm:
                return "G2"
    raise _unknown(module, generator)


def _package(module: ModuleType) -> Name:
    generator = getattr(module, "Llama3Generator", None)
    decode = _parameters(generator, "decode_forward")
    if decode[:3] == ["tokens", "start_pos", "page_table"] and hasattr(module, "build_llama3_generator"):
        contract = getattr(generator, "decode_input_update_contract", 0)
        if contract >= 1 and "reload_inputs" in decode:
            return "P2"
        if not contract and "reset_batch" in decode:
            return "P1"
    raise _unknown(module, generator)


def _import(name: str) -> ModuleType | None:
    """The module; None when it, or a package on the way to it, does not exist."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            return None
        raise


def _parameters(owner: Any, method: str) -> list[str]:
    function: Callable[..., Any] | None = getattr(owner, method, None)
    if function is None:
        return []
    return [name for name in inspect.signature(function).parameters if name != "self"]


def _nothing_found() -> str:
    shadow = _import("models")
    if shadow is not None and getattr(shadow, "__file__", None):
        return (
            f"tt-metal's `models` is hidden by the package at {shadow.__file__}. "
            "Remove that package (pip uninstall llama-models), then restart the engine."
        )
    return (
        "This Python has neither tt-metal's models/tt_transformers nor the tt_transformers package. "
        "Set TT_METAL_HOME (or ttAssistant.tt.home) to your tt-metal checkout."
    )


def _unknown(module: ModuleType, generator: Any) -> BackendError:
    methods = (
        "prefill_forward_text",
        "prefill_forward",
        "decode_forward_text",
        "decode_forward",
        "warmup_model_prefill",
    )
    found = {name: parameters for name in methods if (parameters := _parameters(generator, name))}
    short = [f"{name}({', '.join(_begin(parameters))})" for name, parameters in found.items()]
    whole = [f"{name}({', '.join(parameters)})" for name, parameters in found.items()]
    known = "; ".join(f"{name} ({text})" for name, text in KNOWN.items())
    return BackendError(
        f"The generator in {module.__name__} is none of the known {', '.join(KNOWN)}, but has "
        f"{'; '.join(short) or 'no generator methods'}, and guessing could give wrong answers. "
        "Update TT Coding Assistant, or use a tt-metal release that docs/hardware.md lists.",
        code="unsupported",
        detail=f"Found: {'; '.join(whole) or 'no generator methods'}. Known: {known}.",
    )


def _begin(parameters: list[str]) -> list[str]:
    """As many as a sentence can hold."""
    return parameters if len(parameters) <= SHOWN else [*parameters[:SHOWN], "…"]
