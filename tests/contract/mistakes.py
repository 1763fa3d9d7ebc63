"""Mistakes one could make in what the device is given, each a patch of one seam, applied with pytest's monkeypatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import torch

from lsp_server.host.backends.tt import boards, canary, chunks, device, pages, runner, warmup
from lsp_server.host.backends.tt.adapters import base, commands, early, package, prefix
from lsp_server.host.backends.tt.prefix_cache import PrefixCache

Patch = Callable[[Any], None]


def no_canary(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "check", lambda *_: "")


def wrong_offset(monkeypatch: Any) -> None:
    """The KV is taken from the cache up to n, the prefill starts a block later."""
    no_canary(monkeypatch)
    for owner in (prefix.G3, package.P1):
        method = owner.prefill

        def prefill(self, tokens, start, table, method=method):
            return method(self, tokens, start + 64 if start and start + 64 < len(tokens) else start, table)

        monkeypatch.setattr(owner, "prefill", prefill)


def resume_without_prefix(monkeypatch: Any) -> None:
    """The suffix is prefilled as if nothing stood before it."""
    no_canary(monkeypatch)
    monkeypatch.setattr(prefix.G3, "_prefill_arguments", lambda self, start: {"enable_trace": bool(start)})
    monkeypatch.setattr(
        commands.G4,
        "_prefill_arguments",
        lambda self, start: {"enable_trace": False, "start_pos": [start // 2]},
    )


def no_scratch(monkeypatch: Any) -> None:
    original = pages.PagePool.__init__

    def init(self, blocks):
        original(self, blocks)
        self._free.append(0)

    monkeypatch.setattr(pages.PagePool, "__init__", init)


def table_in_place(monkeypatch: Any) -> None:
    kept: dict[int, torch.Tensor] = {}
    original = runner.page_table

    def table(blocks, width):
        fresh = original(blocks, width)
        kept.setdefault(width, torch.zeros_like(fresh)).copy_(fresh)
        return kept[width]

    monkeypatch.setattr(runner, "page_table", table)


def stale_table(monkeypatch: Any) -> None:
    """Decode goes on with the table of its first step."""
    original = runner.Runner._start_step
    first: dict[str, list[int]] = {}

    def start(self, token, position, blocks, device, *, first: Any = False, _seen=first):
        if first or not _seen:
            _seen["blocks"] = list(blocks)
        return original(self, token, position, _seen["blocks"], device, first=first)

    monkeypatch.setattr(runner.Runner, "_start_step", start)


def minus_one(monkeypatch: Any) -> None:
    def table(blocks, width):
        made = torch.full((1, width), -1, dtype=torch.int32)
        made[0, : len(blocks)] = torch.tensor(blocks, dtype=torch.int32)
        return made

    monkeypatch.setattr(runner, "page_table", table)


def narrow_table(monkeypatch: Any) -> None:
    original = runner.page_table
    monkeypatch.setattr(runner, "page_table", lambda blocks, width: original(blocks, max(1, len(blocks))))


def long_table(monkeypatch: Any) -> None:
    original = runner.page_table
    monkeypatch.setattr(runner, "page_table", lambda blocks, width: original(blocks, width).long())


def position(change: int) -> Patch:
    def patch(monkeypatch: Any) -> None:
        for owner in (base.MetalAdapter, package.P1):
            method = owner.submit

            def submit(self, token, position, table, device, first, method=method):
                return method(self, token, max(0, position + change), table, device, first)

            monkeypatch.setattr(owner, "submit", submit)

    return patch


def tuple_not_unpacked(monkeypatch: Any) -> None:
    monkeypatch.setattr(base, "_unpacked", lambda output: output)


def vision_decode(monkeypatch: Any) -> None:
    monkeypatch.setattr(base.MetalAdapter, "decode_method", "decode_forward")


def start_pos_to_g1(monkeypatch: Any) -> None:
    monkeypatch.setattr(
        early.G1, "_prefill_arguments", lambda self, start: {"enable_trace": False, "start_pos": [start]}
    )


def resume(owner: type, kind: str) -> Patch:
    """Resume in a generation that is known to do it wrongly, without asking the canary."""

    def patch(monkeypatch: Any) -> None:
        no_canary(monkeypatch)
        monkeypatch.setattr(owner, "resume", kind)
        original = owner._prefill_arguments
        monkeypatch.setattr(
            owner,
            "_prefill_arguments",
            lambda self, start: {**original(self, start), **({"start_pos": [start]} if start else {})},
        )
        monkeypatch.setattr(owner, "can_resume", lambda self, start, tokens: True)

    return patch


def untraced_resume_in_g3(monkeypatch: Any) -> None:
    no_canary(monkeypatch)
    monkeypatch.setattr(
        prefix.G3,
        "_prefill_arguments",
        lambda self, start: {
            "enable_trace": False,
            "warmup_prefill": False,
            **({"start_pos": [start]} if start else {}),
        },
    )
    monkeypatch.setattr(prefix.G3, "can_resume", lambda self, start, tokens: True)


def resume_at_64(monkeypatch: Any) -> None:
    """Offsets at block multiples, and pieces long enough to meet G3's fault."""
    no_canary(monkeypatch)
    monkeypatch.setattr(chunks, "OFFSET", 64)
    table = {name: attrs.evolve(board, chunk=4096) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def reload(change: Callable[[dict[str, bool]], dict[str, bool]]) -> Patch:
    original = commands.ReloadCommands.reload_arguments

    def patch(monkeypatch: Any) -> None:
        monkeypatch.setattr(
            commands.ReloadCommands,
            "reload_arguments",
            lambda self, *arguments: change(original(self, *arguments)),
        )

    return patch


def read_twice(monkeypatch: Any) -> None:
    original = base.MetalAdapter.collect

    def collect(self, pending):
        original(self, pending)
        return original(self, pending)

    monkeypatch.setattr(base.MetalAdapter, "collect", collect)
    monkeypatch.setattr(early.G0, "collect", collect)


def no_event(monkeypatch: Any) -> None:
    original = base.MetalAdapter.collect
    monkeypatch.setattr(
        base.MetalAdapter, "collect", lambda self, pending: original(self, attrs.evolve(pending, events=()))
    )


def output_not_kept(monkeypatch: Any) -> None:
    """The next step is started before the last one was read."""
    original = runner.Runner._submit

    def submit(self, sequence, token, position, device, *, first):
        pending = original(self, sequence, token, position, device, first=first)
        original(self, sequence, token, position, device, first=first)
        return pending

    monkeypatch.setattr(runner.Runner, "_submit", submit)


def few_buckets(monkeypatch: Any) -> None:
    original = warmup.WarmUp._lengths
    monkeypatch.setattr(
        warmup.WarmUp,
        "_lengths",
        lambda self, *, chunked: [length for length in original(self, chunked=chunked) if length <= 256],
    )


def trace_first(monkeypatch: Any) -> None:
    original = warmup.WarmUp.run

    def run(self):
        self._decode(traced=True)
        return original(self)

    monkeypatch.setattr(warmup.WarmUp, "run", run)


def flag_not_reset(monkeypatch: Any) -> None:
    def warm(self, *, traced):
        self._generator.warmup_model_prefill(
            kv_cache=self._kv, enable_trace=traced, can_sample_on_device=False, greedy_only=True
        )

    monkeypatch.setattr(prefix.G3, "warm_prefill", warm)


def fabric_left_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(device, "_disable_fabric", lambda ttnn, board: None)


def no_fabric(monkeypatch: Any) -> None:
    table = {name: attrs.evolve(board, fabric=None) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def late_fabric(monkeypatch: Any) -> None:
    original = device.open_mesh

    def open_mesh(ttnn, board):
        mesh = original(ttnn, attrs.evolve(board, fabric=None))
        ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_1D)
        return mesh

    monkeypatch.setattr(device, "open_mesh", open_mesh)


def no_trace_region(monkeypatch: Any) -> None:
    table = {name: attrs.evolve(board, trace_region=0) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def only_tokenizer_stops(monkeypatch: Any) -> None:
    from lsp_server.host.backends.tt import weights

    monkeypatch.setattr(weights, "_stop_ids", lambda directory, config: ())


def unsafe_take_over(monkeypatch: Any) -> None:
    """A sequence is continued in place without forgetting the tokens that are overwritten."""

    def take_over(self, source, length):
        self._cached.remove(source)
        return source

    monkeypatch.setattr(PrefixCache, "take_over", take_over)


def shares_too_much(monkeypatch: Any) -> None:
    """One block more is shared than was promised, and then written to."""

    def share(self, source, length):
        from lsp_server.host.backends.tt.prefix_cache import Sequence

        if source is None or not length:
            return Sequence()
        blocks = source.blocks[: length // 64 + 2]
        self._pool.share(blocks)
        return Sequence(source.tokens[:length], list(blocks))

    monkeypatch.setattr(PrefixCache, "share", share)


def counts_one_too_many(monkeypatch: Any) -> None:
    """The common prefix is believed one token longer than it is."""
    original = PrefixCache.longest

    def longest(self, prompt):
        source, common = original(self, prompt)
        return source, (min(common + 1, len(source.tokens)) if source else common)

    monkeypatch.setattr(PrefixCache, "longest", longest)


def forgets_last_token(monkeypatch: Any) -> None:
    """A prompt that is cached whole is answered without computing its last token again."""
    original = runner.Runner._replay

    def replay(self, sequence, prompt, cached, emit):
        if len(prompt) - len(sequence.tokens) == 1:
            result = self.decode_step(prompt[-2], len(prompt) - 2, sequence.blocks)
            sequence.tokens.append(prompt[-1])
            return result
        return original(self, sequence, prompt, cached, emit)

    monkeypatch.setattr(runner.Runner, "_replay", replay)


def padding_columns(monkeypatch: Any) -> None:
    for owner in (base.MetalAdapter, package.P1):
        monkeypatch.setattr(
            owner, "_row", lambda self, output: base._unpacked(output).reshape(-1).float().clone()
        )
