"""Short ways to say what a client asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lsprotocol import types as lsp

from lsp_server import protocol

PARSE = """\
import re


def parse_header(line):
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
"""
CURSOR = lsp.Range(lsp.Position(3, 6), lsp.Position(3, 6))
"""In the header of parse_header."""


def at(line: int, column: int, end_line: int | None = None, end_column: int | None = None) -> lsp.Range:
    start = lsp.Position(line, column)
    end = start if end_line is None else lsp.Position(end_line, end_column or 0)
    return lsp.Range(start, end)


def run_params(
    uri: str, action: str, range_: lsp.Range = CURSOR, version: int = 1, **more: Any
) -> protocol.RunParams:
    identifier = lsp.VersionedTextDocumentIdentifier(version, uri)
    return protocol.RunParams("run-1", action, identifier, range_, **more)


def command(action: str, uri: str, range_: lsp.Range = CURSOR, *more: Any) -> lsp.ExecuteCommandParams:
    plain = {
        "start": {"line": range_.start.line, "character": range_.start.character},
        "end": {"line": range_.end.line, "character": range_.end.character},
    }
    return lsp.ExecuteCommandParams("ttAssistant.server.run", [action, uri, plain, *more])


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait for something that a notification brings about."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (result := condition()):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen"
        await asyncio.sleep(0.01)
    return result
