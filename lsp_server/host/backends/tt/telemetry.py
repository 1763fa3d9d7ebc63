"""Chip temperature and power: from the driver's hwmon files, which disturb nothing, else from tt-smi's library."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

INTERVAL = 5.0
"""Seconds for which a reading is good: status is asked for several times a second."""


class Telemetry:
    def __init__(
        self, sysfs: Path = Path("/sys/class/tenstorrent"), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sysfs = sysfs
        self._clock = clock
        self._read_at = float("-inf")
        self._values: dict[str, float] = {}

    def read(self) -> dict[str, float]:
        """`temperature_c` (hottest chip) and `power_w` (all chips); {} where nothing offers them."""
        if self._clock() - self._read_at >= INTERVAL:
            self._read_at = self._clock()
            self._values = _from_driver(self._sysfs) or _from_library()
        return self._values


def _from_driver(sysfs: Path) -> dict[str, float]:
    temperatures = _numbers(sysfs, "temp1_input", 1000)
    powers = _numbers(sysfs, "power1_input", 1_000_000)
    return _summary(temperatures, powers)


def _numbers(sysfs: Path, name: str, unit: int) -> list[float]:
    values = []
    for file in sorted(sysfs.glob(f"*/device/hwmon/hwmon*/{name}")):
        try:
            values.append(int(file.read_text()) / unit)
        except (OSError, ValueError):
            continue
    return values


def _from_library() -> dict[str, float]:
    """pyluwen is what tt-smi reads the board with; its fields are raw fixed-point numbers."""
    try:
        chips = importlib.import_module("pyluwen").detect_chips()
        readings = [chip.get_telemetry() for chip in chips]
    except Exception:
        return {}
    temperatures = [_field(reading, "asic_temperature") for reading in readings]
    powers = [_field(reading, "tdp") for reading in readings]
    return _summary(
        [(value & 0xFFFF) / 16 for value in temperatures if value],
        [float(value & 0xFFFF) for value in powers if value],
    )


def _field(reading: Any, name: str) -> int:
    return int(getattr(reading, name, 0) or 0)


def _summary(temperatures: list[float], powers: list[float]) -> dict[str, float]:
    values = {}
    if temperatures:
        values["temperature_c"] = round(max(temperatures), 1)
    if powers:
        values["power_w"] = round(sum(powers), 1)
    return values
