"""One line of the doctor's report. Pure data; a dataclass, since the doctor comes before anything is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "wrong", "unknown"]


@dataclass(frozen=True)
class Finding:
    name: str
    """Stable, for scripts: "python", "tt.driver" …; the part before the dot is its group."""
    state: State
    what: str
    """One sentence or figure."""
    fix: str = ""
    """The command, or the setting, that mends it; only when `state` is not "ok"."""


def ok(name: str, what: str) -> Finding:
    return Finding(name, "ok", what)


def wrong(name: str, what: str, fix: str) -> Finding:
    return Finding(name, "wrong", what, fix)


def unknown(name: str, what: str, fix: str = "") -> Finding:
    return Finding(name, "unknown", what, fix)
