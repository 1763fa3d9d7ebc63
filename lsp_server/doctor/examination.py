"""Runs the checks that apply to this machine, in the order a person would mend things."""

from __future__ import annotations

import time
from collections.abc import Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lsp_server.doctor import board, machine, metal, weights
from lsp_server.doctor.finding import Finding, unknown
from lsp_server.doctor.probe import Machine, Probe

if TYPE_CHECKING:
    from lsp_server.models.table import Table
    from lsp_server.settings import Settings
    from lsp_server.templates import Library

BOARD_CHECKS = ("tt.driver", "tt.hugepages", "tt.firmware", "tt.chips", "tt.holders")
METAL_CHECKS = (
    "metal.checkout",
    "metal.python",
    "metal.ttnn",
    "metal.models",
    "metal.sfpi",
    "metal.openmpi",
)
NO_BOARD = "No Tenstorrent board is in this machine."
NOT_ASKED = "Needed for a board only."


class Wanted(Protocol):
    """What of the settings the machine is examined for."""

    @property
    def engine_backend(self) -> str: ...
    @property
    def engine_model(self) -> str: ...
    @property
    def engine_url(self) -> str: ...
    @property
    def tt_home(self) -> str: ...
    @property
    def tt_python(self) -> str: ...


def diagnose(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    runtime_dir: Path,
    data_dir: Path,
    library: Library | None = None,
    settings_problem: str = "",
    settings_file: Path = Path("settings.json"),
    probe: Probe | None = None,
) -> list[Finding]:
    """Examine the machine; without a `library`, the built-in prompts and the user's are read.

    Blocks for at most about a minute, when everything that is asked hangs; never raises.
    """
    from lsp_server.doctor import running
    from lsp_server.models.table import load
    from lsp_server.places import Places
    from lsp_server.templates import Library, Root, built_in

    probe = probe or Machine(environ)
    library = library or Library.load([built_in(), Root(Places.of(environ).config / "prompts", "user")])
    hosts, refused = running.find_hosts(runtime_dir)
    findings = [machine.check_python(probe), machine.check_packages(probe)]
    findings += examine(probe, settings, load(), data_dir, {host.pid for host in hosts})
    engine = running.check_remote(settings.engine_url) if settings.engine_url else None
    findings.append(engine or refused or running.check_engine(hosts, time.time()))
    findings.append(running.check_settings(settings_problem, settings_file))
    return findings + running.check_prompts(library.problems, len(library.actions()))


def examine(
    probe: Probe, wanted: Wanted, table: Table | None, data_dir: Path, own_pids: Set[int] = frozenset()
) -> list[Finding]:
    """The machine, the board, tt-metal and the model's files. `table` is None where it cannot be read."""
    boards = board.find_boards(probe)
    home = wanted.tt_home or probe.environ.get("TT_METAL_HOME", "")
    wants_board = wanted.engine_backend == "tt" or (wanted.engine_backend == "auto" and bool(boards or home))
    findings = [machine.check_processor(probe)]
    findings += _resources(probe, wanted, table, wants_board, data_dir, home)
    if boards:
        findings += board.check_board(probe, boards, own_pids)
    else:
        findings += [unknown(name, NO_BOARD) for name in BOARD_CHECKS]
    if wants_board:
        findings += metal.check_metal(probe, metal.look(probe, home, wanted.tt_python))
    else:
        findings += [unknown(name, NOT_ASKED) for name in METAL_CHECKS]
    return [*findings, _model(probe, wanted, table, wants_board, home)]


def _resources(
    probe: Probe, wanted: Wanted, table: Table | None, wants_board: bool, data_dir: Path, home: str
) -> list[Finding]:
    needed = 0 if wanted.engine_url else machine.CPU_NEEDS_BYTES
    rooms, memory = [machine.Room(str(data_dir), needed, "TT_ASSISTANT_DATA_DIR")], needed
    if wants_board and not wanted.engine_url:
        model = weights.chosen(probe, wanted.engine_model)
        memory = weights.memory(model, table) or needed
        rooms = weights.rooms(probe, model, table, home)
    return [machine.check_memory(probe, memory), machine.check_disk(probe, rooms)]


def _model(probe: Probe, wanted: Wanted, table: Table | None, wants_board: bool, home: str) -> Finding:
    if wanted.engine_url:
        return weights.remote(wanted.engine_url)
    if wants_board:
        return weights.check_weights(probe, wanted.engine_model, table, home)
    return weights.check_gguf(probe, wanted.engine_model, table)
