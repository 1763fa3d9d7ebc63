"""`workspace/executeCommand`: actions for any LSP client, by the protocol's own means.

Arguments: action, document URI, range, then optionally version, instruction, and problems ({range, message}).
An action that cannot do without its instruction asks for it by `window/showMessageRequest`.
An edit goes out as `workspace/applyEdit`, an answer as a Markdown file to show; the result is the answer's text.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from lsp_server import actions, protocol
from lsp_server.edits.types import Proposal
from lsp_server.engine.types import Delta, PrefillProgress
from lsp_server.errors import EditRefused
from lsp_server.features.proposals import workspace_edit
from lsp_server.features.run import permission_for, request

if TYPE_CHECKING:
    from lsp_server.features.session import Session
    from lsp_server.templates import Template

COMMAND = "ttAssistant.server.run"
PREFILL_SHARE = 30
"""Percent of the progress bar for reading the prompt; the rest is for the answer."""
REPORT_SECONDS = 0.1

Report = Callable[[str, "int | None"], None]
"""Called with a message and a percentage, or None when that stays."""


def register(server: LanguageServer, session: Session) -> None:
    @server.command(COMMAND)
    async def run_action(params: lsp.ExecuteCommandParams) -> str:
        asked = _request(session, params.arguments or ())
        template = (await session.library()).get(asked.action)
        if template.argument_choices and not asked.instruction.strip():
            asked = evolve(asked, instruction=await _chosen(server, template))
            if not asked.instruction:
                return ""
        session.warming.action_used(asked.action)
        title = template.name
        async with _progress(server, params.work_done_token, title) as report:
            with session.idle.held():
                outcome = await _run(session, asked, report)
        if outcome.refused:
            _say(server, lsp.MessageType.Warning, outcome.refused)
            if outcome.text:
                await _show(server, session, title, outcome.text)
        elif outcome.proposal is not None:
            await _apply(server, session, outcome.proposal)
        else:
            await _show(server, session, title, outcome.text)
        return outcome.text


def _request(session: Session, arguments: Sequence[Any]) -> actions.Request:
    """Read the arguments; raises JsonRpcInvalidParams."""
    try:
        action, uri, range_, version, instruction, problems = [*arguments, None, None, None][:6]
        convert = session.server.protocol._converter.structure
        asked = (str(action), str(uri), convert(range_, lsp.Range), str(instruction or ""))
        found = convert(problems or [], list[protocol.Problem])
    except Exception as error:
        wanted = "[action, uri, range, version?, instruction?, problems?]"
        raise JsonRpcInvalidParams(f"The arguments of {COMMAND} are {wanted}.") from error
    snapshot = session.documents.snapshot(asked[1], version)
    return request(session, snapshot, asked[2], asked[0], asked[3], found)


async def _chosen(server: LanguageServer, template: Template) -> str:
    """The argument the user picks; "" when they dismiss the question, and where the client cannot ask it."""
    question = f"{template.name}: {template.argument_hint}"
    choices = [lsp.MessageActionItem(choice) for choice in template.argument_choices]
    try:
        picked = await server.window_show_message_request_async(
            lsp.ShowMessageRequestParams(lsp.MessageType.Info, question, choices)
        )
    except JsonRpcException:
        example = template.argument_choices[0]
        said = f"{question} Name it in the command's fifth argument, for example {example}."
        _say(server, lsp.MessageType.Warning, said)
        return ""
    return picked.title if picked else ""


async def _run(session: Session, asked: actions.Request, report: Report) -> actions.Outcome:
    library, engine = await session.library(), await session.ready_engine()
    written, longest = 0, 1
    permission = permission_for(session, asked)
    if draft := await session.drafts.prepared(asked, permission, once=True):
        return draft
    events = actions.run(
        asked,
        engine=engine,
        library=library,
        settings=session.settings,
        permission=permission,
        paces=session.paces,
    )
    async with aclosing(events):
        async for event in events:
            match event:
                case actions.Prompt():
                    longest = event.sampling.max_tokens
                case PrefillProgress(done, total):
                    report("Reading the code", PREFILL_SHARE * done // max(total, 1))
                case Delta():
                    written += 1
                    report(
                        "Writing", PREFILL_SHARE + (100 - PREFILL_SHARE) * min(written, longest) // longest
                    )
                case actions.Note(text):
                    report(text, None)
                case actions.Outcome():
                    return event
    raise RuntimeError("an action ended without an outcome")


async def _apply(server: LanguageServer, session: Session, proposal: Proposal) -> None:
    try:
        edit = await workspace_edit(proposal, session.documents, server.client_capabilities)
        if proposal.creates_file:
            await asyncio.to_thread(_make_directory, proposal.uri)
    except EditRefused as refusal:
        _say(server, lsp.MessageType.Warning, refusal.message)
        return
    result = await server.workspace_apply_edit_async(
        lsp.ApplyWorkspaceEditParams(edit, label=proposal.summary)
    )
    if not result.applied:
        reason = f": {result.failure_reason}" if result.failure_reason else ""
        _say(
            server,
            lsp.MessageType.Warning,
            f"The editor did not apply the edit{reason}. Run the action again.",
        )


def _make_directory(uri: str) -> None:
    """Make the directory of a new file: not every client does."""
    if path := to_fs_path(uri):
        Path(path).parent.mkdir(parents=True, exist_ok=True)


async def _show(server: LanguageServer, session: Session, title: str, text: str) -> None:
    """Open the answer as a Markdown file, or say it where the client cannot show documents."""
    window = server.client_capabilities.window
    if window and window.show_document and window.show_document.support:
        path = await asyncio.to_thread(_write, session.scratch / f"{title}.md", f"# {title}\n\n{text}\n")
        shown = await server.window_show_document_async(lsp.ShowDocumentParams(from_fs_path(str(path)) or ""))
        if shown.success:
            return
    _say(server, lsp.MessageType.Info, text)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _say(server: LanguageServer, kind: lsp.MessageType, message: str) -> None:
    server.window_show_message(lsp.ShowMessageParams(kind, message))


@asynccontextmanager
async def _progress(
    server: LanguageServer, token: lsp.ProgressToken | None, title: str
) -> AsyncIterator[Report]:
    """Show progress while the body runs; cancelling the progress cancels the body."""
    token = token if token is not None else await _create_token(server)
    if token is None:
        yield lambda message, percentage: None
        return
    progress, task, clock = server.work_done_progress, asyncio.current_task(), asyncio.get_running_loop().time
    told, reached = 0.0, 0

    def report(message: str, percentage: int | None) -> None:
        nonlocal told, reached
        reached = max(reached, percentage or 0)
        if clock() - told >= REPORT_SECONDS or percentage is None:
            told = clock()
            progress.report(token, lsp.WorkDoneProgressReport(message=message, percentage=reached))

    progress.begin(token, lsp.WorkDoneProgressBegin(title, cancellable=True, percentage=0))
    progress.tokens[token].add_done_callback(
        lambda asked: task.cancel() if asked.cancelled() and task else None
    )
    try:
        yield report
    finally:
        progress.tokens.pop(token, None)
        progress.end(token, lsp.WorkDoneProgressEnd())


async def _create_token(server: LanguageServer) -> str | None:
    """A token of our own, where the client lets a server begin progress."""
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        return None
    token = uuid.uuid4().hex
    await server.work_done_progress.create_async(token)
    return token
