"""Every setting, once. `package.json`, docs/settings.md and the server all come from this file.

`extension/scripts/generate.py` writes the two others and `npm run check` fails when they differ. Knows no LSP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import field, frozen

from lsp_server.errors import SettingsError

PREFIX = "ttAssistant"


def setting(
    key: str,
    default: Any,
    description: str,
    *,
    choices: dict[str, str] | None = None,
    machine: bool = False,
    minimum: float | None = None,
    server: bool = True,
) -> Any:
    """Declare one setting. `machine` settings are never read from a workspace; `server=False` is for the extension only."""
    return field(
        default=default,
        metadata={
            "key": key,
            "description": description,
            "choices": choices,
            "machine": machine,
            "minimum": minimum,
            "server": server,
        },
    )


@frozen
class Settings:
    python: str = setting(
        "python",
        "",
        "Python interpreter (3.10 or newer) that runs the language server. Empty: the one of the Python extension, "
        "else `python3`.",
        machine=True,
        server=False,
    )
    engine_backend: str = setting(
        "engine.backend",
        "auto",
        "What runs the model.",
        choices={
            "auto": "A Tenstorrent board where one is found, else the CPU; a remote engine when a URL is set.",
            "tt": "A Tenstorrent board, through tt-metal.",
            "cpu": "This machine's processor, through llama.cpp.",
        },
        machine=True,
    )
    engine_model: str = setting(
        "engine.model",
        "",
        "The model: path of a GGUF file (CPU), a Hugging Face name or directory (board), or the served name (remote). "
        "Empty: the default of the engine.",
        machine=True,
    )
    engine_url: str = setting(
        "engine.url",
        "",
        "Address of an OpenAI-compatible engine (vLLM, tt-inference-server, llama-server), for example "
        "`http://127.0.0.1:8000/v1`. Code is sent there. Empty: the engine of this machine. "
        "Set its key with “TT Assistant: Set Engine Key”.",
        machine=True,
    )
    engine_context_window: int = setting(
        "engine.contextWindow",
        0,
        "Context window in tokens. 0: what the model and the memory allow.",
        minimum=0,
        machine=True,
    )
    engine_threads: int = setting(
        "engine.threads", 0, "Threads of the CPU engine. 0: one per physical core.", minimum=0, machine=True
    )
    engine_idle_minutes: float = setting(
        "engine.idleMinutes",
        30,
        "Minutes without any window after which the engine leaves and frees the board or the memory.",
        minimum=0,
        machine=True,
    )
    tt_home: str = setting("tt.home", "", "The tt-metal checkout. Empty: `TT_METAL_HOME`.", machine=True)
    tt_python: str = setting(
        "tt.python",
        "",
        "tt-metal's own interpreter (Python 3.10 or 3.12). Empty: found from the tt-metal checkout.",
        machine=True,
    )
    tt_mode: str = setting(
        "tt.mode",
        "performance",
        "Precision of the model on the board.",
        choices={
            "performance": "Faster; lower precision in the feed-forward layers.",
            "accuracy": "Slower, closer to the original.",
        },
        machine=True,
    )
    tt_device_sampling: bool = setting(
        "tt.deviceSampling",
        False,
        "Choose tokens on the board instead of on the host: less traffic, but at most 32 tokens are considered.",
        machine=True,
    )
    prompts_preset: str = setting(
        "prompts.preset",
        "general",
        "The system prompt: `general`, `web`, `systems`, `data`, or the name of a file in `.tt-assistant/prompts/presets/`.",
    )
    context_max_tokens: int = setting(
        "context.maxTokens",
        0,
        "Tokens of file context sent with the selection. 0: chosen by engine (1,200 on the CPU, 6,000 elsewhere).",
        minimum=0,
    )
    hover_mode: str = setting(
        "hover.mode",
        "auto",
        "Explanations in hovers.",
        choices={
            "auto": "The explanation follows as soon as it is there.",
            "onDemand": "A link in the hover asks for it.",
            "off": "None.",
        },
    )
    warming_enabled: bool = setting(
        "warming.enabled", True, "Prepare the answer while code is selected, so that it starts at once."
    )
    idle_enabled: bool = setting(
        "idle.enabled",
        True,
        "While nothing else is asked of the engine, prepare hovers and docstrings of the functions in view. "
        "Only on this machine's engine, once it is running; never on a remote one.",
    )
    idle_on_battery: bool = setting(
        "idle.onBattery", False, "Prepare hovers and docstrings also while the machine runs on battery."
    )
    edits_max_seconds: float = setting(
        "edits.maxSeconds",
        0,
        "Longest time an edit may be expected to take, in seconds, by the speed measured on this machine: its answer is "
        "cut to fit, code that cannot be rewritten in it is refused, and no further answer is tried that does not fit into "
        "what is left. 0: no limit.",
        minimum=0,
    )
    edits_candidates: int = setting(
        "edits.candidates",
        0,
        "Answers tried for an edit, one after another, until one passes its checks; if none does, the best one is sent "
        "back once with what is wrong with it. 0: by engine (1 on the CPU, 2 elsewhere).",
        minimum=0,
    )
    tests_run: str = setting(
        "tests.run",
        "ask",
        "Run generated tests, and changed code beside the old, before an edit is offered (only in trusted workspaces).",
        choices={"ask": "Ask once for each workspace.", "always": "Always.", "never": "Never."},
        machine=True,
    )

    tests_python: str = setting(
        "tests.python",
        "",
        "Interpreter that runs the project's Python tests, and Python code of chat answers. "
        "Empty: the project's virtual environment, else `python3`.",
        machine=True,
    )

    run_timeout_seconds: float = setting(
        "run.timeoutSeconds",
        30,
        "Seconds after which code of a chat answer is stopped when you run it.",
        minimum=1,
    )

    @classmethod
    def from_json(cls, section: Mapping[str, Any] | None) -> Settings:
        """Read the `ttAssistant` section (nested objects, as LSP clients send it); missing keys keep their defaults.

        Raises SettingsError naming the setting and what it may be.
        """
        settings, errors = cls.parse(section)
        if errors:
            raise errors[0]
        return settings

    @classmethod
    def parse(cls, section: Mapping[str, Any] | None) -> tuple[Settings, list[SettingsError]]:
        """Read the section as `from_json` does; a value that cannot be used keeps its default and becomes an error."""
        values: dict[str, Any] = {}
        errors: list[SettingsError] = []
        for f in attrs.fields(cls):
            raw = _lookup(section or {}, f.metadata["key"])
            try:
                if raw is not None:
                    values[f.name] = _checked(f, raw)
            except SettingsError as error:
                errors.append(error)
        return cls(**values), errors


def _lookup(section: Mapping[str, Any], key: str) -> Any:
    if key in section:
        return section[key]
    value: Any = section
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _checked(f: attrs.Attribute[Any], raw: Any) -> Any:
    name, meta = f"{PREFIX}.{f.metadata['key']}", f.metadata
    if isinstance(f.default, bool):
        ok = isinstance(raw, bool)
    elif isinstance(f.default, (int, float)):
        ok = isinstance(raw, (int, float)) and not isinstance(raw, bool) and raw >= (meta["minimum"] or 0)
    else:
        ok = isinstance(raw, str) and (meta["choices"] is None or raw in meta["choices"])
    if not ok:
        allowed = " or ".join(meta["choices"]) if meta["choices"] else type(f.default).__name__
        raise SettingsError(f"Setting {name} is {raw!r}; it must be {allowed}.", button="openSettings")
    return raw
