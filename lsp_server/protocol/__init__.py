"""Our messages beyond LSP, defined once. `extension/src/protocol.ts` and docs/protocol.md are generated from this
package.

Attribute names are snake_case here and camelCase on the wire. lsprotocol's converter omits fields that equal their
default, so a TypeScript reader sees `undefined` for them; the generator marks such fields optional. No field may hold
arbitrary JSON (a nested key "jsonrpc" is parsed as a message by pygls).
"""

from __future__ import annotations

from lsp_server.protocol.chatting import (
    ChatParams,
    ChatResult,
    RunCodeParams,
    RunCodeResult,
)
from lsp_server.protocol.data import (
    ActionInfo,
    Attachment,
    CheckView,
    ErrorData,
    InitializationOptions,
    ModelInfo,
    Problem,
    PromptPart,
    PromptProblem,
    ProposalView,
    Receipt,
    Turn,
)
from lsp_server.protocol.editing import (
    AcceptParams,
    AcceptResult,
    ActionsParams,
    ActionsResult,
    ApplyCodeParams,
    ApplyCodeResult,
    CustomisePromptParams,
    CustomisePromptResult,
    EventParams,
    HoverExplanationParams,
    HoverExplanationResult,
    RejectParams,
    RunParams,
    RunResult,
    ShowPromptParams,
    ShowPromptResult,
    ViewParams,
    WarmParams,
)
from lsp_server.protocol.machine import (
    DoctorParams,
    DoctorResult,
    EngineControlParams,
    EngineControlResult,
    GetModelParams,
    GetModelResult,
    ModelsParams,
    ModelsResult,
    RetrySetupParams,
    RetrySetupResult,
    SetupParams,
    StatusParams,
    TrustParams,
)

__all__ = [
    "ACCEPT",
    "ACTIONS",
    "ACTIONS_CHANGED",
    "APPLY_CODE",
    "CHAT",
    "CUSTOMISE_PROMPT",
    "DOCTOR",
    "ENGINE_CONTROL",
    "ERROR_CODE",
    "EVENT",
    "GET_MODEL",
    "HOVER_EXPLANATION",
    "MODELS",
    "NOTIFICATIONS_TO_CLIENT",
    "NOTIFICATIONS_TO_SERVER",
    "REJECT",
    "REQUESTS",
    "RETRY_SETUP",
    "RUN",
    "RUN_CODE",
    "SETUP",
    "SHOW_PROMPT",
    "STATUS",
    "TRUST",
    "VIEW",
    "WARM",
    "AcceptParams",
    "AcceptResult",
    "ActionInfo",
    "ActionsParams",
    "ActionsResult",
    "ApplyCodeParams",
    "ApplyCodeResult",
    "Attachment",
    "ChatParams",
    "ChatResult",
    "CheckView",
    "CustomisePromptParams",
    "CustomisePromptResult",
    "DoctorParams",
    "DoctorResult",
    "EngineControlParams",
    "EngineControlResult",
    "ErrorData",
    "EventParams",
    "GetModelParams",
    "GetModelResult",
    "HoverExplanationParams",
    "HoverExplanationResult",
    "InitializationOptions",
    "ModelInfo",
    "ModelsParams",
    "ModelsResult",
    "Problem",
    "PromptPart",
    "PromptProblem",
    "ProposalView",
    "Receipt",
    "RejectParams",
    "RetrySetupParams",
    "RetrySetupResult",
    "RunCodeParams",
    "RunCodeResult",
    "RunParams",
    "RunResult",
    "SetupParams",
    "ShowPromptParams",
    "ShowPromptResult",
    "StatusParams",
    "TrustParams",
    "Turn",
    "ViewParams",
    "WarmParams",
]

RUN = "ttAssistant/run"
CHAT = "ttAssistant/chat"
RUN_CODE = "ttAssistant/runCode"
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
VIEW = "ttAssistant/view"
ACTIONS_CHANGED = "ttAssistant/actionsChanged"
SETUP = "ttAssistant/setup"
TRUST = "ttAssistant/trust"

ERROR_CODE = -32001
"""JSON-RPC code of errors that are written for the user; -32800 is a cancelled request."""

REQUESTS: dict[str, tuple[type, type]] = {
    RUN: (RunParams, RunResult),
    CHAT: (ChatParams, ChatResult),
    RUN_CODE: (RunCodeParams, RunCodeResult),
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

NOTIFICATIONS_TO_SERVER: dict[str, type] = {
    REJECT: RejectParams,
    WARM: WarmParams,
    VIEW: ViewParams,
    TRUST: TrustParams,
}
NOTIFICATIONS_TO_CLIENT: dict[str, type] = {
    EVENT: EventParams,
    STATUS: StatusParams,
    ACTIONS_CHANGED: ActionsResult,
    SETUP: SetupParams,
}
