"""Every feature once with the real model: what holds whatever it answers."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from attrs import frozen
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcRequestCancelled
from pygls.workspace import TextDocument
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import CURSOR, PARSE, at, run_params, until
from tests.lsp.conftest import Client
from tests.lsp.real_server import connect

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

FUNCTION = at(3, 0, 5, 38)
STORY = "Write a very long story about a bookshop, with many chapters."


@frozen
class Windows:
    """Two clients of one engine."""

    extension: Client
    plain: Client
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def windows(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Windows]:
    folder, runtime = tmp_path_factory.mktemp("w"), tmp_path_factory.mktemp("r")
    capabilities = client_capabilities("neovim")
    assert capabilities.window
    capabilities.window.work_done_progress = True
    # What is prepared by the time a test asks depends on how busy the machine is.
    settings = {"idle": {"enabled": False}}
    extension = await connect(folder, runtime, settings=settings)
    plain = await connect(folder, runtime, capabilities=capabilities, extension=False, settings=settings)
    for client in (extension, plain):
        await client.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("start"))
    yield Windows(extension, plain, folder)
    await extension.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("stop"))
    for client in (extension, plain):
        await client.shutdown_session()
        await client.stop()


@pytest.fixture
def extension(windows: Windows) -> Client:
    windows.extension.events.clear()
    return windows.extension


@pytest.fixture
def plain(windows: Windows) -> Client:
    windows.plain.applied.clear()
    windows.plain.messages.clear()
    windows.plain.progress_reports.clear()
    return windows.plain


@pytest.fixture
def uri(windows: Windows, request: pytest.FixtureRequest) -> str:
    """A file of the test's own, open in both windows."""
    path = windows.folder / f"{request.node.originalname}.py"
    path.write_text(PARSE)
    windows.plain.open(path, PARSE)
    return windows.extension.open(path, PARSE)


async def proposed_docstring(client: Client, uri: str) -> protocol.ProposalView:
    """The model's own; where its checks refuse that, one that is put into its mouth."""
    result = await client.ask(protocol.RUN, run_params(uri, "docstring", fresh=True))
    if result.proposal is None:
        assert result.refused
        said = "Split a header line into name and value."
        result = await client.ask(protocol.RUN, run_params(uri, "docstring", answer=said))
    assert result.proposal is not None, result.refused
    return result.proposal


@pytest.mark.parametrize("action", ["refactor", "tests"])
async def test_an_edit_is_proposed_or_refused_with_its_reason(
    extension: Client, uri: str, action: str
) -> None:
    result = await extension.ask(protocol.RUN, run_params(uri, action))

    assert (result.proposal is None) == bool(result.refused)
    assert any(event.kind == "delta" for event in extension.events)
    assert result.range == FUNCTION
    if result.proposal is not None:
        assert result.proposal.creates_file == (action == "tests")
        assert all(check.verdict != "failed" for check in result.proposal.checks)
        ast.parse(result.proposal.new_text)


async def test_an_accepted_proposal_is_the_text_that_was_shown(extension: Client, uri: str) -> None:
    """Until the client says that it applied the edit, it may ask again."""
    proposal = await proposed_docstring(extension, uri)

    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(proposal.id))
    again = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(proposal.id))
    extension.protocol.notify(protocol.REJECT, protocol.RejectParams(proposal.id))
    gone = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(proposal.id))

    (change,) = accepted.edit.document_changes
    document = TextDocument(uri, PARSE, change.text_document.version)
    for edit in reversed(change.edits):
        document.apply_change(lsp.TextDocumentContentChangePartial(edit.range, edit.new_text))
    assert document.source == proposal.new_text != PARSE
    assert again.edit == accepted.edit
    assert gone.edit is None and gone.refused


async def test_a_rejected_proposal_is_gone(extension: Client, uri: str) -> None:
    proposal = await proposed_docstring(extension, uri)

    extension.protocol.notify(protocol.REJECT, protocol.RejectParams(proposal.id))
    accepted = await extension.ask(protocol.ACCEPT, protocol.AcceptParams(proposal.id))

    assert accepted.edit is None and accepted.refused


async def test_a_plain_client_gets_an_edit_or_a_message_with_progress(plain: Client, uri: str) -> None:
    asked = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), FUNCTION, lsp.CodeActionContext([]))
    offered = await plain.ask(lsp.TEXT_DOCUMENT_CODE_ACTION, asked)
    commands = {action["command"]["arguments"][0]: action["command"] for action in offered}
    command = commands["docstring"]

    text = await plain.workspace_execute_command_async(
        lsp.ExecuteCommandParams(command["command"], command["arguments"])
    )

    assert text
    assert len(plain.applied) + len(plain.messages) == 1
    if plain.applied:
        (edit,) = (plain.applied[0].edit.changes or {})[uri]
        assert '"""' in edit.new_text
    (reports,) = plain.progress_reports.values()
    await until(lambda: reports[-1].kind == "end")
    assert [report.kind for report in reports[:2]] == ["begin", "report"]


async def test_hover_tells_the_signature_then_the_explanation(plain: Client, uri: str) -> None:
    async def hover() -> str:
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), CURSOR.start)
        found = await plain.text_document_hover_async(params)
        return found.contents.value

    async def explained() -> str:
        while "hover again" in (told := await hover()):
            await asyncio.sleep(0.1)
        return told

    first = await hover()
    second = await asyncio.wait_for(explained(), 60)

    assert "def parse_header(line)" in first and "hover again" in first
    signature, _, explanation = second.partition("---")
    assert "def parse_header(line)" in signature and explanation.strip()


async def test_a_chat_of_two_turns_streams_and_reads_nothing_twice(extension: Client, uri: str) -> None:
    attached = [protocol.Attachment(uri, FUNCTION)]
    question = protocol.Turn("user", "What does it return?")
    first = await extension.ask(protocol.CHAT, protocol.ChatParams("c1", [question], attached))
    turns = [question, protocol.Turn("assistant", first.text), protocol.Turn("user", "Say hello.")]
    second = await extension.ask(protocol.CHAT, protocol.ChatParams("c2", turns, attached))

    for id_, result in (("c1", first), ("c2", second)):
        streamed = "".join(e.text for e in extension.events if e.run_id == id_ and e.kind == "delta")
        assert result.text and streamed == result.text
    assert second.receipt.cached_tokens > 0.9 * first.receipt.prompt_tokens


async def test_cancel_in_the_middle_of_an_answer_frees_the_engine(extension: Client) -> None:
    story = protocol.ChatParams("long", [protocol.Turn("user", STORY)])
    asked = asyncio.ensure_future(extension.ask(protocol.CHAT, story, "the-id"))
    await until(lambda: [e for e in extension.events if e.kind == "delta"], 60)
    await until(lambda: extension.statuses[-1].state == "busy")

    extension.cancel_request(lsp.CancelParams("the-id"))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    await until(lambda: extension.statuses[-1].state == "ready")
    told = len(extension.events)
    after = await extension.ask(
        protocol.CHAT, protocol.ChatParams("short", [protocol.Turn("user", "Say hello.")])
    )
    assert after.text
    assert all(event.run_id == "short" for event in extension.events[told:])


async def test_show_prompt_counts_what_the_model_then_reads(extension: Client, uri: str) -> None:
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    shown = await extension.ask(
        protocol.SHOW_PROMPT, protocol.ShowPromptParams("docstring", identifier, CURSOR)
    )
    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))

    assert PARSE[PARSE.index("def") :].strip() in shown.markdown
    assert shown.receipt.parts == result.receipt.parts
    assert shown.receipt.prompt_tokens == result.receipt.prompt_tokens
