"""Runs the checks that apply to this machine, in the order a person would mend things."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from lsp_server.doctor import board, machine, metal, running, weights
from lsp_server.doctor.finding import Finding, unknown
from lsp_server.doctor.probe import Machine, Probe
from lsp_server.models.table import Table, load
from lsp_server.places import Places
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root, built_in

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
    probe = probe or Machine(environ)
    library = library or Library.load([built_in(), Root(Places.of(environ).config / "prompts", "user")])
    table = load()
    boards = board.find_boards(probe)
    hosts, refused = running.find_hosts(runtime_dir)
    home = settings.tt_home or environ.get("TT_METAL_HOME", "")
    wants_board = settings.engine_backend == "tt" or (
        settings.engine_backend == "auto" and bool(boards or home)
    )
    findings = [machine.check_python(probe), machine.check_packages(probe), machine.check_processor(probe)]
    findings += _resources(probe, settings, table, wants_board, data_dir)
    if boards:
        findings += board.check_board(probe, boards, {host.pid for host in hosts})
    else:
        findings += [unknown(name, NO_BOARD) for name in BOARD_CHECKS]
    if wants_board:
        findings += metal.check_metal(probe, metal.look(probe, home, settings.tt_python))
    else:
        findings += [unknown(name, NOT_ASKED) for name in METAL_CHECKS]
    findings.append(_model(probe, settings, table, wants_board))
    engine = running.check_remote(settings.engine_url) if settings.engine_url else None
    findings.append(engine or refused or running.check_engine(hosts, time.time()))
    findings.append(running.check_settings(settings_problem, settings_file))
    return findings + running.check_prompts(library.problems, len(library.actions()))


def _resources(
    probe: Probe, settings: Settings, table: Table, wants_board: bool, data_dir: Path
) -> list[Finding]:
    disk, memory = machine.CPU_NEEDS_BYTES, machine.CPU_NEEDS_BYTES
    if settings.engine_url:
        disk, memory = 0, 0
    elif wants_board:
        disk, memory = weights.needed(settings.engine_model, table) or (disk, memory)
    return [machine.check_memory(probe, memory), machine.check_disk(probe, str(data_dir), disk)]


def _model(probe: Probe, settings: Settings, table: Table, wants_board: bool) -> Finding:
    if settings.engine_url:
        return weights.remote(settings.engine_url)
    if wants_board:
        return weights.check_weights(probe, settings.engine_model, table)
    return weights.check_gguf(probe, settings.engine_model, table)
