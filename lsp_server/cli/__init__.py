"""The assistant in a terminal: the same engine, prompts and history rules as the editor's side."""

from __future__ import annotations

from lsp_server.cli.main import main

__all__ = ["main"]
