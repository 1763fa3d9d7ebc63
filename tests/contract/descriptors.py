"""Cluster descriptors for ttnn's mock devices, one a board: what UMD writes when it discovers that machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import attrs


@attrs.frozen
class Machine:
    arch: str
    board_type: str
    boards: Sequence[Sequence[int]]
    """Chips of each board; the first of each is on PCIe, of a p300 both."""
    links: Sequence[tuple[int, int, int, int]] = ()
    """chip, channel, chip, channel."""

    @property
    def chips(self) -> list[int]:
        return [chip for board in self.boards for chip in board]

    @property
    def on_pcie(self) -> list[int]:
        return self.chips if self.arch == "blackhole" else [board[0] for board in self.boards]


def _pairs(left: int, right: int, channels: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    return [(left, a, right, b) for a, b in channels]


def _t3k() -> Machine:
    """Four n300: chips 0-3 on PCIe in a square, chips 4-7 behind them in another."""
    links = []
    for local in range(4):
        links += _pairs(local, local + 4, [(8, 0), (9, 1)])
    ring = [(0, 1), (1, 2), (2, 3), (3, 0)]
    for index, (left, right) in enumerate(ring):
        out, back = ((0, 0), (1, 1)) if index % 2 == 0 else ((6, 6), (7, 7))
        links += _pairs(left, right, [out, back])
    links += _pairs(4, 5, [(6, 6), (7, 7)]) + _pairs(6, 7, [(6, 6), (7, 7)])
    return Machine("wormhole_b0", "n300", [(0, 4), (1, 5), (2, 6), (3, 7)], links)


def _quad() -> Machine:
    links = []
    for left, right, first in ((0, 2, 4), (0, 3, 8), (1, 3, 4), (1, 2, 8)):
        links += _pairs(left, right, [(channel, channel) for channel in range(first, first + 4)])
    return Machine("blackhole", "p150", [(0,), (1,), (2,), (3,)], links)


def _galaxy() -> Machine:
    """32 chips on PCIe in a torus of 8 by 4."""
    links = []
    for row in range(8):
        for column in range(4):
            chip, right, down = row * 4 + column, row * 4 + (column + 1) % 4, (row + 1) % 8 * 4 + column
            links += _pairs(chip, right, [(channel, channel + 8) for channel in range(4)])
            links += _pairs(chip, down, [(channel + 4, channel + 12) for channel in range(4)])
    return Machine("wormhole_b0", "ubb", [(chip,) for chip in range(32)], links)


MACHINES = {
    "n150": Machine("wormhole_b0", "n150", [(0,)]),
    "n300": Machine("wormhole_b0", "n300", [(0, 1)], _pairs(0, 1, [(8, 0), (9, 1)])),
    "t3k": _t3k(),
    "galaxy": _galaxy(),
    "p100": Machine("blackhole", "p100", [(0,)]),
    "p150": Machine("blackhole", "p150", [(0,)]),
    "p300": Machine("blackhole", "p300", [(0, 1)], _pairs(0, 1, [(2, 9), (3, 8)])),
    "p150x4": _quad(),
}


PRODUCT = {"n150": 0x100018, "n300": 0x100014, "ubb": 0x35, "p100": 0x43, "p150": 0x41, "p300": 0x45}
"""UMD reads the board's type from these digits of its serial number."""


def write(name: str, folder: Path) -> Path:
    """Write the descriptor of a machine (JSON is YAML) and return its path."""
    machine = MACHINES[name]
    harvest = 1 << 5 if machine.arch == "wormhole_b0" else 0
    if machine.board_type == "p100":
        harvest = 0b11
    chips = machine.chips
    text = {
        "arch": {chip: machine.arch for chip in chips},
        "chips": {chip: [index % 4, index // 4, 0, 0] for index, chip in enumerate(chips)}
        if machine.arch == "wormhole_b0"
        else {},
        "chip_unique_ids": {chip: 1000 + chip for chip in chips},
        "ethernet_connections": [
            [{"chip": left, "chan": out}, {"chip": right, "chan": back}]
            for left, out, right, back in machine.links
        ],
        "ethernet_connections_to_remote_devices": [],
        "chips_with_mmio": [{chip: index} for index, chip in enumerate(machine.on_pcie)],
        "io_device_type": "PCIe",
        "harvesting": {
            chip: {
                "noc_translation": True,
                "harvest_mask": harvest,
                "dram_harvesting_mask": 0,
                "eth_harvesting_mask": 0 if machine.arch == "wormhole_b0" else 288,
                "pcie_harvesting_mask": 0 if machine.arch == "wormhole_b0" else 2,
                "l2cpu_harvesting_mask": 0,
            }
            for chip in chips
        },
        "chip_to_boardtype": {chip: machine.board_type for chip in chips},
        "boards": [
            [
                {"board_id": (PRODUCT[machine.board_type] << 36) + index},
                {"board_type": machine.board_type},
                {"chips": list(board)},
            ]
            for index, board in enumerate(machine.boards)
        ],
    }
    path = folder / f"{name}.yaml"
    path.write_text(_yaml(text))
    return path


def _yaml(value: object) -> str:
    """JSON whose mapping keys are numbers where they are numbers: YAML reads it, UMD insists on it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else json.dumps(value).strip('"')
