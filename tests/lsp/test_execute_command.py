"""Every action from a client that knows nothing of ours: applyEdit, showDocument, showMessage, progress, cancel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled
from pygls.uris import to_fs_path
from pytest_lsp import client_capabilities

from lsp_server.templates import Library, built_in
from tests.lsp.asking import CURSOR, PARSE, command, until
from tests.lsp.conftest import Client, Start

BUILT_IN = Library.load([built_in()])


async def test_an_answer_is_shown_as_a_document(start: Start, workspace: Path) -> None:
    capabilities = client_capabilities("neovim")
    assert capabilities.window
    capabilities.window.show_document = lsp.ShowDocumentClientCapabilities(True)
    client = await start(capabilities)
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a line."])

    text = await client.workspace_execute_command_async(command("explain", uri))

    assert text == "It splits a line."
    (shown,) = client.shown_documents
    assert "It splits a line." in Path(to_fs_path(shown.uri) or "").read_text("utf-8")


async def test_an_answer_is_said_where_nothing_can_be_shown(start: Start, workspace: Path) -> None:
    client = await start(lsp.ClientCapabilities())
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a line."])

    await client.workspace_execute_command_async(command("explain", uri))

    assert [m.message for m in client.messages] == ["It splits a line."]


async def test_an_edit_is_applied_with_its_version(start: Start, workspace: Path) -> None:
    plain = await start(client_capabilities("visual-studio-code"))
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["Split a header line."])

    await plain.workspace_execute_command_async(command("docstring", uri))

    (applied,) = plain.applied
    (change,) = applied.edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    assert change.text_document.version == 1
    assert [edit.new_text for edit in change.edits] == ['    """Split a header line."""\n']


async def test_an_edit_is_applied_by_a_client_without_versions(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["Split a header line."])

    await plain.workspace_execute_command_async(command("docstring", uri))

    (applied,) = plain.applied
    assert [edit.new_text for edit in (applied.edit.changes or {})[uri]] == [
        '    """Split a header line."""\n'
    ]


async def test_tests_go_to_a_new_file(start: Start, workspace: Path) -> None:
    plain = await start(client_capabilities("visual-studio-code"))
    (workspace / "a.py").write_text(PARSE)
    uri = plain.open(workspace / "a.py", PARSE)
    test = "def test_splits():\n    assert parse_header('a: b') == ('a', 'b')"
    reply = f"```python\nfrom a import parse_header\n\n\n{test}\n```"
    await plain.script([reply], [reply])

    await plain.workspace_execute_command_async(command("tests", uri))

    (applied,) = plain.applied
    create, edit = applied.edit.document_changes or ()
    assert isinstance(create, lsp.CreateFile) and isinstance(edit, lsp.TextDocumentEdit)
    assert Path(to_fs_path(create.uri) or "").name == "test_a.py"
    assert "def test_splits" in edit.edits[0].new_text  # type: ignore[union-attr]


async def test_an_answer_that_is_refused_is_shown_with_the_reason(start: Start, workspace: Path) -> None:
    """A plain client was told only why, never what the model had said."""
    plain = await start(lsp.ClientCapabilities())
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["```python\ndef parse_header(\n```"], ["```python\ndef parse_header(\n```"])

    await plain.workspace_execute_command_async(command("refactor", uri))

    refused, answer = plain.messages[-2:]
    assert refused.type == lsp.MessageType.Warning and refused.message
    assert answer.type == lsp.MessageType.Info and "def parse_header(" in answer.message
    assert not plain.applied


async def test_an_edit_the_client_refuses_is_said(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    plain.applies = lsp.ApplyWorkspaceEditResult(applied=False, failure_reason="the version is old")
    await plain.script(["Split a header line."])

    await plain.workspace_execute_command_async(command("docstring", uri))

    assert "the version is old" in plain.messages[-1].message


async def test_a_menu_opened_before_an_edit_is_refused(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    plain.type_text(uri, 2, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), "# x\n")

    with pytest.raises(JsonRpcException, match="text changed"):
        await plain.workspace_execute_command_async(command("docstring", uri, CURSOR, 1))


async def test_wrong_arguments_are_explained(plain: Client) -> None:
    with pytest.raises(JsonRpcException, match=r"\[action, uri, range"):
        await plain.workspace_execute_command_async(lsp.ExecuteCommandParams("ttAssistant.server.run", [1]))


async def test_cancel_request_stops_the_engine(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["It ", {"gate": "never"}, "splits."])
    asked = asyncio.ensure_future(plain.ask(lsp.WORKSPACE_EXECUTE_COMMAND, command("explain", uri), "the-id"))
    await _running(plain)

    plain.cancel_request(lsp.CancelParams("the-id"))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    assert (await plain.requests())[-1]["outcome"] == "cancelled"


async def test_progress_is_shown_and_its_cancel_stops_the_engine(start: Start, workspace: Path) -> None:
    capabilities = client_capabilities("neovim")
    assert capabilities.window
    capabilities.window.work_done_progress = True
    client = await start(capabilities)
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"prefill": [10, 20]}, "It ", {"gate": "never"}])
    asked = asyncio.ensure_future(client.ask(lsp.WORKSPACE_EXECUTE_COMMAND, command("explain", uri)))
    await _running(client)
    (token,) = client.progress_reports

    client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    await until(lambda: client.progress_reports[token][-1].kind == "end")
    kinds = [report.kind for report in client.progress_reports[token]]
    assert kinds[0] == "begin" and "report" in kinds
    assert client.progress_reports[token][0].cancellable
    assert (await client.requests())[-1]["outcome"] == "cancelled"


async def test_progress_is_told_on_the_token_that_the_client_sent(start: Start, workspace: Path) -> None:
    """The capability was missing, so no client sent one."""
    client = await start(lsp.ClientCapabilities())
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a line."])
    asked = command("explain", uri)
    asked.work_done_token = "theirs"
    client.progress_reports["theirs"] = []

    await client.workspace_execute_command_async(asked)

    await until(lambda: [report.kind for report in client.progress_reports["theirs"]][-1:] == ["end"])
    assert list(client.progress_reports) == ["theirs"]
    assert client.progress_reports["theirs"][0].title == "Explain"


async def _running(client: Client) -> None:
    while not any(r["outcome"] == "running" for r in await client.requests()):
        await asyncio.sleep(0.02)


REWRITTEN = """```python
def parse_header(line):
    name, _, value = line.partition(":")
    return (name.strip(), value.strip())
```"""
TESTS = """```python
from a import parse_header


def test_splits():
    assert parse_header("a: b") == ("a", "b")
```"""
EDITS = {
    "refactor": REWRITTEN,
    "fix": REWRITTEN,
    "optimise": REWRITTEN,
    "docstring": "Split a header line.",
    "tests": TESTS,
}
PROBLEM = {
    "range": {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 3}},
    "message": "m",
}


@pytest.mark.parametrize("action", [action.id for action in BUILT_IN.actions() if action.in_menu])
async def test_every_action_does_its_work_for_a_plain_client(
    plain: Client, workspace: Path, action: str
) -> None:
    """Translate asked the model for “another programming language”: no plain client gives it an argument."""
    (workspace / "a.py").write_text(PARSE)
    uri = plain.open(workspace / "a.py", PARSE)
    answer = EDITS.get(action, "It splits a line.")
    await plain.script([answer], [answer])
    plain.picks = "Rust"

    text = await plain.workspace_execute_command_async(command(action, uri, CURSOR, None, "", [PROBLEM]))

    assert text == answer
    assert len(plain.applied) == (action in EDITS), plain.messages
    assert [question.message for question in plain.questions] == (
        ["Translate: Which language?"] if action == "translate" else []
    )
    task = (await plain.requests())[-1]["messages"][1][1]
    assert ("to Rust" in task) == (action == "translate")


async def test_without_the_argument_it_needs_an_action_does_nothing(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)

    text = await plain.workspace_execute_command_async(command("translate", uri))

    assert (text, len(plain.questions)) == ("", 1)
    assert await plain.requests() == []


async def test_a_client_that_cannot_ask_for_the_argument_says_how_to_give_it(
    plain: Client, workspace: Path
) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    del plain.protocol.fm.features[lsp.WINDOW_SHOW_MESSAGE_REQUEST]

    text = await plain.workspace_execute_command_async(command("translate", uri))

    await until(lambda: plain.messages)
    assert text == "" and "for example Python" in plain.messages[-1].message
    assert await plain.requests() == []
