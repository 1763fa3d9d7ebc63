"""Messages about the engine, the models and the set-up."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from lsp_server.protocol.data import ModelInfo


@frozen
class EngineControlParams:
    """Start, stop or restart the engine."""

    command: Literal["start", "stop", "restart"]


@frozen
class EngineControlResult:
    """What happened, in a sentence."""

    message: str


@frozen
class StatusParams:
    """The one message that drives the status bar."""

    state: Literal["stopped", "starting", "loading", "ready", "busy", "failed"]
    kind: Literal["", "tt", "cpu", "remote"] = ""
    model: str = ""
    board: str = ""
    """A Tenstorrent board's name, for example n150; "" without one."""
    detail: str = ""
    progress: float | None = None
    context_window: int = 0
    tokens_per_second: float = 0.0
    pid: int | None = None
    button: str = ""
    facts: list[str] = field(factory=list)
    """What the board tells of itself, a line each, for the tooltip."""


@frozen
class ModelsParams:
    """List the models that can be had for the engine in use: files for the CPU, or what runs on the board."""


@frozen
class ModelsResult:
    """The models: for the CPU the smallest first, for a board the best supported."""

    models: list[ModelInfo]


@frozen
class GetModelParams:
    """Download a model; `download` events with this `run_id` tell the bytes. Resumes what was begun."""

    run_id: str
    id: str


@frozen
class GetModelResult:
    """Where the model is now; the client puts this into `ttAssistant.engine.model`."""

    path: str


@frozen
class DoctorParams:
    """Examine the set-up: interpreter, packages, engine, board, models, templates."""


@frozen
class DoctorResult:
    """The findings, for a Markdown view."""

    markdown: str
    ok: bool


@frozen
class RetrySetupParams:
    """Install the native packages again after that failed; `ttAssistant/setup` tells the progress."""


@frozen
class RetrySetupResult:
    """True when everything is there now."""

    ready: bool


@frozen
class SetupParams:
    """Installing the packages that are not pure Python (syntax trees, the CPU engine), once after the first start."""

    state: Literal["working", "done", "failed"]
    message: str = ""
    progress: float | None = None
    """0..1 when known."""
    button: str = ""


@frozen
class TrustParams:
    """The user trusted the workspace: its templates may be read now."""
