"""Messages about code: actions, their previews, hovers, warming, prompts."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen
from lsprotocol import types as lsp

from lsp_server.protocol.data import ActionInfo, Problem, PromptProblem, ProposalView, Receipt


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
    fresh: bool = False
    """Ask the model, also where an answer was prepared while the machine was idle."""
    run_code: bool = False
    """The user allowed that generated tests and the project's functions are run in this workspace."""
    answer: str = ""
    """The text of an earlier result of this run, to be checked again before the model is asked: as after a consent."""


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
    """True when something that checks the proposal was not run because nobody consented yet."""


@frozen
class AcceptParams:
    """Ask for the edit of a proposal, moved to where the text is now."""

    proposal_id: str


@frozen
class AcceptResult:
    """A versioned edit, or why there is none; the proposal is kept, because the client may fail to apply it."""

    edit: lsp.WorkspaceEdit | None = None
    """To apply as one undo step. None: refused."""
    refused: str = ""


@frozen
class RejectParams:
    """Forget a proposal: it was rejected, or its edit was applied."""

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
class WarmParams:
    """The selection settled, a context menu opened, or the chat input got the focus."""

    text_document: lsp.VersionedTextDocumentIdentifier
    range: lsp.Range


@frozen
class ViewParams:
    """What an editor shows of a document, sent when scrolling has settled; idle work begins there."""

    text_document: lsp.TextDocumentIdentifier
    ranges: list[lsp.Range]
    """Several where code is folded."""
    focus: lsp.Position | None = None
    """The cursor, where it is in sight."""


@frozen
class EventParams:
    """A step of a running request, in order, all before its result."""

    run_id: str
    kind: Literal["prefill", "delta", "reset", "note", "download", "output"]
    """prefill: `done` of `total` tokens; delta: append `text`; reset: discard what was streamed (a repair round
    begins); note: a sentence for the user, for example "Checking the edit"; download: `done` of `total` bytes;
    output: append `text` to what the code printed."""
    text: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    """Of a note: expected until the answer is complete; 0 where it tells something else."""


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
    problems: list[PromptProblem]
    """Mistakes in overrides; a broken override is reported, never replaced silently."""
