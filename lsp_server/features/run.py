"""`ttAssistant/run`, accept, reject and applyCode: actions with streamed answers and previewed edits."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from attrs import evolve
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import actions, edits, protocol
from lsp_server.engine.types import Delta, PrefillProgress
from lsp_server.errors import EditRefused
from lsp_server.features import views
from lsp_server.features.documents import Snapshot
from lsp_server.features.proposals import workspace_edit
from lsp_server.judging import refusal_of
from lsp_server.verify.pipeline import verify
from lsp_server.verify.verdict import NOT_ALLOWED, Permission

if TYPE_CHECKING:
    from lsp_server.features.session import Session


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(protocol.RUN)
    async def run(params: protocol.RunParams) -> protocol.RunResult:
        snapshot = session.documents.snapshot(params.text_document.uri, params.text_document.version)
        asked = request(
            session, snapshot, params.range, params.action, params.instruction, params.diagnostics
        )
        asked = evolve(asked, answer=params.answer)
        session.warming.action_used(params.action)
        permission = permission_for(session, asked, params.run_code)
        with session.idle.held():
            draft = (
                None if params.fresh or params.answer else await session.drafts.prepared(asked, permission)
            )
            outcome = draft or await _streamed(session, params.run_id, asked, permission)
        view = None
        if outcome.proposal is not None:
            view = views.proposal_view(session.proposals.add(outcome.proposal), outcome.proposal)
        return protocol.RunResult(
            text=outcome.text,
            receipt=views.outcome_receipt(outcome, prepared=draft is not None),
            range=snapshot.positions.range(outcome.prompt.code.target),
            proposal=view,
            refused=outcome.refused,
            tests_can_run=_waits_for_consent(outcome) and _may_ask(session, permission),
        )

    @server.feature(protocol.ACCEPT)
    async def accept(params: protocol.AcceptParams) -> protocol.AcceptResult:
        try:
            proposal = session.proposals.get(params.proposal_id)
            edit = await workspace_edit(proposal, session.documents, server.client_capabilities)
        except EditRefused as refusal:
            return protocol.AcceptResult(refused=refusal.message)
        return protocol.AcceptResult(edit)

    @server.feature(protocol.REJECT)
    def reject(params: protocol.RejectParams) -> None:
        session.proposals.forget(params.proposal_id)

    @server.feature(protocol.APPLY_CODE)
    async def apply_code(params: protocol.ApplyCodeParams) -> protocol.ApplyCodeResult:
        snapshot = session.documents.snapshot(params.text_document.uri, params.text_document.version)
        cursor = snapshot.positions.span(params.range)
        try:
            proposal = await asyncio.to_thread(edits.propose_code, snapshot.document, cursor, params.code)
        except EditRefused as refusal:
            return protocol.ApplyCodeResult(refused=refusal.message)
        verdict = await verify(
            proposal,
            snapshot.document,
            cursor,
            framework="",
            keep_behaviour=None,
            permission=Permission(
                session.documents.folder_of(snapshot.document.uri), trusted=session.trusted
            ),
            report=lambda sentence: None,
        )
        if verdict.problem:
            return protocol.ApplyCodeResult(refused=refusal_of(verdict))
        proposal = verdict.proposal
        return protocol.ApplyCodeResult(views.proposal_view(session.proposals.add(proposal), proposal))


def request(
    session: Session,
    snapshot: Snapshot,
    range_: lsp.Range,
    action: str,
    instruction: str = "",
    diagnostics: list[protocol.Problem] | None = None,
) -> actions.Request:
    """What the client asked for, without LSP."""
    return actions.Request(
        document=snapshot.document,
        span=snapshot.positions.span(range_),
        action=action,
        instruction=instruction,
        diagnostics=tuple(f"line {p.range.start.line + 1}: {p.message}" for p in diagnostics or ()),
        workspace=session.documents.folder_of(snapshot.document.uri),
    )


def permission_for(session: Session, asked: actions.Request, consented: bool = False) -> Permission:
    """What may be run to check an edit: the trust in the workspace, the setting, and the user's consent decide."""
    wanted = session.settings.tests_run
    return Permission(
        root=asked.workspace,
        trusted=session.trusted,
        run_code=session.trusted and (wanted == "always" or (wanted == "ask" and consented)),
        python=session.settings.tests_python,
    )


def _waits_for_consent(outcome: actions.Outcome) -> bool:
    return outcome.proposal is not None and any(c.detail == NOT_ALLOWED for c in outcome.proposal.checks)


def _may_ask(session: Session, permission: Permission) -> bool:
    return session.settings.tests_run == "ask" and permission.trusted and not permission.run_code


async def _streamed(
    session: Session, run_id: str, asked: actions.Request, permission: Permission
) -> actions.Outcome:
    """Run an action and tell the client every step."""

    def tell(**fields: object) -> None:
        session.server.protocol.notify(protocol.EVENT, protocol.EventParams(run_id, **fields))  # type: ignore[arg-type]

    library, engine = await session.library(), await session.ready_engine()
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
                case PrefillProgress(done, total):
                    tell(kind="prefill", done=done, total=total)
                case Delta(text):
                    tell(kind="delta", text=text)
                case actions.Note(text, seconds):
                    tell(kind="note", text=text, seconds=seconds)
                case actions.Reset():
                    tell(kind="reset")
                case actions.Outcome():
                    return event
    raise RuntimeError("an action ended without an outcome")
