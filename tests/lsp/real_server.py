"""The server as users start it, with its own engine host and the real model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from tests.lsp.conftest import ENVIRONMENT, ROOT, Client, make_client


async def connect(
    workspace: Path,
    runtime: Path,
    argv: Sequence[str] = (),
    capabilities: lsp.ClientCapabilities | None = None,
    **options: Any,
) -> Client:
    """Open a window; those with one `runtime` share an engine."""
    client = make_client()
    argv = argv or ("-m", "lsp_server", "--runtime-dir", str(runtime), "--data-dir", str(runtime))
    await client.start_io(sys.executable, *argv, env=ENVIRONMENT, cwd=ROOT)
    await client.initialize_session(
        lsp.InitializeParams(
            capabilities or client_capabilities("visual-studio-code"),
            workspace_folders=[lsp.WorkspaceFolder(workspace.as_uri(), "w")],
            initialization_options={"extension": True, "trusted": True, **options},
        )
    )
    return client
