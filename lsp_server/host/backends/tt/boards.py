"""What differs from board to board, as data; and which board is here. Sources are named in docs/hardware.md."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from lsp_server.host.backends import BackendError

GB = 10**9


@frozen
class Board:
    name: str
    mesh_shape: tuple[int, int]
    fabric: str | None
    """Name in ttnn.FabricConfig, set before the mesh is opened; None for one chip."""
    trace_region: int
    """Bytes; tt-inference-server's figures for Llama 3.1 8B, since ttnn's default of 0 makes every trace fail."""
    dram: int
    """Bytes on all chips."""
    max_context: int
    chunk: int = 1024
    """Tokens of one prefill chunk: a cancel waits for no more."""
    variables: tuple[tuple[str, str], ...] = ()
    """What tt-inference-server sets in the environment for this board, unless the user has set it."""
    fabric_graph: str = ""
    """Fabric's description of a part of a larger machine, in the checkout; "" where ttnn finds its own."""

    @property
    def chips(self) -> int:
        return self.mesh_shape[0] * self.mesh_shape[1]


ETHERNET_DISPATCH = (("WH_ARCH_YAML", "wormhole_b0_80_arch_eth_dispatch.yaml"),)
"""Needed by releases that would take compute cores for dispatch; later ones do this by themselves."""
THROTTLE = (("TT_MM_THROTTLE_PERF", "5"),)
"""Keeps a Galaxy's power draw from jumping."""
GRAPHS = "tt_metal/fabric/mesh_graph_descriptors"

BOARDS: dict[str, Board] = {
    board.name: board
    for board in (
        Board("n150", (1, 1), None, 52_000_000, 12 * GB, 65_536),
        Board("n300", (1, 2), "FABRIC_1D", 70_000_000, 24 * GB, 131_072, variables=ETHERNET_DISPATCH),
        Board("n150x4", (1, 4), "FABRIC_1D", 70_000_000, 48 * GB, 131_072, 2048),
        Board("t3k", (1, 8), "FABRIC_1D", 117_000_000, 96 * GB, 131_072, 2048, ETHERNET_DISPATCH),
        Board("galaxy", (8, 4), "FABRIC_1D_RING", 50_000_000, 384 * GB, 131_072, 2048, THROTTLE),
        Board("p100", (1, 1), None, 90_000_000, 28 * GB, 65_536),
        Board("p150", (1, 1), None, 900_000_000, 32 * GB, 65_536),
        Board(
            "p300",
            (1, 2),
            "FABRIC_1D",
            56_000_000,
            64 * GB,
            131_072,
            fabric_graph=f"{GRAPHS}/p300_mesh_graph_descriptor.textproto",
        ),
        Board("p150x4", (1, 4), "FABRIC_1D", 70_000_000, 128 * GB, 131_072, 2048),
        Board("p150x8", (1, 8), "FABRIC_1D", 155_000_000, 256 * GB, 131_072, 2048),
        Board("p300x2", (1, 4), "FABRIC_1D", 155_000_000, 128 * GB, 131_072, 2048),
        Board("bhglx", (8, 4), "FABRIC_2D_TORUS_XY", 155_000_000, 1024 * GB, 131_072, 2048),
    )
}

_MESH_DEVICE = {"tg": "galaxy", "glx": "galaxy", "t3000": "t3k"}
_CLUSTER = {
    "N150": "n150",
    "N300": "n300",
    "N300_2X2": "n150x4",
    "T3K": "t3k",
    "GALAXY": "galaxy",
    "TG": "galaxy",
    "P100": "p100",
    "P150": "p150",
    "P150_X4": "p150x4",
    "P150_X8": "p150x8",
    "P300": "p300",
    "P300_X2": "p300x2",
    "BLACKHOLE_GALAXY": "bhglx",
}


def named(mesh_device: str) -> Board:
    """The board MESH_DEVICE names. Raises BackendError with the names that are known."""
    name = mesh_device.strip().lower()
    board = BOARDS.get(_MESH_DEVICE.get(name, name))
    if board is None:
        raise BackendError(
            f"MESH_DEVICE is {mesh_device}, which is no board this version knows. "
            f"Set it to one of {', '.join(BOARDS)}, or unset it to have the board detected.",
            code="unsupported",
        )
    return board


def detected(ttnn: Any) -> Board:
    """The board ttnn reports: its cluster type; where it has none, architecture and number of chips."""
    cluster = getattr(getattr(ttnn, "cluster", None), "get_cluster_type", None)
    kind = getattr(cluster(), "name", "") if cluster is not None else ""
    if kind.upper() in _CLUSTER:
        return BOARDS[_CLUSTER[kind.upper()]]
    if kind and kind != "INVALID":
        raise BackendError(
            f"ttnn reports a {kind}, which is no board this version knows. "
            "Set MESH_DEVICE to use a part of it, for example MESH_DEVICE=P150 or MESH_DEVICE=N150 for one chip.",
            code="unsupported",
        )
    chips = int(ttnn.get_num_devices())
    wormhole = "wormhole" in str(ttnn.get_arch_name()).lower()
    by_count = {1: "n150", 2: "n300", 4: "n150x4", 8: "t3k", 32: "galaxy"}
    if not wormhole:
        by_count = {1: "p150", 2: "p300", 4: "p150x4", 8: "p150x8", 32: "bhglx"}
    if chips not in by_count:
        raise BackendError(
            f"ttnn reports {chips} chips and no cluster type, which is no board this version knows. "
            "Set MESH_DEVICE to use a part of it, for example MESH_DEVICE=N150 for one chip.",
            code="unsupported",
        )
    return BOARDS[by_count[chips]]
