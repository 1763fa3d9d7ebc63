"""P1 and P2: the standalone tt_transformers package. Keyword-only calls, a cache it lends us, an explicit clean-up."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lsp_server.host.backends import BackendError, SamplingParams
from lsp_server.host.backends.tt import chunks
from lsp_server.host.backends.tt.adapters import BuildPlan, Pending, Resume
from lsp_server.host.backends.tt.adapters.base import MetalAdapter, device_top_k
from lsp_server.host.backends.tt.adapters.commands import ReloadCommands
from lsp_server.host.backends.tt.pages import BLOCK
from lsp_server.host.backends.tt.weights import Weights

if TYPE_CHECKING:
    import torch


class P1(MetalAdapter):
    resume: Resume = "untraced"

    def __init__(self, module: ModuleType, ttnn: Any) -> None:
        self._module = module
        self._ttnn = ttnn

    def build(self, mesh: Any, plan: BuildPlan) -> None:
        self._plan = plan
        self._generator = self._module.build_llama3_generator(
            self._module.Llama3GeneratorConfig(
                hf_model=plan.model,
                mesh_device=mesh,
                max_batch_size=1,
                max_seq_len=plan.max_seq_len,
                optimizations=plan.mode,
                trace_mode="decode_only",
                device_sampling_enabled=plan.device_sampling,
            )
        )
        self._kv = self._generator.allocate_kv_cache(
            kv_cache_shape=(plan.blocks, plan.kv_heads // plan.chips or 1, BLOCK, plan.head_dim),
            dtype=self._ttnn.bfloat8_b,
            num_layers=plan.layers,
        )
        self._tokenizer = self._load_tokenizer(plan.model)

    def _load_tokenizer(self, model: str) -> Any:
        transformers = importlib.import_module("transformers")
        return transformers.AutoTokenizer.from_pretrained(model)

    @property
    def tokenizer(self) -> Any:
        return self._tokenizer

    def padded(self, tokens: int) -> int:
        """128, then powers of two up to 2048, then multiples of 2048: the package exports no function for it."""
        if tokens > 2048:
            return -(-tokens // 2048) * 2048
        return max(128, 1 << (tokens - 1).bit_length())

    def can_resume(self, start: int, tokens: int) -> bool:
        return start % chunks.OFFSET == 0 and super().can_resume(start, tokens)

    def prefill(self, tokens: Sequence[int], start: int, table: torch.Tensor) -> torch.Tensor:
        import torch

        output = self._generator.prefill_forward(
            torch.tensor([list(tokens)], dtype=torch.int64),
            table,
            enable_trace=False,
            prompt_lens=[len(tokens)],
            start_pos=[start] if start else None,
            kv_cache=self._kv,
        )
        return self._row(output)

    def submit(
        self, token: int, position: int, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> Pending:
        import torch

        output = self._generator.decode_forward(
            torch.tensor([[token]], dtype=torch.int64),
            torch.tensor([position], dtype=torch.int64),
            table,
            enable_trace=self.trace_decode,
            kv_cache=self._kv,
            sampling_params=None if device is None else self._device_params(device),
            read_from_device=False,
            **self._decode_arguments(table, device, first),
        )
        return self._read(output, device is not None)

    def warm_prefill(self, *, traced: bool) -> None:
        self._generator.warmup_model_prefill(
            kv_cache=self._kv, can_sample_on_device=False, enable_trace=traced
        )

    def warm_decode(self, *, traced: bool) -> None:
        self._generator.warmup_model_decode(
            kv_cache=self._kv,
            max_batch_size=1,
            num_blocks=self._plan.max_seq_len // BLOCK,
            can_sample_on_device=self._plan.device_sampling,
            enable_trace=traced,
        )

    def close(self) -> None:
        generator = self.__dict__.pop("_generator", None)
        self.__dict__.pop("_kv", None)
        if generator is not None:
            generator.cleanup()

    def _decode_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, Any]:
        return {"reset_batch": first} if device is not None else {}

    def _device_params(self, params: SamplingParams) -> Any:
        sampling = importlib.import_module("tt_transformers.sampling.sampling_params")
        greedy = params.temperature <= 0
        return sampling.SamplingParams(
            temperature=0.0 if greedy else params.temperature,
            top_k=1 if greedy else device_top_k(params),
            top_p=1.0 if greedy else params.top_p,
            seed=params.seed,
        )

    def _row(self, output: Any) -> torch.Tensor:
        logits = output[0] if isinstance(output, tuple) else output
        row: torch.Tensor = logits.reshape(-1, logits.shape[-1])[0]
        return row[: self._plan.vocabulary].float().clone()


class P2(ReloadCommands, P1):
    def _load_tokenizer(self, model: str) -> Any:
        return importlib.import_module("tt_transformers.models.llama3_8b.hf_generator").load_tokenizer(model)

    def _decode_arguments(
        self, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> dict[str, Any]:
        return self.reload_arguments(table, device, first)


BOARDS = frozenset({"n150", "n300", "t3k", "p150", "p150x4", "p300"})
"""Boards the package declares for Llama 3.1 8B; on others it fails late with a KeyError."""


SHAPE = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
}
"""Of Llama 3.1 8B and its relatives, in config.json: llama3_8b is the package of this one model."""


def check_model(weights: Weights) -> None:
    if any(weights.config.get(key) != value for key, value in SHAPE.items()):
        raise BackendError(
            f"The tt_transformers package runs Llama 3.1 8B only, not {weights.name}. Choose that model, or set "
            "TT_METAL_HOME to a tt-metal checkout.",
            code="unsupported",
        )


def check_board(board: str) -> None:
    if board not in BOARDS:
        raise BackendError(
            f"The tt_transformers package does not support {board}. Set TT_METAL_HOME to a tt-metal checkout instead.",
            code="unsupported",
        )
