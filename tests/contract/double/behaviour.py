"""Which behaviour answers which stand-in function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.double import board, metal, package
from tests.contract.double.world import World

_TABLES: tuple[dict[str, Callable[..., Any]], ...] = (board.BEHAVIOUR, metal.BEHAVIOUR, package.BEHAVIOUR)


def call(world: World, name: str, arguments: dict[str, Any]) -> Any:
    world.calls.append(name)
    for table in _TABLES:
        if name in table:
            return table[name](world, **arguments)
    raise NotImplementedError(f"the contract double has no behaviour for {name}")
