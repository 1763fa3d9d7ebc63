"""What several messages carry."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen
from lsprotocol import types as lsp


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
class PromptProblem:
    """A template that cannot be used."""

    name: str
    """As `ttAssistant/customisePrompt` names it."""
    message: str
    """A sentence for the user."""
    uri: str
    """The file that has the mistake."""


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
    prepared: bool = False
    """The answer was made earlier, while the machine was idle: this time the model was asked nothing."""


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
    earlier: bool = False
    """An earlier turn brought it: when it is gone it is left out, and a note tells so. Else that is an error."""


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
    runs: str = ""
    """On a board: where, how well supported, and how fast it is published to be."""
    use: str = ""
    """On a board: what to put into `ttAssistant.engine.model`. Empty: what `ttAssistant/getModel` returns."""
    command: str = ""
    """On a board: how its weights get here, with the licence step. Empty: they are here."""


@frozen
class InitializationOptions:
    """`initializationOptions` of `initialize`; every field may be missing."""

    settings: dict[str, Any] = field(factory=dict)
    """The `ttAssistant` section, nested as in settings.json."""
    extension: bool = False
    """The client is our extension: hovers leave explanations to `ttAssistant/hoverExplanation`."""
    trusted: bool = False
    """The workspace is trusted: its prompt templates are read."""


@frozen
class ErrorData:
    """The `data` of every error response with `ERROR_CODE`; its message is a sentence for the user."""

    code: str
    """Which error of errors.py, for example "engineDied"; "internal" for a fault of ours."""
    button: str = ""
    """A command to offer, without the `ttAssistant.` prefix."""
    detail: str = ""
    """More text for an expandable view, for example the model's raw answer."""
    file: str = ""
    """The URI of the file that the button is about; the command's argument."""
