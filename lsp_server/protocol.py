"""Our messages beyond LSP, defined once. `extension/src/protocol.ts` and docs/protocol.md are generated from this file.

Attribute names are snake_case here and camelCase on the wire. lsprotocol's converter omits fields that equal their
default, so a TypeScript reader sees `undefined` for them; the generator marks such fields optional. No field may hold
arbitrary JSON (a nested key "jsonrpc" is parsed as a message by pygls).
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen
from lsprotocol import types as lsp

# ── data ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class ActionInfo:
    """One action a user can run; one Markdown file in prompts/."""

    id: str
    name: str
    description: str
    output: str
    """"show" | "replace" | "docstring" | "file"."""
    argument_hint: str = ""
    """Not empty: ask the user for this before running."""
    source: str = "built in"
    """"built in" | "user" | "workspace"."""
    in_menu: bool = True


@frozen
class PromptPart:
    """One labelled part of a rendered prompt."""

    name: str
    tokens: int
    dropped: str = ""
    """What was cut to fit, in words; empty when nothing was."""


@frozen
class Receipt:
    """What was sent and what it cost."""

    parts: list[PromptPart]
    prompt_tokens: int
    context_window: int
    cached_tokens: int = 0
    completion_tokens: int = 0
    ttft_ms: float = 0.0
    tokens_per_second: float = 0.0
    finish_reason: str = "stop"
    dropped_turns: int = 0
    """Chat turns that no longer fit."""


@frozen
class CheckView:
    name: str
    verdict: str
    """"ok" | "failed" | "unknown"."""
    detail: str = ""


@frozen
class ProposalView:
    """A checked edit that waits for the user. `new_text` is the whole document as it would be."""

    id: str
    kind: str
    """"docstring" | "replace" | "file"."""
    uri: str
    new_text: str
    summary: str
    checks: list[CheckView]
    creates_file: bool = False


@frozen
class Turn:
    role: Literal["user", "assistant"]
    text: str


@frozen
class Attachment:
    """Code the user attached to a chat turn; without a range, the whole file (folded to fit)."""

    uri: str
    range: lsp.Range | None = None


# ── requests: params and results ────────────────────────────────────────────────────────────────────────────────────


@frozen
class RunParams:
    run_id: str
    """Chosen by the client; `ttAssistant/event` notifications of this run carry it."""
    action: str
    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    """The selection; empty means the innermost function or class at the cursor."""
    instruction: str = ""


@frozen
class RunResult:
    text: str
    """The model's answer; for edit actions its raw text."""
    receipt: Receipt
    range: lsp.Range
    """What was acted on, after widening an empty selection."""
    proposal: ProposalView | None = None
    refused: str = ""
    """For edit actions: why nothing is offered."""
    tests_can_run: bool = False
    """True when the proposal is a test file that was not run because nobody consented yet."""


@frozen
class ChatParams:
    run_id: str
    turns: list[Turn]
    """The whole conversation; the last turn is the user's new one. The server keeps no history."""
    attachments: list[Attachment] = field(factory=list)
    active_document: str | None = None
    """URI of the editor beside the chat; its selection is an attachment when the user wants it."""


@frozen
class ChatResult:
    text: str
    receipt: Receipt


@frozen
class AcceptParams:
    proposal_id: str


@frozen
class AcceptResult:
    edit: lsp.WorkspaceEdit | None = None
    """To apply as one undo step. None: refused."""
    refused: str = ""


@frozen
class RejectParams:
    proposal_id: str


@frozen
class ApplyCodeParams:
    """Place a code block of a chat answer into a document, as a previewed edit."""

    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    code: str


@frozen
class ApplyCodeResult:
    proposal: ProposalView | None = None
    refused: str = ""


@frozen
class ShowPromptParams:
    action: str
    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    instruction: str = ""


@frozen
class ShowPromptResult:
    markdown: str
    """The exact messages, then the table of parts."""
    receipt: Receipt


@frozen
class CustomisePromptParams:
    name: str
    """An action id, "system", "context", or "presets/<name>"."""
    scope: Literal["workspace", "user"]


@frozen
class CustomisePromptResult:
    uri: str
    """The file to open: a copy of the template in force, or the override that was already there."""


@frozen
class ActionsParams:
    pass


@frozen
class ActionsResult:
    actions: list[ActionInfo]
    presets: list[str]
    problems: list[str]
    """Mistakes in overrides, one sentence each; a broken override is reported, never replaced silently."""


@frozen
class HoverExplanationParams:
    text_document: lsp.TextDocumentIdentifier
    position: lsp.Position


@frozen
class HoverExplanationResult:
    markdown: str
    range: lsp.Range | None = None


@frozen
class EngineControlParams:
    command: Literal["start", "stop", "restart"]


@frozen
class EngineControlResult:
    message: str


# ── notifications ───────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class EventParams:
    """A step of a running request, in order, all before its result."""

    run_id: str
    kind: Literal["prefill", "delta", "reset", "note"]
    """prefill: `done` of `total` tokens; delta: append `text`; reset: discard what was streamed (a repair round
    begins); note: a sentence for the user, for example "Checking the edit"."""
    text: str = ""
    done: int = 0
    total: int = 0


@frozen
class StatusParams:
    """The one message that drives the status bar."""

    state: str
    """"stopped" | "starting" | "loading" | "ready" | "busy" | "failed"."""
    kind: str = ""
    """"tt" | "cpu" | "remote"."""
    model: str = ""
    detail: str = ""
    progress: float | None = None
    context_window: int = 0
    tokens_per_second: float = 0.0
    pid: int | None = None
    button: str = ""


@frozen
class WarmParams:
    """The selection settled, a context menu opened, or the chat input got the focus."""

    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range


# ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

RUN = "ttAssistant/run"
CHAT = "ttAssistant/chat"
ACCEPT = "ttAssistant/accept"
APPLY_CODE = "ttAssistant/applyCode"
SHOW_PROMPT = "ttAssistant/showPrompt"
CUSTOMISE_PROMPT = "ttAssistant/customisePrompt"
ACTIONS = "ttAssistant/actions"
HOVER_EXPLANATION = "ttAssistant/hoverExplanation"
ENGINE_CONTROL = "ttAssistant/engineControl"
REJECT = "ttAssistant/reject"
EVENT = "ttAssistant/event"
STATUS = "ttAssistant/status"
WARM = "ttAssistant/warm"

REQUESTS: dict[str, tuple[type, type]] = {
    RUN: (RunParams, RunResult),
    CHAT: (ChatParams, ChatResult),
    ACCEPT: (AcceptParams, AcceptResult),
    APPLY_CODE: (ApplyCodeParams, ApplyCodeResult),
    SHOW_PROMPT: (ShowPromptParams, ShowPromptResult),
    CUSTOMISE_PROMPT: (CustomisePromptParams, CustomisePromptResult),
    ACTIONS: (ActionsParams, ActionsResult),
    HOVER_EXPLANATION: (HoverExplanationParams, HoverExplanationResult),
    ENGINE_CONTROL: (EngineControlParams, EngineControlResult),
}
"""Client to server; every one can be cancelled with `$/cancelRequest`."""

NOTIFICATIONS_TO_SERVER: dict[str, type] = {REJECT: RejectParams, WARM: WarmParams}
NOTIFICATIONS_TO_CLIENT: dict[str, type] = {EVENT: EventParams, STATUS: StatusParams}
