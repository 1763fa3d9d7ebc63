"""What the language server is made of for a user: the real engine, templates from disk, packages from pip."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import AssistantError
from lsp_server.features.prompts import FOLDER
from lsp_server.features.session import Wiring
from lsp_server.idle.machine import Machine
from lsp_server.places import API_KEY, RATES, Places, with_tt_metal
from lsp_server.settings import Settings

if TYPE_CHECKING:
    from lsp_server.engine.types import Engine
    from lsp_server.models.table import Model
    from lsp_server.protocol import ModelInfo
    from lsp_server.templates import Library

LAUNCHER = Path(__file__).parents[1] / "extension" / "launch.py"
"""Starts the host with the packages of a VSIX on its path; beside us in a checkout and in a VSIX."""


def compose(
    data: Path | None, runtime: Path | None, native: Path | None, environ: Mapping[str, str]
) -> Wiring:
    """Compose a server from its arguments and the environment; the arguments win."""
    places = Places.of(environ)
    data, runtime = data or places.data, runtime or places.runtime
    user_prompts = places.config / "prompts"
    return Wiring(
        make_engine=partial(_engine, environ, runtime, data),
        stop_engine=_stop,
        load_library=partial(load_library, user_prompts),
        user_prompts=user_prompts,
        models=data / "models",
        answers=data / "answers.db",
        rates=data / RATES,
        load_models=load_models,
        board_models=partial(board_models, environ),
        install=partial(_install, native) if native else None,
        diagnose=partial(_diagnose, environ, runtime, data),
        read_machine=Machine().read,
    )


def _engine(environ: Mapping[str, str], runtime: Path, data: Path, settings: Settings) -> Engine:
    from lsp_server.engine import create_engine

    launch = [sys.executable, "-s", str(LAUNCHER), "host"] if LAUNCHER.exists() else None
    return create_engine(
        with_tt_metal(settings, environ),
        runtime_dir=runtime,
        data_dir=data,
        api_key=environ.get(API_KEY, ""),
        launch=launch,
    )


async def _stop(engine: Engine) -> None:
    if engine.status.kind == "remote":
        raise AssistantError("The engine is a remote one: it is stopped where it runs.")
    await engine.stop()


def load_library(user_prompts: Path, settings: Settings, folders: list[Path], trusted: bool) -> Library:
    from lsp_server.templates import Library, Root, built_in

    workspace = [Root(folder / FOLDER, "workspace") for folder in folders if trusted]
    return Library.load([built_in(), Root(user_prompts, "user"), *workspace])


def load_models() -> list[Model]:
    from lsp_server.models import table

    return table.load().downloads()


def board_models(environ: Mapping[str, str], settings: Settings, board: str) -> list[ModelInfo]:
    from lsp_server.doctor.probe import Machine
    from lsp_server.features.models import on_board
    from lsp_server.models import table

    return on_board(table.load(), board, Machine(environ), with_tt_metal(settings, environ).tt_home)


def _install(directory: Path, report: Callable[[str, float | None], None]) -> Awaitable[None]:
    from lsp_server import native

    return native.ensure(directory, report)


def _diagnose(environ: Mapping[str, str], runtime: Path, data: Path, settings: Settings) -> tuple[str, bool]:
    from lsp_server.doctor import report
    from lsp_server.doctor.examination import diagnose

    findings = diagnose(settings, environ, runtime_dir=runtime, data_dir=data)
    return report.as_markdown(findings), report.all_ok(findings)
