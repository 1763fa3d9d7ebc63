"""The terminal's settings: the keys of VS Code in a small file, and flags over it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from lsp_server.errors import SettingsError
from lsp_server.settings import PREFIX, Settings


def known_keys() -> list[str]:
    return [f.metadata["key"] for f in attrs.fields(Settings) if f.metadata["server"]]


def load_settings(path: Path, flags: Mapping[str, Any]) -> Settings:
    """Read `path` (missing is fine) and lay `flags` over it, keyed as settings are; raises SettingsError."""
    return Settings.from_json({**_read(path), **flags})


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read `--set engine.threads=4`: the value is JSON, else the text as it stands."""
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"“{text}” does not say a value: write --set KEY=VALUE.")
    try:
        parsed: Any = json.loads(value)
    except ValueError:
        parsed = value
    return _known(key.strip(), "--set"), parsed


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from error
    try:
        section = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"The settings file {path} is not JSON: {error}.") from error
    if not isinstance(section, dict):
        raise SettingsError(f"The settings file {path} must hold one JSON object.")
    return {_known(key, str(path)): value for key, value in _flat(section).items()}


def _flat(section: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Join nested objects into dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in section.items():
        flat.update(_flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value})
    return flat


def _known(key: str, where: str) -> str:
    key = key.removeprefix(f"{PREFIX}.")
    keys = known_keys()
    if key in keys:
        return key
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f"did you mean {near[0]}?" if near else f"they are {', '.join(keys)}."
    raise SettingsError(f"{where} names an unknown setting “{key}”; {hint}")
