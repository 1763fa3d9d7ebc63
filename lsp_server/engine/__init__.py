"""The client side of every engine: finds, starts and talks to it. Knows no LSP and no prompts.

`create_engine` is the only way in; importing this package, or `engine.types`, imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.engine.records import HostRecord
    from lsp_server.engine.types import Engine
    from lsp_server.settings import Settings


def create_engine(
    settings: Settings,
    *,
    runtime_dir: Path,
    data_dir: Path,
    api_key: str = "",
    launch: Sequence[str] | None = None,
    running: HostRecord | None = None,
) -> Engine:
    """The engine these settings ask for: a remote one when a URL is set, else this machine's own host.

    Starts nothing. `launch` is the command that starts a host, without its arguments; None means this interpreter.
    `running` is a host to use instead, for as long as it lives.
    `settings.tt_home` should already hold TT_METAL_HOME when the user has set neither.
    """
    from lsp_server.engine.choice import chosen_backend, plan_host
    from lsp_server.engine.client import HttpEngine
    from lsp_server.engine.launcher import Launcher
    from lsp_server.engine.local import LocalConnector
    from lsp_server.engine.remote import RemoteConnector
    from lsp_server.engine.types import EngineStatus

    if settings.engine_url:
        remote = RemoteConnector(
            settings.engine_url, api_key, settings.engine_model, settings.engine_context_window
        )
        return HttpEngine(remote, EngineStatus("stopped", kind="remote", model=settings.engine_model))
    launcher = Launcher(lambda: plan_host(settings, runtime_dir, launch, data_dir=data_dir), runtime_dir)
    kind = chosen_backend(settings)
    return HttpEngine(
        LocalConnector(launcher, running),
        EngineStatus("stopped", kind=kind, model=Path(settings.engine_model).name),
    )
