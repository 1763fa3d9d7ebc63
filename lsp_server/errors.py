"""Every error a user can meet, drawn once.

AssistantError
├── EngineError
│   ├── EngineUnavailable    no engine could be reached or started
│   │   └── EngineStopped    it was told to leave, or another one was chosen, while someone waited for it
│   ├── EngineDied           the engine was lost while it answered
│   ├── ModelUnusable        no such model file, or it cannot be loaded
│   └── ContextTooLong       the prompt does not fit the context window
├── TemplateError            a prompt template is missing or has a mistake
├── NothingSelected          there is no code to act on
├── UnsuitableDocument       empty, binary or too large
├── EditRefused              a proposed edit failed a check, or the text changed under it
├── TooSlow                  an edit would take longer than the settings allow
├── DownloadFailed           a file could not be fetched, or is not the expected one
└── SettingsError            a setting has a value that cannot be used

The message is one sentence (or two) that says what happened and what to do. Knows no LSP.
"""

from __future__ import annotations

from pathlib import Path


class AssistantError(Exception):
    """An error whose text is written for the user."""

    code = "error"
    button = ""

    def __init__(self, message: str, *, detail: str = "", button: str = "", file: Path | None = None) -> None:
        """`detail` is more text for the log or an expandable view; `button` names one command to offer, on `file`.

        Buttons are ids without the `ttAssistant.` prefix, for example `showLog` or `openSettings`.
        """
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.button = button or self.button
        self.file = file


class EngineError(AssistantError):
    code = "engine"


class EngineUnavailable(EngineError):
    code = "engineUnavailable"


class EngineStopped(EngineUnavailable):
    pass


class EngineDied(EngineError):
    code = "engineDied"


class ModelUnusable(EngineError):
    code = "modelUnusable"


class ContextTooLong(EngineError):
    code = "contextTooLong"


class TemplateError(AssistantError):
    """`file` is the template that has the mistake."""

    code = "template"
    button = "customisePrompt"


class NothingSelected(AssistantError):
    code = "nothingSelected"


class UnsuitableDocument(AssistantError):
    code = "unsuitableDocument"


class EditRefused(AssistantError):
    """`detail` carries the model's raw text, so that nothing it said is lost."""

    code = "editRefused"


class TooSlow(AssistantError):
    code = "tooSlow"


class DownloadFailed(AssistantError):
    code = "download"


class SettingsError(AssistantError):
    code = "settings"
