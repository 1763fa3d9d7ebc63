"""Mistakes one could make in the backend, each a patch of one seam. `test_mutants.py` shows that every one is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import torch

from lsp_server.host.backends.tt import boards, canary, chunks, device, pages, runner, warmup
from lsp_server.host.backends.tt.adapters import base, commands, early, package, prefix
from lsp_server.host.backends.tt.detokenise import Detokeniser
from lsp_server.host.backends.tt.prefix_cache import PrefixCache

Patch = Callable[[Any], None]
"""Takes pytest's monkeypatch."""


@attrs.frozen
class Mutant:
    name: str
    generation: str
    patch: Patch
    options: dict[str, Any] = attrs.field(factory=dict)
    world: dict[str, Any] = attrs.field(factory=dict)


def _plan(change: Callable[[chunks.Plan, int], chunks.Plan]) -> Patch:
    original = chunks.plan

    def patch(monkeypatch: Any) -> None:
        monkeypatch.setattr(
            chunks, "plan", lambda common, total, *rest: change(original(common, total, *rest), common)
        )

    return patch


def _no_canary(monkeypatch: Any) -> None:
    monkeypatch.setattr(canary, "check", lambda *_: "")


def _wrong_offset(monkeypatch: Any) -> None:
    """The KV is taken from the cache up to n, the prefill starts a block later."""
    _no_canary(monkeypatch)
    for owner in (prefix.G3, package.P1):
        method = owner.prefill

        def prefill(self, tokens, start, table, method=method):
            return method(self, tokens, start + 64 if start and start + 64 < len(tokens) else start, table)

        monkeypatch.setattr(owner, "prefill", prefill)


def _resume_without_prefix(monkeypatch: Any) -> None:
    """The suffix is prefilled as if nothing stood before it."""
    _no_canary(monkeypatch)
    monkeypatch.setattr(prefix.G3, "_prefill_arguments", lambda self, start: {"enable_trace": bool(start)})
    monkeypatch.setattr(
        commands.G4,
        "_prefill_arguments",
        lambda self, start: {"enable_trace": False, "start_pos": [start // 2]},
    )


def _no_scratch(monkeypatch: Any) -> None:
    original = pages.PagePool.__init__

    def init(self, blocks):
        original(self, blocks)
        self._free.append(0)

    monkeypatch.setattr(pages.PagePool, "__init__", init)


def _table_in_place(monkeypatch: Any) -> None:
    kept: dict[int, torch.Tensor] = {}
    original = runner.page_table

    def table(blocks, width):
        fresh = original(blocks, width)
        kept.setdefault(width, torch.zeros_like(fresh)).copy_(fresh)
        return kept[width]

    monkeypatch.setattr(runner, "page_table", table)


def _stale_table(monkeypatch: Any) -> None:
    """Decode goes on with the table of its first step."""
    original = runner.Runner._start_step
    first: dict[str, list[int]] = {}

    def start(self, token, position, blocks, device, *, first: Any = False, _seen=first):
        if first or not _seen:
            _seen["blocks"] = list(blocks)
        return original(self, token, position, _seen["blocks"], device, first=first)

    monkeypatch.setattr(runner.Runner, "_start_step", start)


def _minus_one(monkeypatch: Any) -> None:
    def table(blocks, width):
        made = torch.full((1, width), -1, dtype=torch.int32)
        made[0, : len(blocks)] = torch.tensor(blocks, dtype=torch.int32)
        return made

    monkeypatch.setattr(runner, "page_table", table)


def _narrow_table(monkeypatch: Any) -> None:
    original = runner.page_table
    monkeypatch.setattr(runner, "page_table", lambda blocks, width: original(blocks, max(1, len(blocks))))


def _long_table(monkeypatch: Any) -> None:
    original = runner.page_table
    monkeypatch.setattr(runner, "page_table", lambda blocks, width: original(blocks, width).long())


def _position(change: int) -> Patch:
    def patch(monkeypatch: Any) -> None:
        for owner in (base.MetalAdapter, package.P1):
            method = owner.submit

            def submit(self, token, position, table, device, first, method=method):
                return method(self, token, max(0, position + change), table, device, first)

            monkeypatch.setattr(owner, "submit", submit)

    return patch


def _tuple_not_unpacked(monkeypatch: Any) -> None:
    monkeypatch.setattr(base, "_unpacked", lambda output: output)


def _vision_decode(monkeypatch: Any) -> None:
    monkeypatch.setattr(base.MetalAdapter, "decode_method", "decode_forward")


def _start_pos_to_g1(monkeypatch: Any) -> None:
    monkeypatch.setattr(
        early.G1, "_prefill_arguments", lambda self, start: {"enable_trace": False, "start_pos": [start]}
    )


def _resume(owner: type, kind: str) -> Patch:
    """Resume in a generation that is known to do it wrongly, without asking the canary."""

    def patch(monkeypatch: Any) -> None:
        _no_canary(monkeypatch)
        monkeypatch.setattr(owner, "resume", kind)
        original = owner._prefill_arguments
        monkeypatch.setattr(
            owner,
            "_prefill_arguments",
            lambda self, start: {**original(self, start), **({"start_pos": [start]} if start else {})},
        )
        monkeypatch.setattr(owner, "can_resume", lambda self, start, tokens: True)

    return patch


def _untraced_resume_in_g3(monkeypatch: Any) -> None:
    _no_canary(monkeypatch)
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


def _resume_at_64(monkeypatch: Any) -> None:
    """Offsets at block multiples, and pieces long enough to meet G3's fault."""
    _no_canary(monkeypatch)
    monkeypatch.setattr(chunks, "OFFSET", 64)
    table = {name: attrs.evolve(board, chunk=4096) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def _reload(change: Callable[[dict[str, bool]], dict[str, bool]]) -> Patch:
    original = commands.ReloadCommands.reload_arguments

    def patch(monkeypatch: Any) -> None:
        monkeypatch.setattr(
            commands.ReloadCommands,
            "reload_arguments",
            lambda self, *arguments: change(original(self, *arguments)),
        )

    return patch


def _read_twice(monkeypatch: Any) -> None:
    original = base.MetalAdapter.collect

    def collect(self, pending):
        original(self, pending)
        return original(self, pending)

    monkeypatch.setattr(base.MetalAdapter, "collect", collect)
    monkeypatch.setattr(early.G0, "collect", collect)


def _no_event(monkeypatch: Any) -> None:
    original = base.MetalAdapter.collect
    monkeypatch.setattr(
        base.MetalAdapter, "collect", lambda self, pending: original(self, attrs.evolve(pending, events=()))
    )


def _output_not_kept(monkeypatch: Any) -> None:
    """The next step is started before the last one was read."""
    original = runner.Runner._submit

    def submit(self, sequence, token, position, device, *, first):
        pending = original(self, sequence, token, position, device, first=first)
        original(self, sequence, token, position, device, first=first)
        return pending

    monkeypatch.setattr(runner.Runner, "_submit", submit)


def _few_buckets(monkeypatch: Any) -> None:
    original = warmup.WarmUp._buckets
    monkeypatch.setattr(
        warmup.WarmUp,
        "_buckets",
        lambda self, limit, *, resumed: original(self, min(limit, 256), resumed=False),
    )


def _trace_first(monkeypatch: Any) -> None:
    original = warmup.WarmUp.run

    def run(self):
        self._decode(traced=True)
        return original(self)

    monkeypatch.setattr(warmup.WarmUp, "run", run)


def _flag_not_reset(monkeypatch: Any) -> None:
    def warm(self, *, traced):
        self._generator.warmup_model_prefill(
            kv_cache=self._kv, enable_trace=traced, can_sample_on_device=False, greedy_only=True
        )

    monkeypatch.setattr(prefix.G3, "warm_prefill", warm)


def _fabric_left_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(device, "_disable_fabric", lambda ttnn, board: None)


def _no_fabric(monkeypatch: Any) -> None:
    table = {name: attrs.evolve(board, fabric=None) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def _late_fabric(monkeypatch: Any) -> None:
    original = device.open_mesh

    def open_mesh(ttnn, board):
        mesh = original(ttnn, attrs.evolve(board, fabric=None))
        ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_1D)
        return mesh

    monkeypatch.setattr(device, "open_mesh", open_mesh)


def _no_trace_region(monkeypatch: Any) -> None:
    table = {name: attrs.evolve(board, trace_region=0) for name, board in boards.BOARDS.items()}
    monkeypatch.setattr(boards, "BOARDS", table)


def _only_tokenizer_stops(monkeypatch: Any) -> None:
    from lsp_server.host.backends.tt import weights

    monkeypatch.setattr(weights, "_stop_ids", lambda directory, config: ())


def _no_flush(monkeypatch: Any) -> None:
    monkeypatch.setattr(Detokeniser, "flush", lambda self: "")


def _no_suspension(monkeypatch: Any) -> None:
    monkeypatch.setattr(runner.Runner, "_suspend", lambda self, tokens, text: None)


def _halves_of_characters(monkeypatch: Any) -> None:
    monkeypatch.setattr("lsp_server.host.backends.tt.detokenise.REPLACEMENT", "\0")


def _unsafe_take_over(monkeypatch: Any) -> None:
    """A sequence is continued in place without forgetting the tokens that are overwritten."""

    def take_over(self, source, length):
        self._cached.remove(source)
        return source

    monkeypatch.setattr(PrefixCache, "take_over", take_over)


def _shares_too_much(monkeypatch: Any) -> None:
    """One block more is shared than was promised, and then written to."""

    def share(self, source, length):
        from lsp_server.host.backends.tt.prefix_cache import Sequence

        if source is None or not length:
            return Sequence()
        blocks = source.blocks[: length // 64 + 2]
        self._pool.share(blocks)
        return Sequence(source.tokens[:length], list(blocks))

    monkeypatch.setattr(PrefixCache, "share", share)


def _counts_one_too_many(monkeypatch: Any) -> None:
    """The common prefix is believed one token longer than it is."""
    original = PrefixCache.longest

    def longest(self, prompt):
        source, common = original(self, prompt)
        return source, (min(common + 1, len(source.tokens)) if source else common)

    monkeypatch.setattr(PrefixCache, "longest", longest)


def _forgets_last_token(monkeypatch: Any) -> None:
    """A prompt that is cached whole is answered without computing its last token again."""
    original = runner.Runner._replay

    def replay(self, sequence, prompt, cached, emit):
        if len(prompt) - len(sequence.tokens) == 1:
            result = self.decode_step(prompt[-2], len(prompt) - 2, sequence.blocks)
            sequence.tokens.append(prompt[-1])
            return result
        return original(self, sequence, prompt, cached, emit)

    monkeypatch.setattr(runner.Runner, "_replay", replay)


def _padding_columns(monkeypatch: Any) -> None:
    for owner in (base.MetalAdapter, package.P1):
        monkeypatch.setattr(
            owner, "_row", lambda self, output: base._unpacked(output).reshape(-1).float().clone()
        )


WIDE = {"context_window": 8192}
SAMPLED = {"device_sampling": True}
MUTANTS = (
    Mutant("resumes a block too late", "G3", _wrong_offset),
    Mutant("resumes a block too late", "G4", _wrong_offset),
    Mutant("resumes a block too late", "P1", _wrong_offset),
    Mutant("resumes a block too late", "P2", _wrong_offset),
    Mutant("passes another start_pos than it planned", "G4", _resume_without_prefix),
    Mutant(
        "resumes at multiples of 64",
        "G3",
        _resume_at_64,
        WIDE,
        world={
            "board": "T3K",
            "traced_prefills": (128, 256, 512, 1024, 2048, 4096),
        },
    ),
    Mutant("resumes at multiples of 64", "G4", _resume_at_64, WIDE),
    Mutant("resumes in G1b", "G1b", _resume(prefix.G1b, "untraced")),
    Mutant("resumes untraced in G3", "G3", _untraced_resume_in_g3),
    Mutant("passes start_pos to G1", "G1", _start_pos_to_g1),
    Mutant("does not reserve block 0", "G0", _no_scratch),
    Mutant("does not reserve block 0", "G3", _no_scratch),
    Mutant("does not reserve block 0", "G4", _no_scratch),
    Mutant("changes the page table in place", "G0", _table_in_place),
    Mutant("changes the page table in place", "G1", _table_in_place),
    Mutant("keeps the first step's page table", "G2", _stale_table),
    Mutant("keeps the first step's page table", "P2", _stale_table),
    Mutant("-1 in the decode table", "G4", _minus_one),
    Mutant("-1 in the decode table", "G2", _minus_one, world={"board": "P150"}),
    Mutant("page table as wide as the sequence", "G1", _narrow_table),
    Mutant("page table of int64", "G1", _long_table),
    Mutant("decode position one too high", "G0", _position(1)),
    Mutant("decode position one too low", "G4", _position(-1)),
    Mutant("decode position one too high", "P1", _position(1)),
    Mutant("result tuple not unpacked", "G1b", _tuple_not_unpacked),
    Mutant("result tuple not unpacked", "G4", _tuple_not_unpacked),
    Mutant("calls the vision model's decode", "G1", _vision_decode),
    Mutant("calls the vision model's decode", "G1b", _vision_decode),
    Mutant(
        "host sampling without reload_inputs", "G4", _reload(lambda flags: {**flags, "reload_inputs": False})
    ),
    Mutant(
        "first device step without reset",
        "G4",
        _reload(lambda flags: {name: value for name, value in flags.items() if name == "reload_inputs"}),
        SAMPLED,
    ),
    Mutant(
        "first device step without reset",
        "P2",
        _reload(lambda flags: {name: value for name, value in flags.items() if name == "reload_inputs"}),
        SAMPLED,
    ),
    Mutant(
        "device sampling never reloads the page table",
        "G4",
        _reload(lambda flags: {**flags, "reload_page_table": False}),
        SAMPLED,
    ),
    Mutant(
        "reloads inputs and page table at once",
        "P2",
        _reload(lambda flags: {**flags, "reload_inputs": True, "reload_page_table": True}),
    ),
    Mutant("sends reset_batch to G4", "G4", _reload(lambda flags: {**flags, "reset_batch": True})),
    Mutant("reads a decode output twice", "G0", _read_twice),
    Mutant("reads a decode output twice", "G3", _read_twice),
    Mutant("does not wait for the read event", "G2", _no_event),
    Mutant("starts a step before reading the last", "G4", _output_not_kept),
    Mutant("believes the padding of the vocabulary", "G1", _padding_columns),
    Mutant("believes the padding of the vocabulary", "P2", _padding_columns),
    Mutant("warms up only short buckets", "G0", _few_buckets),
    Mutant("warms up only short buckets", "G4", _few_buckets),
    Mutant("captures the trace first", "G1", _trace_first),
    Mutant("captures the trace first", "G4", _trace_first),
    Mutant("does not reset already_warmed_up_prefill", "G3", _flag_not_reset),
    Mutant("leaves the fabric on", "G1", _fabric_left_on, world={"board": "N300"}),
    Mutant("sets no fabric", "G4", _no_fabric, world={"board": "T3K"}),
    Mutant("sets the fabric after opening", "G4", _late_fabric, world={"board": "N300"}),
    Mutant("opens without a trace region", "G1", _no_trace_region),
    Mutant("stops only at the tokenizer's end of text", "G4", _only_tokenizer_stops),
    Mutant("drops text held back at the end", "G4", _no_flush),
    Mutant("forgets held text when interrupted", "G4", _no_suspension),
    Mutant("shows halves of characters", "G4", _halves_of_characters),
    Mutant("continues in place without truncating", "G1", _unsafe_take_over),
    Mutant("shares a block it then writes", "G4", _shares_too_much),
    Mutant("believes one token too many cached", "G0", _counts_one_too_many),
    Mutant("believes one token too many cached", "G4", _counts_one_too_many),
    Mutant("reuses a whole prompt's stale logits", "G2", _forgets_last_token),
)
