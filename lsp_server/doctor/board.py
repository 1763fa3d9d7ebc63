"""Checks of the board: is there one, does its driver run, who holds it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.doctor.probe import Probe

VENDOR = "0x1e52"
ARCHITECTURES = {"0x401e": "Wormhole", "0xb140": "Blackhole", "0xfaca": "Grayskull"}
NODES = "/dev/tenstorrent"
CLASS = "/sys/class/tenstorrent"
INSTALLER = "https://github.com/tenstorrent/tt-installer/releases/latest/download/install.sh"
INSTALL = f'/bin/bash -c "$(curl -fsSL {INSTALLER})"'
FIRMWARE = "https://github.com/tenstorrent/tt-firmware/releases"
FLASH = f"download the newest bundle of {FIRMWARE}, then: tt-flash fw_pack-*.fwbundle"
HUGEPAGES = "/sys/kernel/mm/hugepages/hugepages-1048576kB"
MONITORS = ("tt-smi", "tt-top", "tt-telemetry", "tt-exporter")
"""They read sensors beside whoever computes; the engine does not wait for them."""
SMI_SECONDS = 10.0
"""tt-smi waits for ever on a chip that hangs."""


@dataclass(frozen=True)
class Board:
    """One PCI device of Tenstorrent."""

    address: str
    architecture: str


def find_boards(probe: Probe) -> tuple[Board, ...]:
    """Read from the PCI bus, so that a board without a driver is found, too."""
    root = "/sys/bus/pci/devices"
    found = []
    for address in probe.list(root):
        if (probe.read(f"{root}/{address}/vendor") or "").strip() == VENDOR:
            device = (probe.read(f"{root}/{address}/device") or "").strip()
            found.append(Board(address, ARCHITECTURES.get(device, f"device {device}")))
    return tuple(found)


def check_board(probe: Probe, boards: Sequence[Board], own_pids: Set[int]) -> list[Finding]:
    """All checks of a machine that has `boards`. `own_pids` are our running engines, which may hold the chips."""
    return [
        check_driver(probe),
        check_hugepages(probe, boards),
        check_firmware(probe),
        check_chips(probe, boards),
        check_holders(probe, own_pids),
    ]


def check_driver(probe: Probe) -> Finding:
    version = (probe.read("/sys/module/tenstorrent/version") or "").strip()
    if not probe.is_dir("/sys/module/tenstorrent"):
        built = any(name.startswith("tenstorrent-") for name in probe.list("/usr/src"))
        fix = "sudo modprobe tenstorrent" if built else INSTALL
        return wrong("tt.driver", "The kernel driver (tt-kmd) is not loaded.", fix)
    nodes = [f"{NODES}/{name}" for name in probe.list(NODES) if name.isdigit()]
    if not nodes:
        return wrong(
            "tt.driver",
            f"The driver is loaded, but {NODES} has no device.",
            "sudo dmesg | grep -i tenstorrent",
        )
    closed = [node for node in nodes if not probe.usable(node)]
    if closed:
        return wrong(
            "tt.driver", f"This user may not open {closed[0]}.", f"sudo chmod 666 {' '.join(closed)}"
        )
    return ok(
        "tt.driver", f"tt-kmd {version or 'of unknown version'}, {len(nodes)} device{'s' * (len(nodes) > 1)}"
    )


def check_hugepages(probe: Probe, boards: Sequence[Board]) -> Finding:
    """One page of 1 GiB per device, unless an IOMMU translates addresses."""
    name = "tt.hugepages"
    pages = int((probe.read(f"{HUGEPAGES}/nr_hugepages") or "0").strip() or 0)
    mounted = "pagesize=1024M" in (probe.read("/proc/mounts") or "")
    if pages >= len(boards) and mounted:
        return ok(name, f"{pages} of 1 GiB")
    if probe.list("/sys/class/iommu") and all(board.architecture == "Blackhole" for board in boards):
        return ok(name, "not needed: an IOMMU is on and the board is a Blackhole")
    what = (
        f"{pages} pages of 1 GiB for {len(boards)} devices"
        if pages < len(boards)
        else "The 1 GiB pages are not mounted"
    )
    fix = r"sudo systemctl enable --now tenstorrent-hugepages.service 'dev-hugepages\x2d1G.mount' && sudo reboot"
    return wrong(name, f"{what}.", fix)


def check_firmware(probe: Probe) -> Finding:
    """Which firmware ttnn wants, nothing here tells: ttnn itself refuses an older one when it opens the board."""
    versions = sorted(
        {value for node in probe.list(CLASS) if (value := _attribute(probe, node, "tt_fw_bundle_ver"))}
    )
    if not versions:
        versions = sorted({entry["firmwares"]["fw_bundle_version"] for entry in _snapshot(probe)})
    if not versions:
        return unknown("tt.firmware", "The firmware version cannot be read.", "tt-smi -s")
    if len(versions) > 1:
        return wrong("tt.firmware", f"The chips have different firmware: {', '.join(versions)}.", FLASH)
    return ok("tt.firmware", f"bundle {versions[0]}")


def check_chips(probe: Probe, boards: Sequence[Board]) -> Finding:
    """What the driver, or tt-smi, reports; fewer than on the bus means that one does not answer."""
    types = [value for node in probe.list(CLASS) if (value := _attribute(probe, node, "tt_card_type"))]
    types = types or [entry["board_info"]["board_type"] for entry in _snapshot(probe)]
    on_bus = ", ".join(f"{board.architecture} at {board.address}" for board in boards)
    if not types:
        return unknown("tt.chips", f"On the bus: {on_bus}; the board type cannot be read.", "tt-smi -s")
    if len(types) < len(boards):
        return wrong(
            "tt.chips", f"{len(types)} of {len(boards)} devices answer ({', '.join(types)}).", "tt-smi -r"
        )
    return ok("tt.chips", ", ".join(types))


def check_holders(probe: Probe, own_pids: Set[int]) -> Finding:
    pids = holders(probe)
    if pids is None:
        return unknown("tt.holders", "Who holds the chips cannot be read.", f"sudo fuser -v {NODES}/*")
    names = {pid: (probe.read(f"/proc/{pid}/comm") or "unknown").strip() for pid in sorted(pids - own_pids)}
    others = [pid for pid, name in names.items() if name not in MONITORS]
    if others:
        return wrong(
            "tt.holders",
            f"Held by process {', '.join(f'{pid} ({names[pid]})' for pid in others)}; the engine waits until they are free.",
            f"kill {' '.join(map(str, others))}",
        )
    return ok("tt.holders", "held by this assistant's engine" if pids & own_pids else "free")


def holders(probe: Probe) -> set[int] | None:
    """Processes that have a device open, from the driver, else from the open files one may see; None: unknown."""
    driver = "/proc/driver/tenstorrent"
    lists = [probe.read(f"{driver}/{name}/pids") for name in probe.list(driver) if name.isdigit()]
    if lists and None not in lists:
        return {int(pid) for text in lists for pid in re.findall(r"\d+", text or "") if int(pid) > 0}
    found = set()
    processes = [name for name in probe.list("/proc") if name.isdigit()]
    for pid in processes:
        for name in probe.list(f"/proc/{pid}/fd"):
            if (probe.link(f"/proc/{pid}/fd/{name}") or "").startswith(f"{NODES}/"):
                found.add(int(pid))
    return found if processes else None


def _attribute(probe: Probe, node: str, name: str) -> str:
    return (probe.read(f"{CLASS}/{node}/{name}") or "").strip()


def _snapshot(probe: Probe) -> list[dict[str, dict[str, str]]]:
    """The devices as tt-smi reports them; empty when it is missing, hangs, or says something else."""
    ran = probe.run(["tt-smi", "-s"], seconds=SMI_SECONDS)
    try:
        devices = json.loads(ran.out[ran.out.index("{") :])["device_info"]
        return [
            d for d in devices if "fw_bundle_version" in d["firmwares"] and "board_type" in d["board_info"]
        ]
    except (ValueError, KeyError, TypeError):
        return []
