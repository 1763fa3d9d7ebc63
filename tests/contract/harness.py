"""Runs the real backend against one generation's stand-ins, and compares what it says with the reference."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from lsp_server.host.backends import LoadProgress, ModelInfo, SamplingParams, Token
from lsp_server.host.backends.tt import create
from lsp_server.host.backends.tt.backend import TTBackend
from lsp_server.host.backends.tt.options import Deadlines
from tests.contract.double import World, behaviour, model, sources, use

assert behaviour  # imported here, since it takes longer than the deadlines of the tests
GENERATIONS = tuple(sources.GENERATIONS)
GREEDY = SamplingParams(temperature=0, max_tokens=12)
PATIENT = Deadlines(open=60, build=60, warm=60, prefill=60, decode=60, close=60)
"""A busy machine may stand still for seconds; nothing waits for these unless something hangs."""
QUICK = attrs.evolve(PATIENT, open=1.0, decode=1.0, close=5)
"""For tests in which something does hang."""
STAND_INS = ("ttnn", "models", "tt_transformers", "transformers")
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": model.VOCABULARY,
    "max_position_embeddings": 131_072,
}


@functools.cache
def stand_ins(generation: str) -> Path:
    """A directory with the generation's modules; it serves as TT_METAL_HOME too."""
    folder = Path(tempfile.mkdtemp(prefix=f"tt-contract-{generation}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sources.write(generation, folder)
    return folder


@functools.cache
def weights() -> Path:
    """A model directory that passes the checks: real headers, no numbers."""
    folder = Path(tempfile.mkdtemp(prefix="tt-contract-weights-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_weights(folder)
    return folder


def write_weights(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": list(model.STOPS)}))
    (folder / "tokenizer.json").write_text("{}")
    header = json.dumps({"w": {"dtype": "BF16", "shape": [8], "data_offsets": [0, 16]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))


@contextlib.contextmanager
def process_state() -> Iterator[None]:
    """The backend changes environment, directory and imports of its process; put them back."""
    environment, directory, path = dict(os.environ), Path.cwd(), list(sys.path)
    hidden = {name: module for name, module in sys.modules.items() if name.split(".")[0] in STAND_INS}
    for name in hidden:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in STAND_INS]:
            del sys.modules[name]
        sys.modules.update(hidden)
        sys.path_importer_cache.clear()
        sys.path[:] = path
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)


@attrs.define
class Answer:
    ids: list[int]
    text: str
    reason: str
    cached: int
    total: int
    confirmed: int = 0
    """Ids whose text has been shown: with them the scheduler resumes (`Job.suspend` forgets the rest)."""

    @property
    def shown(self) -> list[int]:
        return self.ids[: self.confirmed]


@attrs.define
class Rig:
    world: World
    backend: TTBackend
    info: ModelInfo
    phases: list[LoadProgress]

    def ask(self, prompt: list[int], sampling: SamplingParams = GREEDY, cancel_at: int = -1) -> Answer:
        """Run one request; cancel at its `cancel_at`-th step, counting prefill pieces and tokens.

        Once cancelled, nothing more may be started on the device.
        """
        answer = Answer([], "", "", 0, 0)
        steps, started = 0, None

        def emit(step: Any) -> bool:
            nonlocal steps, started
            if isinstance(step, Token):
                answer.ids += step.ids
                answer.text += step.text
                answer.confirmed = len(answer.ids) if step.text else answer.confirmed
            else:
                answer.cached, answer.total = step.cached, step.total
            steps += 1
            if steps - 1 == cancel_at:
                started = self._started()
            return steps - 1 == cancel_at

        answer.reason = self.backend.generate(prompt, sampling, emit)
        assert started in (None, self._started()), "the device was given work after the cancel"
        return answer

    def _started(self) -> int:
        """Prefills and decode steps the device has been given so far."""
        return sum(name.endswith(("_forward", "_forward_text")) for name in self.world.calls)

    def check(self, prompt: list[int], count: int = 12) -> Answer:
        """The answer equals the reference's."""
        answer = self.ask(prompt, attrs.evolve(GREEDY, max_tokens=count))
        expected = model.greedy(prompt, count, self.info.context_window)
        assert answer.ids == expected, f"{answer.ids} is not the reference's {expected}"
        assert answer.text == model.text_of(expected)
        full = len(prompt) + len(expected) > self.info.context_window
        assert answer.reason == ("length" if len(expected) == count or full else "stop")
        return answer


@contextlib.contextmanager
def stand_in_world(generation: str, **world: Any) -> Iterator[World]:
    """The stand-ins on the path and a world behind them."""
    with process_state():
        folder = stand_ins(generation)
        metal = generation.startswith("G")
        made = World(generation, home=folder if metal else None, **world)
        outer = use(made)
        sys.path.insert(0, str(folder))
        for name in (
            "MESH_DEVICE",
            "HF_MODEL",
            "LLAMA_DIR",
            "TT_METAL_HOME",
            "TT_CACHE_PATH",
            "WH_ARCH_YAML",
            "TT_METAL_OPERATION_TIMEOUT_SECONDS",
        ):
            os.environ.pop(name, None)
        if metal:
            os.environ["TT_METAL_HOME"] = str(folder)
        try:
            yield made
        finally:
            made.released.set()
            use(outer)


def make(**options: Any) -> TTBackend:
    given = {
        "model": str(weights()),
        "context_window": 4096,
        "deadlines": PATIENT,
        "hard_exit": False,
        **options,
    }
    backend = create(given)
    assert isinstance(backend, TTBackend)
    return backend


@contextlib.contextmanager
def rig(generation: str, options: dict[str, Any] | None = None, **world: Any) -> Iterator[Rig]:
    """A loaded backend; on leaving it is closed and the world must be clean."""
    with stand_in_world(generation, **world) as made:
        backend = make(**(options or {}))
        phases: list[LoadProgress] = []
        try:
            info = backend.load(phases.append)
            yield Rig(made, backend, info, phases)
        finally:
            backend.close()
        made.assert_clean()


def prompt(length: int, seed: int = 1) -> list[int]:
    """A prompt of ordinary tokens, different for each seed; it ends with a whole character, as every text does."""
    state = seed * 2654435761 % 2**32
    tokens = []
    for _ in range(length):
        state = (state * 1664525 + 1013904223) % 2**32
        tokens.append((state >> 8) % 500)
    return [*tokens[:-1], tokens[-1] % 128] if tokens else tokens
