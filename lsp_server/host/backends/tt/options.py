"""What the host may ask of the tt backend, read once from a plain dict."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from attrs import frozen

from lsp_server.host.backends import BackendError

Mode = Literal["performance", "accuracy"]


@frozen
class Deadlines:
    """Seconds after which a call on the device counts as hung."""

    open: float = 120.0
    """Also how long to wait for a board that another process holds."""
    build: float = 3600.0
    """The first load converts the weights; tt-inference-server allows an hour too."""
    warm: float = 1800.0
    prefill: float = 60.0
    """For the first token; `prefill_per_token` is added for each."""
    prefill_per_token: float = 0.01
    decode: float = 30.0
    close: float = 60.0


@frozen
class Options:
    model: str = ""
    """Hub name or directory; "" means HF_MODEL or LLAMA_DIR of the environment, else Llama 3.1 8B."""
    context_window: int = 0
    """0 means chosen by board and memory."""
    mode: Mode = "performance"
    home: Path | None = None
    """tt-metal checkout; None means TT_METAL_HOME, or the standalone tt_transformers package."""
    device_sampling: bool = False
    deadlines: Deadlines = Deadlines()
    hard_exit: bool = True
    """End the process when a hung device call holds the interpreter itself."""

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Options:
        """Check types and values; keys of other backends are ignored."""
        mode = str(raw.get("mode") or "performance")
        if mode not in ("performance", "accuracy"):
            raise BackendError(f"The mode must be performance or accuracy, not {mode}.", code="unsupported")
        window = int(cast(int, raw.get("context_window") or 0))
        home = str(raw.get("home") or "")
        return cls(
            model=str(raw.get("model") or ""),
            context_window=window,
            mode=cast(Mode, mode),
            home=Path(home).expanduser() if home else None,
            device_sampling=bool(raw.get("device_sampling", False)),
            deadlines=cast(Deadlines, raw.get("deadlines") or Deadlines()),
            hard_exit=bool(raw.get("hard_exit", True)),
        )
