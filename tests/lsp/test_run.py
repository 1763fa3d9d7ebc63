"""Actions as our extension runs them: streamed, previewed, accepted or rejected."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from lsp_server import protocol
from tests.lsp.asking import PARSE, run_params
from tests.lsp.conftest import Client


async def test_explain_streams_before_its_result(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script([{"prefill": [10, 20]}, "It splits ", "a line."])

    result = await extension.ask(protocol.RUN, run_params(uri, "explain"))

    assert result.text == "It splits a line."
    assert [e.text for e in extension.events if e.kind == "delta"] == ["It splits ", "a line."]
    assert [(e.done, e.total) for e in extension.events if e.kind == "prefill"] == [(10, 20)]
    assert result.range == lsp.Range(lsp.Position(3, 0), lsp.Position(5, 38))
    assert [part.name for part in result.receipt.parts] == ["system", "file", "selection", "task"]


async def test_accepted_docstring_is_one_versioned_insertion(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["Split a header line into name and value."])
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))
    assert result.proposal is not None, result.refused

    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    (change,) = accepted.edit.document_changes
    assert change.text_document.version == 1
    assert result.proposal.new_text == PARSE.replace(
        "(line):\n", '(line):\n    """Split a header line into name and value."""\n'
    )
