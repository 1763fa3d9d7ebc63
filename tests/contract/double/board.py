"""How ttnn behaves: fabric before open, one owner of the chip, events that must be waited for."""

from __future__ import annotations

import os
import sys
from typing import Any

from tests.contract.double.world import World

FABRIC = {"GALAXY": "FABRIC_1D_RING"}


class MeshShape(tuple):
    pass


class Event:
    done = False


def open_mesh_device(world: World, **given: Any) -> Any:
    faults = world.faults
    if faults.holder:
        text = "Waiting for lock 'CHIP_IN_USE_0_PCIe' which is currently held by thread TID: 7, PID: "
        os.write(1, f"{text}{faults.holder}\n".encode())
        world.hang()
    if faults.on_open:
        raise RuntimeError(faults.on_open)
    if given["num_command_queues"] != 1:
        world.violate("more than one command queue")
    if given["dispatch_core_config"] is not None:
        world.violate("dispatch cores were forced")
    if world.mesh is not None:
        world.violate("the mesh was opened twice")
    shape = given["mesh_shape"]
    if not isinstance(shape, MeshShape) or shape[0] * shape[1] > world.chips:
        raise RuntimeError(f"mesh shape {shape} does not fit {world.chips} chips")
    world.trace_region = given["trace_region_size"]
    world.opened += 1
    mesh = sys.modules["ttnn"].MeshDevice()
    mesh.chips = shape[0] * shape[1]
    mesh.fabric_ready = mesh.chips == 1 or world.fabric == FABRIC.get(world.board, "FABRIC_1D")
    world.mesh = mesh
    world.submesh = sys.modules["ttnn"].MeshDevice()
    return mesh


def close_mesh_device(world: World, mesh_device: Any) -> None:
    if mesh_device is world.submesh and mesh_device is not None:
        world.submesh = None
        if world.faults.on_submesh:
            raise RuntimeError(world.faults.on_submesh)
        return
    if world.mesh is not mesh_device:
        world.violate("a mesh that is not open was closed")
    if world.submesh is not None:
        world.violate("the mesh was closed before its submesh")
    if world.generator is not None and world.generator() is not None:
        world.violate("the mesh was closed while the Generator lives")
    if world.kv is not None and getattr(world.kv, "lent", False):
        world.violate("the mesh was closed before the package's cleanup")
    world.mesh = None
    world.traces.clear()
    world.compiled.clear()


def set_fabric_config(world: World, config: Any, **_: Any) -> None:
    if world.mesh is not None:
        world.violate("the fabric was changed while a mesh is open")
    world.fabric = config.name


def event_synchronize(world: World, mesh_event: Event) -> None:
    mesh_event.done = True


def get_cluster_type(world: World) -> Any:
    return sys.modules["ttnn"].ClusterType[world.board]


BEHAVIOUR = {
    "ttnn.open_mesh_device": open_mesh_device,
    "ttnn.close_mesh_device": close_mesh_device,
    "ttnn.set_fabric_config": set_fabric_config,
    "ttnn.event_synchronize": event_synchronize,
    "ttnn.get_cluster_type": get_cluster_type,
    "ttnn.MeshShape": lambda world, s0, s1: MeshShape((s0, s1)),
    "ttnn.get_num_devices": lambda world: world.chips,
    "ttnn.get_device_ids": lambda world: list(range(world.chips)),
    "ttnn.get_arch_name": lambda world: "blackhole" if world.blackhole else "wormhole_b0",
    "MeshDevice.get_num_devices": lambda world, self: self.chips,
    "MeshDevice.num_program_cache_entries": lambda world, self: len(world.compiled),
    "MeshDevice.get_submeshes": lambda world, self: [world.submesh] if world.submesh else [],
}
