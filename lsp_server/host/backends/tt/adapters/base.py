"""What all tt-metal generations share: building model and generator, and the shapes that go in and come out."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lsp_server.host.backends import SamplingParams
from lsp_server.host.backends.tt.adapters import BuildPlan, Pending, Resume
from lsp_server.host.backends.tt.pages import BLOCK

if TYPE_CHECKING:
    import torch

COMMON = "models.tt_transformers.tt.common"
CONFIG = "models.tt_transformers.tt.model_config"


class MetalAdapter:
    """tt-metal's own `Generator` (G0 to G4). Families override what differs."""

    resume: Resume = "never"
    greedy_device_sampling = False
    trace_decode = False
    decode_method = "decode_forward_text"

    def __init__(self, module: ModuleType, ttnn: Any) -> None:
        self._module = module
        self._ttnn = ttnn
        self._common = importlib.import_module(COMMON)

    def build(self, mesh: Any, plan: BuildPlan) -> None:
        precision = importlib.import_module(CONFIG).DecodersPrecision
        recipe = precision.performance if plan.mode == "performance" else precision.accuracy
        arguments, model, cache, _ = self._common.create_tt_model(
            mesh,
            instruct=True,
            max_batch_size=1,
            optimizations=lambda model_args: recipe(model_args.n_layers, model_args.model_name),
            max_seq_len=plan.max_seq_len,
            paged_attention_config=self._common.PagedAttentionConfig(
                block_size=BLOCK, max_num_blocks=plan.blocks
            ),
            dtype=self._ttnn.bfloat8_b,
        )
        self._plan = plan
        self._arguments = arguments
        self._kv = [cache]
        self._generator = self._module.Generator([model], [arguments], mesh, tokenizer=arguments.tokenizer)

    @property
    def tokenizer(self) -> Any:
        return self._arguments.tokenizer

    def padded(self, tokens: int) -> int:
        return int(self._common.get_padded_prefill_len(tokens))

    def can_resume(self, start: int, tokens: int) -> bool:
        return self.resume != "never" and start + self.padded(tokens) <= self._plan.max_seq_len

    def prefill(self, tokens: Sequence[int], start: int, table: torch.Tensor) -> torch.Tensor:
        import torch

        output = self._generator.prefill_forward_text(
            torch.tensor([list(tokens)], dtype=torch.int64),
            page_table=table,
            kv_cache=self._kv,
            prompt_lens=[len(tokens)],
            **self._prefill_arguments(start),
        )
        return self._row(output)

    def submit(
        self, token: int, position: int, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> Pending:
        import torch

        output = getattr(self._generator, self.decode_method)(
            torch.tensor([[token]], dtype=torch.int64),
            torch.tensor([position], dtype=torch.int64),
            page_table=table,
            kv_cache=self._kv,
            enable_trace=self.trace_decode,
            read_from_device=False,
            sampling_params=None if device is None else self._device_params(device),
            **self._decode_arguments(table, device, first),
        )
        return self._read(output, device is not None)

    def collect(self, pending: Pending) -> torch.Tensor | int:
        for event in pending.events:
            self._ttnn.event_synchronize(event)
        result = self._generator.process_decode_output_host(pending.output, is_tokens=pending.sampled)
        if pending.sampled:
            return int(_unpacked(result).reshape(-1)[0])
        return self._row(result)

    def warm_prefill(self, *, traced: bool) -> None:
        """Nothing to call before G1b; the buckets are warmed by our own prefills."""

    def warm_decode(self, *, traced: bool) -> None:
        """Nothing to call before G2; the first decode compiles and captures."""

    def close(self) -> None:
        """Drop every reference to device memory before the mesh is closed."""
        for name in ("_generator", "_kv", "_arguments"):
            self.__dict__.pop(name, None)

    def _prefill_arguments(self, start: int) -> dict[str, Any]:
        return {}

    def _decode_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, Any]:
        return {}

    def _device_params(self, params: SamplingParams) -> Any:
        greedy = params.temperature <= 0
        return self._module.SamplingParams(
            temperature=0.0 if greedy else params.temperature,
            top_k=1 if greedy else device_top_k(params),
            top_p=1.0 if greedy else params.top_p,
        )

    def _read(self, output: Any, sampled: bool) -> Pending:
        host, events = self._generator.read_decode_output(output, async_read=True)
        return Pending(host, events, sampled)

    def _row(self, output: Any) -> torch.Tensor:
        """The one row of logits, without the columns the vocabulary is padded with."""
        logits = _unpacked(output)
        row: torch.Tensor = logits.reshape(-1, logits.shape[-1])[0]
        return row[: self._arguments.vocab_size].float().clone()


DEVICE_TOP_K = 32
"""The device considers at most so many tokens."""


def device_top_k(params: SamplingParams) -> int:
    return min(params.top_k or DEVICE_TOP_K, DEVICE_TOP_K)


def _unpacked(output: Any) -> Any:
    """Logits or tokens; G1b and later return them with their log-probabilities, G1 either way."""
    return output[0] if isinstance(output, tuple) else output
