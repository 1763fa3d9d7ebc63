"""`textDocument/codeAction`: every action of the menu, as a command any LSP client can run.

Answers from what is in memory: no parse, no engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server.features import drafts
from lsp_server.features.execute_command import COMMAND
from lsp_server.templates import Template

if TYPE_CHECKING:
    from lsp_server.features.session import Session

KINDS = [lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.RefactorRewrite]


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=KINDS))
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction | lsp.Command]:
        if not _wanted(params):
            return []
        library = await session.library()
        session.warming.selection_settled(params.text_document.uri, params.range)
        prepared = {drafts.ACTION} if session.drafts.ready_at(params.text_document.uri, params.range) else ()
        offered = [
            _code_action(t, params, t.id in prepared) for t in library.actions() if _applies(t, params)
        ]
        chosen = [action for action in offered if _matches(action.kind, params.context.only)]
        literals, tags = _support(server.client_capabilities)
        if not literals:
            return [action.command for action in chosen if action.command]
        if tags:
            for action in chosen:
                action.tags = [lsp.CodeActionTag.LlmGenerated]
        return list(chosen)


def _wanted(params: lsp.CodeActionParams) -> bool:
    """Whether one of our kinds is asked for, as it is not on saving, and not for a mere cursor.

    A lightbulb is lit only where something is selected or broken, or when the user asks.
    """
    if not any(_matches(kind, params.context.only) for kind in KINDS):
        return False
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    return not automatic or params.range.start != params.range.end or bool(params.context.diagnostics)


def _applies(template: Template, params: lsp.CodeActionParams) -> bool:
    """Actions that need diagnostics are offered where there are some."""
    return template.in_menu and ("diagnostics" not in template.context or bool(params.context.diagnostics))


def _code_action(template: Template, params: lsp.CodeActionParams, prepared: bool) -> lsp.CodeAction:
    fixes = "diagnostics" in template.context
    title = f"TT Assistant: {template.name}{' (ready)' if prepared else ''}"
    return lsp.CodeAction(
        title=title,
        kind=_kind(template),
        diagnostics=list(params.context.diagnostics) if fixes else None,
        command=lsp.Command(title, COMMAND, arguments=_arguments(template, params)),
    )


def _kind(template: Template) -> str | None:
    """None for what changes nothing: LSP has no kind for it, and as `source` it would be hidden."""
    if template.output == "show":
        return None
    return (
        lsp.CodeActionKind.QuickFix
        if "diagnostics" in template.context
        else lsp.CodeActionKind.RefactorRewrite
    )


def _matches(kind: str | None, only: Sequence[lsp.CodeActionKind | str] | None) -> bool:
    if not only:
        return True
    return kind is not None and any(
        kind == wanted or kind.startswith(f"{wanted}.") for wanted in map(str, only)
    )


def _arguments(template: Template, params: lsp.CodeActionParams) -> list[Any]:
    """As `execute_command` reads them."""
    problems = [
        {"range": plain_range(d.range), "message": d.message}
        for d in params.context.diagnostics
        if "diagnostics" in template.context
    ]
    return [template.id, params.text_document.uri, plain_range(params.range), None, "", problems]


def plain_range(range_: lsp.Range) -> dict[str, dict[str, int]]:
    return {
        end: {"line": at.line, "character": at.character}
        for end, at in (("start", range_.start), ("end", range_.end))
    }


def _support(capabilities: lsp.ClientCapabilities) -> tuple[bool, bool]:
    """Whether the client takes CodeAction literals, and the tag for what a model made."""
    support = capabilities.text_document and capabilities.text_document.code_action
    tags = support.tag_support.value_set if support and support.tag_support else ()
    return bool(support and support.code_action_literal_support), lsp.CodeActionTag.LlmGenerated in tags
