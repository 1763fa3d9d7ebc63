"""G4: decode is told what to reload instead of guessing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.host.backends import SamplingParams
from lsp_server.host.backends.tt.adapters.prefix import G3

if TYPE_CHECKING:
    import torch


class ReloadCommands:
    """The reload flags of one decode step (also P2's)."""

    _last_table: torch.Tensor | None = None

    def reload_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, bool]:
        """Host sampling reloads everything; device sampling only at the start, then a page table that has grown."""
        last, self._last_table = self._last_table, table
        if device is None:
            return {"reload_inputs": True}
        if first:
            return {"reload_inputs": True, "reload_sampling_params": True, "reset_sampling_state": True}
        grown = last is None or not bool((last == table).all())
        return {"reload_inputs": False, "reload_page_table": grown}


class G4(ReloadCommands, G3):
    """Resumed in traces as G3 is: untraced, each offset may be a program of its own, compiled while the traces are live."""

    def _decode_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, Any]:
        return self.reload_arguments(table, device, first)
