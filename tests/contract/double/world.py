"""What one test's machine is like, and what has been done to it: board, fabric, memory, traces, rule violations."""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import threading
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from tests.contract.double import model

BLOCK = 64
TRACE_BYTES = 8_000_000
TRACE_ALLOCATION = (
    "Allocating device buffers is unsafe due to the existence of an active trace. These buffers may be corrupted once a "
    "trace is executed."
)
CHIPS = {"N150": 1, "N300": 2, "T3K": 8, "GALAXY": 32, "P100": 1, "P150": 1, "P150_X4": 4, "P300": 2}


@attrs.define
class Faults:
    """What goes wrong in this world."""

    holder: int = 0
    """Another process's pid that holds the chip: opening blocks, with the lock's text on stdout."""
    on_open: str = ""
    on_build: str = ""
    on_prefill: str = ""
    on_decode: str = ""
    on_cleanup: str = ""
    """The standalone package's clean-up fails."""
    on_submesh: str = ""
    """Closing a submesh fails."""
    hang_decode: bool = False
    abort_decode: str = ""
    """The last words of a library that ends the whole process."""
    holds_interpreter: bool = False
    """What blocks lets no other thread of Python run: most of ttnn's calls keep the interpreter's lock."""
    wrong_resume: str = ""
    """How resumed prefill goes wrong in this build: it "reads" a wrong prefix, or only "behind 768" tokens, or only in
    "wide" pieces; or it "stores" short pieces where nobody finds them."""
    dram_blocks: int = 100_000


@attrs.define(eq=False)
class World:
    generation: str
    board: str = "N150"
    home: Path | None = None
    faults: Faults = attrs.field(factory=Faults)
    traced_prefills: tuple[int, ...] = (128, 256, 512, 1024)
    violations: list[str] = attrs.field(factory=list)
    calls: list[str] = attrs.field(factory=list)
    fabric: str = "DISABLED"
    mesh: Any = None
    submesh: Any = None
    """The mesh has one, which must be closed before it."""
    trace_region: int = 0
    traces: set[tuple[Any, ...]] = attrs.field(factory=set)
    compiled: set[tuple[Any, ...]] = attrs.field(factory=set)
    pages: np.ndarray = attrs.field(factory=lambda: np.full((1, BLOCK), model.UNWRITTEN))
    kv: Any = None
    """The cache handle the generation gave out."""
    released: threading.Event = attrs.field(factory=threading.Event)
    """Set to let go of a blocked open or a hung step."""
    opened: int = 0
    precision: str = ""
    """The recipe the model was built with."""
    generator: Any = None
    """A weak reference to the Generator, which must be gone before its mesh is closed."""
    faults_file: Path | None = None
    """In a process of its own: where the test writes what goes wrong, also later."""
    reference: Any = None
    """A real model (`reference.smollm2.SmolLM2`) in place of the hash."""

    def hang(self) -> None:
        """Block as a dead device does, until the test lets go. The library's clean-up at exit then waits for it, too."""
        if self.faults_file is not None:
            atexit.register(threading.Event().wait)
        if self.faults.holds_interpreter:
            ctypes.PyDLL(None).pause()
        self.released.wait()
        raise RuntimeError("the test let go")

    def violate(self, rule: str) -> None:
        self.violations.append(rule)

    def compile(self, *key: Any) -> None:
        """A program not seen before allocates on the device, which a live trace forbids."""
        if key in self.compiled:
            return
        if self.traces:
            raise RuntimeError(f"{TRACE_ALLOCATION} (program {key})")
        self.compiled.add(key)

    def capture(self, *key: Any) -> None:
        if key in self.traces:
            return
        size = TRACE_BYTES * (len(self.traces) + 1)
        if size > self.trace_region:
            raise RuntimeError(
                f"Creating trace buffers of size {size}B on MeshDevice 1, but only {self.trace_region}B is allocated for "
                "trace region."
            )
        self.traces.add(key)

    def write(self, block: int, slot: int, value: int) -> None:
        self.pages[block, slot] = value

    def read(self, table: np.ndarray, count: int) -> np.ndarray:
        """What attention finds at positions 0..count-1."""
        positions = np.arange(count)
        return self.pages[table[positions // BLOCK], positions % BLOCK]

    @property
    def chips(self) -> int:
        return CHIPS[self.board]

    @property
    def blackhole(self) -> bool:
        return self.board.startswith("P")

    def assert_clean(self) -> None:
        """After close: nothing open, fabric off, no rule broken."""
        assert not self.violations, self.violations
        assert self.submesh is None, "the submesh was not closed"
        assert self.mesh is None, "the mesh was not closed"
        assert self.fabric == "DISABLED", "the fabric was left on"


_current: World | None = None


def use(world: World | None) -> World | None:
    """Make `world` the one the stand-ins act on; return the one before."""
    global _current
    before, _current = _current, world
    return before


def current() -> World:
    """The test's world; in a process of its own, one made from the environment."""
    global _current
    if _current is None:
        home = os.environ.get("TT_METAL_HOME")
        _current = World(
            os.environ["CONTRACT_GENERATION"],
            os.environ.get("CONTRACT_BOARD", "N150"),
            home=Path(home) if home else None,
        )
        if file := os.environ.get("CONTRACT_FAULTS"):
            _current.faults_file = Path(file)
        if os.environ.get("CONTRACT_REFERENCE"):
            from tests.contract.reference.smollm2 import SmolLM2

            _current.reference = SmolLM2()
    if _current.faults_file is not None:
        _current.faults = Faults(**json.loads(_current.faults_file.read_text(encoding="utf-8")))
    return _current
