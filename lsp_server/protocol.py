"""Our messages beyond LSP, defined once. `extension/src/protocol.ts` and docs/protocol.md are generated from this file.

Attribute names are snake_case here and camelCase on the wire. lsprotocol's converter omits fields that equal their
default, so a TypeScript reader sees `undefined` for them; the generator marks such fields optional. No field may hold
arbitrary JSON (a nested key "jsonrpc" is parsed as a message by pygls).
"""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen
from lsprotocol import types as lsp

# ── data ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class ActionInfo:
    """One action a user can run; one Markdown file in prompts/."""

    id: str
    name: str
    description: str
    output: Literal["show", "replace", "docstring", "file"]
    argument_hint: str = ""
    """Not empty: ask the user for this before running."""
    source: Literal["built in", "user", "workspace"] = "built in"
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
    finish_reason: Literal["stop", "length", "cancelled", "repetition"] = "stop"
    dropped_turns: int = 0
    """Chat turns that no longer fit."""


@frozen
class CheckView:
    """One thing that was verified about a proposal."""

    name: str
    verdict: Literal["ok", "failed", "unknown"]
    detail: str = ""


@frozen
class ProposalView:
    """A checked edit that waits for the user. `new_text` is the whole document as it would be."""

    id: str
    kind: Literal["docstring", "replace", "file"]
    uri: str
    new_text: str
    summary: str
    checks: list[CheckView]
    creates_file: bool = False


@frozen
class Problem:
    """A diagnostic, as far as a prompt needs it."""

    range: lsp.Range
    message: str


@frozen
class Turn:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@frozen
class Attachment:
    """Code the user attached to a chat turn; without a range, the whole file (folded to fit)."""

    uri: str
    range: lsp.Range | None = None


@frozen
class InitializationOptions:
    """`initializationOptions` of `initialize`; every field may be missing."""

    settings: dict[str, Any] = field(factory=dict)
    """The `ttAssistant` section, nested as in settings.json."""
    extension: bool = False
    """The client is our extension: hovers leave explanations to `ttAssistant/hoverExplanation`."""
    trusted: bool = False
    """The workspace is trusted: its prompt templates are read."""


# ── requests: params and results ────────────────────────────────────────────────────────────────────────────────────


@frozen
class RunParams:
    """Run an action on a range of a document."""

    run_id: str
    """Chosen by the client; `ttAssistant/event` notifications of this run carry it."""
    action: str
    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    """The selection; empty means the innermost function or class at the cursor."""
    instruction: str = ""
    diagnostics: list[Problem] = field(factory=list)
    """The problems of the range, for actions that fix them."""
    run_code: bool = False
    """The user allowed that generated tests and the project's functions are run in this workspace."""


@frozen
class RunResult:
    """The answer, and for edit actions the proposal that waits for accept or reject."""

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
    """Answer the last turn of a conversation."""

    run_id: str
    turns: list[Turn]
    """The whole conversation; the last turn is the user's new one. The server keeps no history."""
    attachments: list[Attachment] = field(factory=list)
    active_document: str | None = None
    """URI of the editor beside the chat; its selection is an attachment when the user wants it."""


@frozen
class ChatResult:
    """The whole answer, after its deltas were sent as events."""

    text: str
    receipt: Receipt


@frozen
class AcceptParams:
    """Ask for the edit of a proposal, moved to where the text is now."""

    proposal_id: str


@frozen
class AcceptResult:
    """A versioned edit, or why there is none; the proposal is forgotten only when there is one."""

    edit: lsp.WorkspaceEdit | None = None
    """To apply as one undo step. None: refused."""
    refused: str = ""


@frozen
class RejectParams:
    """Forget a proposal."""

    proposal_id: str


@frozen
class ApplyCodeParams:
    """Place a code block of a chat answer into a document, as a previewed edit."""

    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    code: str


@frozen
class ApplyCodeResult:
    """A proposal like that of an edit action, or why there is none."""

    proposal: ProposalView | None = None
    refused: str = ""


@frozen
class ShowPromptParams:
    """Render the prompt of an action without running it."""

    action: str
    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range
    instruction: str = ""
    diagnostics: list[Problem] = field(factory=list)


@frozen
class ShowPromptResult:
    """What the model would receive."""

    markdown: str
    """The exact messages, then the table of parts."""
    receipt: Receipt


@frozen
class CustomisePromptParams:
    """Make an editable copy of a template."""

    name: str
    """An action id, "system", "context", or "presets/<name>"."""
    scope: Literal["workspace", "user"]


@frozen
class CustomisePromptResult:
    """Where the copy is."""

    uri: str
    """The file to open: a copy of the template in force, or the override that was already there."""


@frozen
class ActionsParams:
    """List the actions, presets and mistakes in overrides."""


@frozen
class ActionsResult:
    """Also sent as a notification when templates changed."""

    actions: list[ActionInfo]
    presets: list[str]
    problems: list[str]
    """Mistakes in overrides, one sentence each; a broken override is reported, never replaced silently."""


@frozen
class HoverExplanationParams:
    """Explain what is under the mouse, for the second part of a hover; waits for the model."""

    text_document: lsp.TextDocumentIdentifier
    position: lsp.Position


@frozen
class HoverExplanationResult:
    """The explanation; empty where there is nothing to explain."""

    markdown: str
    range: lsp.Range | None = None


@frozen
class EngineControlParams:
    """Start, stop or restart the engine."""

    command: Literal["start", "stop", "restart"]


@frozen
class EngineControlResult:
    """What happened, in a sentence."""

    message: str


@frozen
class ModelsParams:
    """List the models that can be had for the CPU engine."""


@frozen
class ModelInfo:
    """One model that can be had."""

    id: str
    name: str
    description: str
    size_bytes: int
    path: str = ""
    """Where it is; empty: not downloaded yet."""
    licence: str = ""


@frozen
class ModelsResult:
    """The models, smallest first."""

    models: list[ModelInfo]


@frozen
class GetModelParams:
    """Download a model; `download` events with this `run_id` tell the bytes. Resumes what was begun."""

    run_id: str
    id: str


@frozen
class GetModelResult:
    """Where the model is now; the client puts this into `ttAssistant.engine.model`."""

    path: str


@frozen
class DoctorParams:
    """Examine the set-up: interpreter, packages, engine, board, models, templates."""


@frozen
class DoctorResult:
    """The findings, for a Markdown view."""

    markdown: str
    ok: bool


@frozen
class RetrySetupParams:
    """Install the native packages again after that failed; `ttAssistant/setup` tells the progress."""


@frozen
class RetrySetupResult:
    """True when everything is there now."""

    ready: bool


# ── notifications ───────────────────────────────────────────────────────────────────────────────────────────────────


@frozen
class EventParams:
    """A step of a running request, in order, all before its result."""

    run_id: str
    kind: Literal["prefill", "delta", "reset", "note", "download"]
    """prefill: `done` of `total` tokens; delta: append `text`; reset: discard what was streamed (a repair round
    begins); note: a sentence for the user, for example "Checking the edit"; download: `done` of `total` bytes."""
    text: str = ""
    done: int = 0
    total: int = 0


@frozen
class StatusParams:
    """The one message that drives the status bar."""

    state: Literal["stopped", "starting", "loading", "ready", "busy", "failed"]
    kind: Literal["", "tt", "cpu", "remote"] = ""
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


@frozen
class SetupParams:
    """Installing the packages that are not pure Python (syntax trees, the CPU engine), once after the first start."""

    state: Literal["working", "done", "failed"]
    message: str = ""
    progress: float | None = None
    """0..1 when known."""
    button: str = ""


@frozen
class TrustParams:
    """The user trusted the workspace: its templates may be read now."""


@frozen
class ErrorData:
    """The `data` of every error response with `ERROR_CODE`; its message is a sentence for the user."""

    code: str
    """Which error of errors.py, for example "engineDied"; "internal" for a fault of ours."""
    button: str = ""
    """A command to offer, without the `ttAssistant.` prefix."""
    detail: str = ""
    """More text for an expandable view, for example the model's raw answer."""


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
MODELS = "ttAssistant/models"
GET_MODEL = "ttAssistant/getModel"
DOCTOR = "ttAssistant/doctor"
RETRY_SETUP = "ttAssistant/retrySetup"
EVENT = "ttAssistant/event"
STATUS = "ttAssistant/status"
WARM = "ttAssistant/warm"
ACTIONS_CHANGED = "ttAssistant/actionsChanged"
SETUP = "ttAssistant/setup"
TRUST = "ttAssistant/trust"

ERROR_CODE = -32001
"""JSON-RPC code of errors that are written for the user; -32800 is a cancelled request."""

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
    MODELS: (ModelsParams, ModelsResult),
    GET_MODEL: (GetModelParams, GetModelResult),
    DOCTOR: (DoctorParams, DoctorResult),
    RETRY_SETUP: (RetrySetupParams, RetrySetupResult),
}
"""Client to server; every one can be cancelled with `$/cancelRequest`."""

NOTIFICATIONS_TO_SERVER: dict[str, type] = {REJECT: RejectParams, WARM: WarmParams, TRUST: TrustParams}
NOTIFICATIONS_TO_CLIENT: dict[str, type] = {
    EVENT: EventParams,
    STATUS: StatusParams,
    ACTIONS_CHANGED: ActionsResult,
    SETUP: SetupParams,
}
