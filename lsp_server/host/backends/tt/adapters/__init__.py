"""How each generation's prefill and decode are called. One small adapter a family; `make` picks it by name.

An adapter is used from the device thread only and knows one sequence at a time: batch size is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import frozen

from lsp_server.host.backends import SamplingParams
from lsp_server.host.backends.tt.generation import Generation

if TYPE_CHECKING:
    import torch

Resume = Literal["never", "untraced", "traced"]


@frozen
class BuildPlan:
    model: str
    """Hub name or directory, as the generation wants to read it."""
    max_seq_len: int
    blocks: int
    mode: str
    device_sampling: bool
    kv_heads: int
    chips: int
    head_dim: int
    layers: int
    vocabulary: int


@frozen
class Pending:
    """A decode step under way; `collect` reads it, once."""

    output: Any
    events: Sequence[Any]
    sampled: bool


class Adapter(Protocol):
    resume: Resume
    """How prefill can start behind cached tokens, where the generation is known to do it right."""
    greedy_device_sampling: bool
    """Sampling on the device knows only argmax."""
    trace_decode: bool
    """Off during the untraced part of the warm-up."""

    def build(self, mesh: Any, plan: BuildPlan) -> None: ...

    @property
    def tokenizer(self) -> Any: ...

    def padded(self, tokens: int) -> int:
        """The bucket a prefill of so many tokens is padded to."""
        ...

    def can_resume(self, start: int, tokens: int) -> bool:
        """Whether the generation can prefill `tokens` tokens behind `start` cached ones without a known fault."""
        ...

    def prefill(self, tokens: Sequence[int], start: int, table: torch.Tensor) -> torch.Tensor:
        """Write the KV of `tokens[start:]`; return the logits of the last token, one row on the CPU."""
        ...

    def submit(
        self, token: int, position: int, table: torch.Tensor, device: SamplingParams | None, first: bool
    ) -> Pending:
        """Start the step that writes `token` at `position`. `device`: sample on the device; `first` after prefill."""
        ...

    def collect(self, pending: Pending) -> torch.Tensor | int:
        """Logits, or the token when it was sampled on the device."""
        ...

    def warm_prefill(self, *, traced: bool) -> None: ...

    def warm_decode(self, *, traced: bool) -> None: ...

    def close(self) -> None: ...


def make(generation: Generation, ttnn: Any) -> Adapter:
    """The adapter for a detected generation."""
    from lsp_server.host.backends.tt.adapters import commands, early, package, prefix

    adapters: dict[str, type[Adapter]] = {
        "G0": early.G0,
        "G1": early.G1,
        "G1b": prefix.G1b,
        "G2": prefix.G2,
        "G3": prefix.G3,
        "G4": commands.G4,
        "P1": package.P1,
        "P2": package.P2,
    }
    return adapters[generation.name](generation.module, ttnn)  # type: ignore[call-arg]
