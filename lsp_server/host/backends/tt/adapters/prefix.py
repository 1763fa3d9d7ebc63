"""G1b, G2 and G3: `start_pos` exists. Only G3 gains from it and only with a traced prefill.

G1b can compute with another call's offset (it is missing from a program-cache key); G2 pads to the bucket of the whole
prompt, so that resuming saves nothing; G3 without a trace writes the resumed KV into block 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.host.backends import SamplingParams
from lsp_server.host.backends.tt import chunks
from lsp_server.host.backends.tt.adapters import Resume
from lsp_server.host.backends.tt.adapters.base import MetalAdapter

if TYPE_CHECKING:
    import torch


class G1b(MetalAdapter):
    def warm_prefill(self, *, traced: bool) -> None:
        self._generator.warmup_model_prefill(self._kv, traced)

    def _prefill_arguments(self, start: int) -> dict[str, Any]:
        return {"enable_trace": False}

    def _decode_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, Any]:
        return {"reset_batch": first} if device is not None else {}

    def _device_params(self, params: SamplingParams) -> Any:
        made = super()._device_params(params)
        if params.seed is None:
            return made
        return type(made)(made.temperature, made.top_k, made.top_p, seed=params.seed)


class G2(G1b):
    decode_method = "decode_forward"

    def _prefill_arguments(self, start: int) -> dict[str, Any]:
        return {"enable_trace": False, "warmup_prefill": False}

    def warm_prefill(self, *, traced: bool) -> None:
        self._generator.already_warmed_up_prefill = False
        self._generator.warmup_model_prefill(
            kv_cache=self._kv,
            enable_trace=traced,
            can_sample_on_device=False,
            **self._warm_sampling(),
        )

    def warm_decode(self, *, traced: bool) -> None:
        self._generator.warmup_model_decode(
            kv_cache=self._kv,
            enable_trace=traced,
            max_batch_size=1,
            num_blocks=self._plan.max_seq_len // 64,
            can_sample_on_device=self._plan.device_sampling,
            **self._warm_sampling(),
        )

    def _warm_sampling(self) -> dict[str, bool]:
        return {"non_greedy_decoding_on_device": self._plan.device_sampling}


class G3(G2):
    resume: Resume = "traced"

    def can_resume(self, start: int, tokens: int) -> bool:
        """Only where the prefill is traced: at multiples of 256 and in a bucket that has a trace."""
        if start % chunks.OFFSET or not super().can_resume(start, tokens):
            return False
        return bool(self._arguments.can_enable_trace(self.padded(tokens), start))

    def _prefill_arguments(self, start: int) -> dict[str, Any]:
        if not start:
            return {"enable_trace": False, "warmup_prefill": False}
        return {"enable_trace": True, "warmup_prefill": False, "start_pos": [start]}

    def _warm_sampling(self) -> dict[str, bool]:
        return {"greedy_only": not self._plan.device_sampling}
