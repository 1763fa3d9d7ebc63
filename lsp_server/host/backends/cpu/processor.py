"""What this machine's processor can do: whether llama.cpp's build runs on it, how many cores, how much memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

NEEDED = ("avx2", "fma", "bmi2", "f16c")
"""The x86-64 wheel is compiled for these and does not look before it uses them."""

FALLBACK_MEMORY = 4 << 30


def missing_instructions() -> list[str]:
    """Instruction sets that the engine needs and this processor lacks; empty when it runs or nobody can tell."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return []
    if sys.platform == "win32":
        has_avx2 = ctypes.windll.kernel32.IsProcessorFeaturePresent(40)
        return [] if has_avx2 else ["avx2"]
    if sys.platform == "darwin":
        flags = (
            (_sysctl("machdep.cpu.features") + " " + _sysctl("machdep.cpu.leaf7_features")).lower().split()
        )
        return [name for name in ("avx2", "fma", "bmi2") if flags and name not in flags]
    match = re.search(r"^flags\s*:(.*)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return [name for name in NEEDED if match and name not in match.group(1).split()]


def physical_cores() -> int:
    """Physical cores this process may use: hyper-threads and cores beyond a container's quota slow llama.cpp down."""
    if sys.platform == "darwin":
        count = _sysctl("hw.perflevel0.physicalcpu") or _sysctl("hw.physicalcpu")
        return int(count) if count.isdigit() else _logical()
    if sys.platform == "win32":
        return max(1, _logical() // 2)
    allowed = os.sched_getaffinity(0)
    cores = {cpu: siblings for cpu in allowed if (siblings := _read(_TOPOLOGY.format(cpu)).strip())}
    count = len(set(cores.values())) if len(cores) == len(allowed) else _logical()
    return max(1, min(count, _container_quota() or count))


def available_memory() -> int:
    """Bytes that can be used without swapping."""
    match = re.search(r"^MemAvailable:\s*(\d+) kB", _read("/proc/meminfo"), re.MULTILINE)
    if match:
        return int(match.group(1)) * 1024
    total = _sysctl("hw.memsize") if sys.platform == "darwin" else ""
    return int(total) // 2 if total.isdigit() else FALLBACK_MEMORY


_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def _container_quota() -> int:
    """Whole processors that the cgroup grants, rounded up; 0 when there is no quota."""
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").strip().partition(" ")
    if not quota.isdigit() or not period.isdigit():
        return 0
    return -(-int(quota) // int(period))


def _logical() -> int:
    return os.cpu_count() or 1


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _sysctl(name: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(
            ["sysctl", "-n", name], capture_output=True, text=True, timeout=5
        ).stdout.strip()
    return ""
