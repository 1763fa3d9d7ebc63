"""Checks of what runs or is read at run time: the shared engine, the settings, the prompt templates."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.engine.records import HostRecord, read_records
from lsp_server.errors import AssistantError


def find_hosts(runtime_dir: Path) -> tuple[list[HostRecord], Finding | None]:
    """The records of engines, or the finding that says why they cannot be read."""
    try:
        return read_records(runtime_dir), None
    except AssistantError as error:
        return [], wrong("engine", error.message, f"ls -ld {runtime_dir}")


def check_engine(hosts: Sequence[HostRecord], now: float) -> Finding:
    living = [host for host in hosts if alive(host.pid)]
    dead = [host for host in hosts if not alive(host.pid)]
    if living:
        rows = [
            f"process {host.pid}, {host.model or 'default model'}, up {(now - host.started) / 60:,.0f} minutes"
            for host in living
        ]
        return ok("engine", "; ".join(rows))
    if dead:
        return unknown(
            "engine",
            f"not running; process {dead[0].pid} ended without cleaning up.",
            "tt-assistant engine start",
        )
    return ok("engine", "not running; it starts with the first question")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def check_remote(url: str) -> Finding:
    return ok("engine", f"{url}; code is sent there")


def check_settings(problem: str, path: Path) -> Finding:
    if problem:
        return wrong("settings", problem, f"edit {path}")
    return ok("settings", "all understood")


def check_prompts(problems: Sequence[str], actions: int) -> list[Finding]:
    """One line a mistake; a broken template is never silently replaced by the built-in one."""
    if not problems:
        return [ok("prompts", f"{actions} actions")]
    fix = "run “TT Assistant: Customise Prompt” to open the file, or delete it to get the built-in one back"
    return [wrong("prompts", problem, fix) for problem in problems]
