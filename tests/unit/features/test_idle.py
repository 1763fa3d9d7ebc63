"""Where idle work looks for something to do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from lsprotocol import types as lsp
from pygls.workspace import Workspace

from lsp_server.composition import load_library
from lsp_server.features.session import Session, Wiring
from lsp_server.idle.attention import Look
from tests.scripted import ScriptedEngine


async def test_a_look_whose_search_fails_hides_no_other(tmp_path: Path) -> None:
    """One file that could not be searched ended the idle work for all."""
    workspace = Workspace(None)
    for name in ("a", "b"):
        text = f"def {name}(x):\n    return x\n"
        workspace.put_text_document(lsp.TextDocumentItem(f"file:///{name}.py", "python", 1, text))
    wiring = Wiring(
        make_engine=lambda settings: ScriptedEngine(),
        load_library=lambda settings, folders, trusted: load_library(tmp_path, settings, folders, trusted),
        stop_engine=lambda engine: engine.aclose(),
        user_prompts=tmp_path,
        models=tmp_path,
        load_models=lambda: (),
    )
    session = Session(cast(Any, SimpleNamespace(workspace=workspace)), wiring)
    nowhere = -5

    session.idle.view(Look("file:///a.py", ((0, 1),), 0))
    session.idle.view(Look("file:///b.py", ((nowhere, nowhere),), nowhere))
    item = await session.idle._next()

    assert item is not None and any("def a(x)" in part for part in item.key)
