"""The board: wait until it is free, open its mesh, close it in the order that leaves it usable."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt.boards import Board
from lsp_server.host.backends.tt.holders import Holder


def wait_until_free(
    look: Callable[[], list[Holder]],
    deadline: float,
    report: Callable[[str], None],
    *,
    pause: float = 1.0,
) -> None:
    """Wait for other processes to let go of the board; raise BackendError naming who holds it."""
    end = time.monotonic() + deadline
    while found := look():
        names = " and ".join(str(holder) for holder in found)
        if time.monotonic() >= end:
            raise BackendError(
                f"The board is in use by {names}. Close it (or stop its server), then restart the engine.",
                code="device",
                fatal=True,
            )
        report(f"waiting for the board: {names} is using it")
        time.sleep(pause)


def open_mesh(ttnn: Any, board: Board) -> Any:
    """Fabric first, then the mesh: one command queue, no forced dispatch cores."""
    if board.fabric is not None:
        config = getattr(ttnn.FabricConfig, board.fabric, None)
        if config is None:
            raise BackendError(
                f"This ttnn has no fabric {board.fabric}, which {board.name} needs. Use a newer tt-metal.",
                code="unsupported",
            )
        ttnn.set_fabric_config(config)
    try:
        return ttnn.open_mesh_device(
            ttnn.MeshShape(*board.mesh_shape), trace_region_size=board.trace_region, num_command_queues=1
        )
    except BaseException:
        _disable_fabric(ttnn, board)
        raise


def close_mesh(ttnn: Any, mesh: Any, board: Board) -> None:
    """Submeshes, mesh, then fabric, each also when one before failed: left open, the next process could not open it."""
    with ExitStack() as closing:
        closing.callback(_disable_fabric, ttnn, board)
        closing.callback(ttnn.close_mesh_device, mesh)
        for submesh in mesh.get_submeshes():
            closing.callback(ttnn.close_mesh_device, submesh)


def _disable_fabric(ttnn: Any, board: Board) -> None:
    if board.fabric is not None:
        ttnn.set_fabric_config(ttnn.FabricConfig.DISABLED)
