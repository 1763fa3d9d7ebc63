"""G0 and G1: no warm-up to call, no `start_pos`, device sampling by argmax only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.host.backends.tt.adapters import Pending
from lsp_server.host.backends.tt.adapters.base import MetalAdapter

if TYPE_CHECKING:
    import torch


class G0(MetalAdapter):
    greedy_device_sampling = True

    def _read(self, output: Any, sampled: bool) -> Pending:
        """Reading and processing are one call here, so it waits for `collect`."""
        return Pending(output, (), sampled)

    def collect(self, pending: Pending) -> torch.Tensor | int:
        result = self._generator.read_decode_output(pending.output, 1, pending.sampled)
        return int(result.reshape(-1)[0]) if pending.sampled else self._row(result)


class G1(MetalAdapter):
    greedy_device_sampling = True

    def _prefill_arguments(self, start: int) -> dict[str, Any]:
        """Never `start_pos`: it would vanish in **kwargs."""
        return {"enable_trace": False}
