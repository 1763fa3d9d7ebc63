"""The contract double: stand-ins for ttnn and tt-metal's models, as strict as the sheet they are built from.

The generated modules (`sources.py`) call `call(name, arguments)`; the `World` of the test decides what happens.
"""

from __future__ import annotations

from typing import Any

from tests.contract.double.world import World, current, use

__all__ = ["World", "call", "current", "use"]


def call(name: str, arguments: dict[str, Any]) -> Any:
    """Run the behaviour of one stand-in function; `arguments` are its locals."""
    from tests.contract.double import behaviour

    return behaviour.call(current(), name, arguments)
