"""Messages of the chat."""

from __future__ import annotations

from attrs import field, frozen

from lsp_server.protocol.data import Attachment, Receipt, Turn


@frozen
class ChatParams:
    """Answer the last turn of a conversation."""

    run_id: str
    turns: list[Turn]
    """The whole conversation; the last turn is the user's new one. The server keeps no history."""
    attachments: list[Attachment] = field(factory=list)


@frozen
class ChatResult:
    """The whole answer, after its deltas were sent as events."""

    text: str
    receipt: Receipt


@frozen
class RunCodeParams:
    """Run one code block of an answer in the sandbox; only in a trusted workspace, and only when the user agreed.

    Its output comes as `output` events. Cancelling the request kills the code with everything it started.
    """

    run_id: str
    language: str
    """What the fence of the block says, for example "python" or "js"."""
    code: str
    consented: bool = False
    """The user was told what runs where, and agreed."""
    active_document: str | None = None
    """URI of the editor beside the chat; Python modules of its workspace folder can be imported."""


@frozen
class RunCodeResult:
    """How the code ended."""

    output: str
    """Standard output and error in the order they came, with a last line that says what was cut."""
    seconds: float
    exit_code: int | None = None
    """Negative: the number of the signal that ended it. None: the time ran out."""
    network: bool = False
    """True when the code could reach the network, because this system offers no way to prevent it."""
