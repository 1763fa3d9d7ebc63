"""Where the terminal's side keeps things, from the environment it was started in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

NAME = "tt-assistant"


@frozen
class Places:
    config: Path
    """settings.json and the user's prompts/."""
    data: Path
    """Downloaded models and packages, and the history of typed questions."""
    runtime: Path
    """The engine's socket, lock and log."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Places:
        home = Path(environ.get("HOME") or Path.home())
        if "TT_ASSISTANT_RUNTIME_DIR" in environ:
            runtime = Path(environ["TT_ASSISTANT_RUNTIME_DIR"])
        elif environ.get("XDG_RUNTIME_DIR"):
            runtime = Path(environ["XDG_RUNTIME_DIR"]) / NAME
        else:
            runtime = Path(tempfile.gettempdir()) / f"{NAME}-{os.getuid()}"
        return cls(
            config=Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / NAME,
            data=Path(
                environ.get("TT_ASSISTANT_DATA_DIR")
                or Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / NAME
            ),
            runtime=runtime,
        )

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"
