"""Which engine the settings ask for, and how its host is started. Decides; starts nothing."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from attrs import frozen

import lsp_server
from lsp_server.errors import EngineUnavailable
from lsp_server.settings import Settings

DEVICES = Path("/dev/tenstorrent")
PURE_PACKAGES = (
    "starlette",
    "uvicorn",
    "attr",
    "attrs",
    "anyio",
    "h11",
    "click",
    "idna",
    "typing_extensions",
    "exceptiongroup",
    "sniffio",
)
"""What the host needs in tt-metal's interpreter, of any Python; looked for after that interpreter's own packages."""

BOOTSTRAP = (
    "import sys, runpy; count = int(sys.argv[1]); "
    "sys.path += [p for p in sys.argv[2 : 2 + count] if p not in sys.path]; del sys.argv[1 : 2 + count]; "
    "runpy.run_module('lsp_server.host', run_name='__main__', alter_sys=True)"
)

LISTED = """
import sys, runpy
from importlib.machinery import PathFinder
names, folders = sys.argv[1].split(','), sys.argv[2].split(chr(0x1f))
class Listed:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, folders) if path is None and name in names else None
sys.meta_path.append(Listed)
del sys.argv[1:3]
runpy.run_module('lsp_server.host', run_name='__main__', alter_sys=True)
"""
"""As BOOTSTRAP, for another interpreter: of our folders it sees the packages that are named, and no other that is there."""


@frozen
class HostPlan:
    """One host: what makes it different from others, and the command that starts it."""

    backend: Literal["tt", "cpu"]
    key: str
    command: tuple[str, ...]
    directory: Path | None
    """Where to start it; None means anywhere."""
    model: str


def chosen_backend(settings: Settings, devices: Path = DEVICES) -> Literal["tt", "cpu"]:
    """The backend of this machine: as set, else a board where one is configured or found."""
    if settings.engine_backend == "tt":
        return "tt"
    if settings.engine_backend == "cpu":
        return "cpu"
    found = devices.is_dir() and any(devices.iterdir())
    return "tt" if settings.tt_home or found else "cpu"


def plan_host(
    settings: Settings,
    runtime_dir: Path,
    launch: Sequence[str] | None = None,
    devices: Path = DEVICES,
    data_dir: Path | None = None,
) -> HostPlan:
    """Decide on the host these settings ask for. Reads a few file names; raises EngineUnavailable.

    `data_dir` is where it remembers what it has found out about a model; None: nowhere.
    """
    backend = chosen_backend(settings, devices)
    identity: dict[str, Any] = {
        "backend": backend,
        "model": settings.engine_model,
        "context_window": settings.engine_context_window,
    }
    arguments = ["--backend", backend, "--context", str(settings.engine_context_window)]
    if settings.engine_model:
        arguments += ["--model", settings.engine_model]
    if backend == "tt":
        identity |= {
            "mode": settings.tt_mode,
            "device_sampling": settings.tt_device_sampling,
            "home": settings.tt_home,
            "python": settings.tt_python,
        }
        arguments += ["--mode", settings.tt_mode]
        arguments += ["--device-sampling"] if settings.tt_device_sampling else []
        if settings.tt_home:
            arguments += ["--home", settings.tt_home]
        start, directory = _start_tt(settings, launch)
    else:
        identity["threads"] = settings.engine_threads
        arguments += ["--threads", str(settings.engine_threads)]
        arguments += ["--data-dir", str(data_dir)] if data_dir is not None else []
        start, directory = list(launch) if launch else _bootstrap(sys.executable, sys.path), None
    key = host_key(identity)
    arguments += ["--runtime-dir", str(runtime_dir), "--key", key]
    arguments += ["--idle-minutes", f"{settings.engine_idle_minutes:g}"]
    return HostPlan(backend, key, (*start, *arguments), directory, settings.engine_model)


def host_key(identity: dict[str, Any]) -> str:
    """16 hex digits that differ between any two hosts that must not be one."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def _start_tt(settings: Settings, launch: Sequence[str] | None) -> tuple[list[str], Path | None]:
    home = Path(settings.tt_home).expanduser() if settings.tt_home else None
    if home is not None and not home.is_dir():
        raise EngineUnavailable(f"The tt-metal checkout {home} does not exist.", button="openSettings")
    python = _tt_python(settings, home)
    if launch:
        return [python, *launch[1:]], home
    names = ("lsp_server", *PURE_PACKAGES)
    return [python, "-c", LISTED, ",".join(names), "\x1f".join(_homes_of(names))], home


def _tt_python(settings: Settings, home: Path | None) -> str:
    if settings.tt_python:
        return str(Path(settings.tt_python).expanduser())
    for place in ("python_env", ".venv") if home is not None else ():
        if home is not None and (python := home / place / "bin" / "python").exists():
            return str(python)
    raise EngineUnavailable(
        "A Tenstorrent board needs tt-metal's own Python interpreter. Set ttAssistant.tt.python, or "
        "ttAssistant.tt.home to a tt-metal checkout that has a python_env.",
        button="openSettings",
    )


def _bootstrap(python: str, paths: Sequence[str]) -> list[str]:
    own = str(Path(lsp_server.__file__).resolve().parents[1])
    extra = list(dict.fromkeys([own, *(path for path in paths if path)]))
    return [python, "-c", BOOTSTRAP, str(len(extra)), *extra]


def _homes_of(packages: Sequence[str]) -> list[str]:
    """The directories that hold these packages here."""
    specs = [importlib.util.find_spec(name) for name in packages]
    homes = [
        Path(spec.origin).resolve().parents[1 if spec.submodule_search_locations else 0]
        for spec in specs
        if spec and spec.origin
    ]
    return [str(home) for home in dict.fromkeys(homes)]
