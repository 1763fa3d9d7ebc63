"""Actions as our extension runs them: streamed, previewed, accepted or rejected."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from lsp_server import protocol
from tests.lsp.asking import CURSOR, PARSE, run_params, until
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


async def test_an_explanation_that_went_round_in_circles_is_shown_without_them(
    extension: Client, workspace: Path
) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    said = "It splits a line at its first colon and strips both parts."
    await extension.script([said, f"\n\n{said}\n\nIt splits", {"end": "repetition"}])

    result = await extension.ask(protocol.RUN, run_params(uri, "explain"))

    assert (result.text, result.receipt.finish_reason) == (said, "repetition")


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


async def test_an_edit_that_was_not_applied_can_be_accepted_again(extension: Client, workspace: Path) -> None:
    """The proposal was forgotten as soon as its edit was on the way: after "Try again." it was no longer there."""
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["Split a header line."])
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))
    await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))
    extension.type_text(uri, 2, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), "# one\n")

    again = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    (change,) = again.edit.document_changes
    assert change.text_document.version == 2


async def test_reject_forgets_the_proposal(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["Split a header line."])
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))

    extension.protocol.notify(protocol.REJECT, protocol.RejectParams(result.proposal.id))
    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    assert accepted.edit is None and "run the action again" in accepted.refused


async def test_accept_moves_with_text_typed_above(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["Split a header line."])
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))
    extension.type_text(uri, 2, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), "# one\n# two\n")

    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    (change,) = accepted.edit.document_changes
    assert change.text_document.version == 2
    assert change.edits[0].range.start == lsp.Position(6, 0)


async def test_accept_refuses_what_changed_underneath(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["Split a header line."])
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))
    extension.type_text(uri, 2, lsp.Range(lsp.Position(3, 0), lsp.Position(5, 38)), "pass")

    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    assert accepted.edit is None and accepted.refused


async def test_a_refused_answer_is_repaired_once(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    good = "```python\n" + PARSE[PARSE.index("def") :].replace("name.strip()", "name.rstrip()") + "```"
    await extension.script(["```python\ndef parse_header(line:\n    return\n```"], [good])

    result = await extension.ask(protocol.RUN, run_params(uri, "refactor"))

    assert result.proposal is not None, result.refused
    assert "name.rstrip()" in result.proposal.new_text
    assert [e.kind for e in extension.events].count("reset") == 1
    first, second = await extension.requests()
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert [role for role, _ in second["messages"]] == ["system", "user", "assistant", "user"]


async def test_a_second_failure_is_refused_with_its_reason_and_text(
    extension: Client, workspace: Path
) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["I would rather not."], ["No."])

    result = await extension.ask(protocol.RUN, run_params(uri, "refactor"))

    assert result.proposal is None
    assert result.refused and result.text == "No."


async def test_an_edit_cut_off_by_its_length_is_not_offered(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    cut = ["```python\ndef parse_header(line):\n    return line\n```", {"end": "length"}]
    await extension.script(cut, cut)

    result = await extension.ask(protocol.RUN, run_params(uri, "refactor"))

    assert result.proposal is None and "came to no end" in result.refused


async def test_all_actions_on_one_selection_share_their_beginning(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    for action in ("explain", "docstring"):
        await extension.script(["Text."])
        await extension.ask(protocol.RUN, run_params(uri, action))

    (_, first), (_, second) = [request["messages"] for request in await extension.requests()]

    shared = first[1].rpartition("```")[0]
    assert len(shared) > 100 and second[1].startswith(shared)


async def test_an_engine_that_dies_is_one_sentence_with_a_button(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["It ", {"error": "died"}], ["It lives."])

    with pytest.raises(JsonRpcException) as caught:
        await extension.ask(protocol.RUN, run_params(uri, "explain"))
    again = await extension.ask(protocol.RUN, run_params(uri, "explain"))

    assert caught.value.code == protocol.ERROR_CODE
    assert caught.value.message == "The engine stopped while it answered."
    assert data_of(caught.value)["code"] == "engineDied"
    assert data_of(caught.value)["button"] == "showLog"
    assert again.text == "It lives."


async def test_a_fault_of_ours_tells_no_traceback(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script([{"error": "bug"}])

    with pytest.raises(JsonRpcException) as caught:
        await extension.ask(protocol.RUN, run_params(uri, "explain"))

    assert "internal error" in caught.value.message
    assert "secret" not in f"{caught.value.message}{caught.value.data}"


async def test_cancel_stops_the_engine(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    await extension.script(["It ", {"gate": "never"}])
    asked = asyncio.ensure_future(extension.ask(protocol.RUN, run_params(uri, "explain"), "the-id"))
    await until(lambda: [e for e in extension.events if e.kind == "delta"])

    extension.cancel_request(lsp.CancelParams("the-id"))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    assert (await extension.requests())[-1]["outcome"] == "cancelled"


async def test_a_chat_code_block_becomes_a_proposal(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "header.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    code = "def parse_header(line):\n    return tuple(part.strip() for part in line.split(':', 1))\n"

    applied = await extension.ask(protocol.APPLY_CODE, protocol.ApplyCodeParams(identifier, CURSOR, code))

    assert applied.proposal is not None, applied.refused
    assert applied.proposal.new_text == PARSE[: PARSE.index("def")] + code


async def test_a_chat_code_block_is_shown_to_the_projects_linters(extension: Client, workspace: Path) -> None:
    """Code from chat was offered whatever they find in it."""
    (workspace / ".flake8").write_text("[flake8]\n")
    program = workspace / "venv" / "bin" / "flake8"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\ngrep -q 1 && echo 'header.py:1:1: X1 a number' && exit 1; exit 0\n")
    program.chmod(0o755)
    uri = extension.open(workspace / "header.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    code = "def parse_header(line):\n    return tuple(part.strip() for part in line.split(':', 1))\n"

    refused = await extension.ask(protocol.APPLY_CODE, protocol.ApplyCodeParams(identifier, CURSOR, code))

    assert refused.proposal is None and "flake8 finding: X1 a number" in refused.refused


def data_of(error: JsonRpcException) -> dict[str, str]:
    data = error.data
    return data._asdict() if hasattr(data, "_asdict") else dict(data)
