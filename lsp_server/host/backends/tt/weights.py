"""Are the weights there and whole? Checked in milliseconds, before the board is touched: a failed load takes minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.host.backends import BackendError

ARCHITECTURES = ("Llama", "Mistral", "Qwen2", "Qwen3", "Phi3")
DEFAULT = "meta-llama/Llama-3.1-8B-Instruct"
"""The model where none is named; the doctor examines the same."""
LARGEST_HEADER = 100 * 2**20


@frozen
class Weights:
    name: str
    """As HF_MODEL or LLAMA_DIR gets it: hub name or directory."""
    directory: Path
    meta: bool
    """A Meta checkpoint (consolidated.NN.pth), which only early generations read."""
    config: Mapping[str, Any]
    stop_ids: tuple[int, ...]
    """Every end-of-turn id of generation_config.json."""
    size: int
    """Bytes of all weight files."""

    @property
    def layers(self) -> int:
        return int(self.config["num_hidden_layers"])

    @property
    def kv_heads(self) -> int:
        return int(self.config.get("num_key_value_heads") or self.config["num_attention_heads"])

    @property
    def head_dim(self) -> int:
        return int(
            self.config.get("head_dim") or self.config["hidden_size"] // self.config["num_attention_heads"]
        )

    @property
    def vocabulary(self) -> int:
        return int(self.config["vocab_size"])

    @property
    def max_positions(self) -> int:
        return int(self.config.get("max_position_embeddings") or 131_072)


def verify(model: str, environment: Mapping[str, str], *, reads_llama_dir: bool) -> Weights:
    """Find and check the weights `model` names. Raises BackendError with the command that mends it."""
    path = Path(model).expanduser()
    if path.is_dir():
        if (path / "params.json").is_file() and not (path / "config.json").is_file():
            return _meta(path, reads_llama_dir)
        return _hub_format(str(path), path)
    if path.is_absolute() or model.startswith((".", "~")):
        raise BackendError(f"There is no model directory {model}.", code="model_missing")
    return _hub_format(model, _snapshot(model, environment))


def _hub_format(name: str, directory: Path) -> Weights:
    config = _json(directory / "config.json", name)
    architecture = (config.get("architectures") or [""])[0]
    if architecture.removesuffix("ForCausalLM") not in ARCHITECTURES:
        raise BackendError(
            f"{name} is a {architecture or 'model of unknown architecture'}, which tt-metal's tt_transformers cannot run. "
            f"It runs {', '.join(ARCHITECTURES)}.",
            code="unsupported",
        )
    for key in ("num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size"):
        if not isinstance(config.get(key), int):
            raise _corrupt(name, f"config.json has no {key}")
    if not any((directory / file).is_file() for file in ("tokenizer.json", "tokenizer.model")):
        raise _missing(name, "tokenizer.json")
    return Weights(name, directory, False, config, _stop_ids(directory, config), _shards(name, directory))


def _shards(name: str, directory: Path) -> int:
    index = directory / "model.safetensors.index.json"
    sharded = index.is_file()
    files = (
        sorted(set(_json(index, name).get("weight_map", {}).values())) if sharded else ["model.safetensors"]
    )
    missing = [file for file in files if not (directory / file).is_file()]
    if missing or not files:
        raise _missing(name, ", ".join(missing) or "its weight files")
    return sum(_check_shard(name, directory / file) for file in files)


def _check_shard(name: str, file: Path) -> int:
    """Compare the size a safetensors header promises with the size of the file."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(8)
        if start == b"version ":
            raise _corrupt(name, f"{file.name} is a Git LFS pointer, not the weights themselves")
        length = int.from_bytes(start, "little")
        if len(start) < 8 or not 2 <= length <= min(size, LARGEST_HEADER):
            raise _corrupt(name, f"{file.name} is not a safetensors file")
        try:
            header = json.loads(stream.read(length))
            end = max(entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__")
        except (ValueError, KeyError, TypeError):
            raise _corrupt(name, f"the header of {file.name} cannot be read") from None
    if size < 8 + length + end:
        raise _corrupt(name, f"{file.name} ends after {size} of {8 + length + end} bytes")
    return size


def _meta(directory: Path, reads_llama_dir: bool) -> Weights:
    if not reads_llama_dir:
        raise BackendError(
            f"{directory} is a Meta checkpoint, and this tt-metal no longer reads LLAMA_DIR (removed in November 2025). "
            f"Set HF_MODEL to the Hugging Face weights, for example {DEFAULT}.",
            code="unsupported",
        )
    params = _json(directory / "params.json", str(directory))
    shards = sorted(directory.glob("consolidated.*.pth"))
    if not shards or not (directory / "tokenizer.model").is_file():
        raise _missing(str(directory), "tokenizer.model" if shards else "consolidated.00.pth")
    config = {
        "num_hidden_layers": params["n_layers"],
        "hidden_size": params["dim"],
        "num_attention_heads": params["n_heads"],
        "num_key_value_heads": params.get("n_kv_heads", params["n_heads"]),
        "vocab_size": params.get("vocab_size", 128_256),
    }
    size = sum(shard.stat().st_size for shard in shards)
    return Weights(str(directory), directory, True, config, (), size)


def _snapshot(model: str, environment: Mapping[str, str]) -> Path:
    """The directory the hub cache keeps `model` in."""
    home = environment.get("HF_HOME") or str(
        Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    )
    hub = Path(environment.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()
    folder = hub / f"models--{model.replace('/', '--')}"
    reference = folder / "refs" / "main"
    if reference.is_file():
        snapshot = folder / "snapshots" / reference.read_text().strip()
        if snapshot.is_dir():
            return snapshot
    raise _missing(model, "its files")


def _stop_ids(directory: Path, config: Mapping[str, Any]) -> tuple[int, ...]:
    file = directory / "generation_config.json"
    generation = _json(file, str(directory)) if file.is_file() else {}
    ids = generation.get("eos_token_id", config.get("eos_token_id"))
    if ids is None:
        return ()
    return tuple(int(id) for id in (ids if isinstance(ids, list) else [ids]))


def _json(file: Path, name: str) -> dict[str, Any]:
    if not file.is_file():
        raise _missing(name, file.name)
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise _corrupt(name, f"{file.name} is not valid JSON") from None
    if not isinstance(value, dict):
        raise _corrupt(name, f"{file.name} is not an object")
    return value


def _missing(name: str, what: str) -> BackendError:
    if Path(name).is_absolute():
        return BackendError(f"{name} lacks {what}. Download the model again.", code="model_missing")
    return BackendError(
        f"{name} is not on this machine ({what} not found). If its licence asks for it, accept it at "
        f'https://huggingface.co/{name}; then run `hf auth login && hf download {name} --exclude "original/*"`.',
        code="model_missing",
    )


def _corrupt(name: str, what: str) -> BackendError:
    again = (
        f"Run `hf download {name} --force-download`."
        if not Path(name).is_absolute()
        else "Download it again."
    )
    return BackendError(f"The weights of {name} are damaged: {what}. {again}", code="model_corrupt")
