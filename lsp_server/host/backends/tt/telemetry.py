"""Chip temperature and power: from the driver's hwmon files, which disturb nothing, else from tt-smi's library.

Both ask the chip, and a chip that hangs does not answer: they are read on a thread of their own.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

INTERVAL = 5.0
"""Seconds for which a reading is good: status is asked for several times a second."""


def _on_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="tt-telemetry", daemon=True).start()


class Telemetry:
    def __init__(
        self,
        sysfs: Path = Path("/sys/class/tenstorrent"),
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = _on_a_thread,
    ) -> None:
        """`start` runs a reading, somewhere where it may take for ever."""
        self._sysfs = sysfs
        self._clock = clock
        self._start = start
        self._read_at = float("-inf")
        self._reading = False
        self._values: dict[str, float] = {}
        self._library = Library()

    def read(self) -> dict[str, float]:
        """The last reading, at once: `temperature_c` (hottest chip) and `power_w` (all chips); {} where nothing has them."""
        if not self._reading and self._clock() - self._read_at >= INTERVAL:
            self._reading = True
            self._start(self._refresh)
        return self._values

    def _refresh(self) -> None:
        self._values = _from_driver(self._sysfs) or self._library.read()
        self._read_at = self._clock()
        self._reading = False


class Library:
    """pyluwen, which tt-smi reads the board with. Its fields are raw fixed-point numbers."""

    def __init__(self) -> None:
        self._chips: list[Any] | None = None

    def read(self) -> dict[str, float]:
        try:
            if self._chips is None:
                self._chips = list(importlib.import_module("pyluwen").detect_chips())
            readings = [chip.get_telemetry() for chip in self._chips]
        except Exception:
            self._chips = self._chips or []
            return {}
        temperatures = [_field(reading, "asic_temperature") for reading in readings]
        powers = [_field(reading, "tdp") for reading in readings]
        return _summary(
            [(value & 0xFFFF) / 16 for value in temperatures if value],
            [float(value & 0xFFFF) for value in powers if value],
        )


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


def _field(reading: Any, name: str) -> int:
    return int(getattr(reading, name, 0) or 0)


def _summary(temperatures: list[float], powers: list[float]) -> dict[str, float]:
    values = {}
    if temperatures:
        values["temperature_c"] = round(max(temperatures), 1)
    if powers:
        values["power_w"] = round(sum(powers), 1)
    return values
