"""The table of mutants: which mistake (`mistakes.py`) in which generation. `test_mutants.py` shows that each is noticed."""

from __future__ import annotations

from typing import Any

import attrs

from lsp_server.host.backends.tt.adapters import prefix
from tests.contract import mistakes
from tests.contract import mistakes_in_host as in_host
from tests.contract.double.world import Faults
from tests.contract.mistakes import Patch


@attrs.frozen
class Mutant:
    name: str
    generation: str
    patch: Patch
    options: dict[str, Any] = attrs.field(factory=dict)
    world: dict[str, Any] = attrs.field(factory=dict)


WIDE = {"context_window": 8192}
SAMPLED = {"device_sampling": True}
MUTANTS = (
    Mutant("resumes a block too late", "G3", mistakes.wrong_offset),
    Mutant("resumes a block too late", "G4", mistakes.wrong_offset),
    Mutant("resumes a block too late", "P1", mistakes.wrong_offset),
    Mutant("resumes a block too late", "P2", mistakes.wrong_offset),
    Mutant("passes another start_pos than it planned", "G4", mistakes.resume_without_prefix),
    Mutant(
        "resumes at multiples of 64",
        "G3",
        mistakes.resume_at_64,
        WIDE,
        world={
            "board": "T3K",
            "traced_prefills": (128, 256, 512, 1024, 2048, 4096),
        },
    ),
    Mutant("resumes at multiples of 64", "G4", mistakes.resume_at_64, WIDE),
    Mutant("resumes in G1b", "G1b", mistakes.resume(prefix.G1b, "untraced")),
    Mutant("resumes untraced in G3", "G3", mistakes.untraced_resume_in_g3),
    Mutant("passes start_pos to G1", "G1", mistakes.start_pos_to_g1),
    Mutant("does not reserve block 0", "G0", mistakes.no_scratch),
    Mutant("does not reserve block 0", "G3", mistakes.no_scratch),
    Mutant("does not reserve block 0", "G4", mistakes.no_scratch),
    Mutant("changes the page table in place", "G0", mistakes.table_in_place),
    Mutant("changes the page table in place", "G1", mistakes.table_in_place),
    Mutant("keeps the first step's page table", "G2", mistakes.stale_table),
    Mutant("keeps the first step's page table", "P2", mistakes.stale_table),
    Mutant("-1 in the decode table", "G4", mistakes.minus_one),
    Mutant("-1 in the decode table", "G2", mistakes.minus_one, world={"board": "P150"}),
    Mutant("page table as wide as the sequence", "G1", mistakes.narrow_table),
    Mutant("page table of int64", "G1", mistakes.long_table),
    Mutant("decode position one too high", "G0", mistakes.position(1)),
    Mutant("decode position one too low", "G4", mistakes.position(-1)),
    Mutant("decode position one too high", "P1", mistakes.position(1)),
    Mutant("result tuple not unpacked", "G1b", mistakes.tuple_not_unpacked),
    Mutant("result tuple not unpacked", "G4", mistakes.tuple_not_unpacked),
    Mutant("calls the vision model's decode", "G1", mistakes.vision_decode),
    Mutant("calls the vision model's decode", "G1b", mistakes.vision_decode),
    Mutant(
        "host sampling without reload_inputs",
        "G4",
        mistakes.reload(lambda flags: {**flags, "reload_inputs": False}),
    ),
    Mutant(
        "first device step without reset",
        "G4",
        mistakes.reload(
            lambda flags: {name: value for name, value in flags.items() if name == "reload_inputs"}
        ),
        SAMPLED,
    ),
    Mutant(
        "first device step without reset",
        "P2",
        mistakes.reload(
            lambda flags: {name: value for name, value in flags.items() if name == "reload_inputs"}
        ),
        SAMPLED,
    ),
    Mutant(
        "device sampling never reloads the page table",
        "G4",
        mistakes.reload(lambda flags: {**flags, "reload_page_table": False}),
        SAMPLED,
    ),
    Mutant(
        "reloads inputs and page table at once",
        "P2",
        mistakes.reload(lambda flags: {**flags, "reload_inputs": True, "reload_page_table": True}),
    ),
    Mutant("sends reset_batch to G4", "G4", mistakes.reload(lambda flags: {**flags, "reset_batch": True})),
    Mutant("reads a decode output twice", "G0", mistakes.read_twice),
    Mutant("reads a decode output twice", "G3", mistakes.read_twice),
    Mutant("does not wait for the read event", "G2", mistakes.no_event),
    Mutant("starts a step before reading the last", "G4", mistakes.output_not_kept),
    Mutant("believes the padding of the vocabulary", "G1", mistakes.padding_columns),
    Mutant("believes the padding of the vocabulary", "P2", mistakes.padding_columns),
    Mutant("warms up only short buckets", "G0", mistakes.few_buckets),
    Mutant("warms up only short buckets", "P2", mistakes.few_buckets),
    Mutant("captures the trace first", "G1", mistakes.trace_first),
    Mutant("captures the trace first", "G4", mistakes.trace_first),
    Mutant("does not reset already_warmed_up_prefill", "G3", mistakes.flag_not_reset),
    Mutant("leaves the fabric on", "G1", mistakes.fabric_left_on, world={"board": "N300"}),
    Mutant("sets no fabric", "G4", mistakes.no_fabric, world={"board": "T3K"}),
    Mutant("sets the fabric after opening", "G4", mistakes.late_fabric, world={"board": "N300"}),
    Mutant("opens without a trace region", "G1", mistakes.no_trace_region),
    Mutant("stops only at the tokenizer's end of text", "G4", mistakes.only_tokenizer_stops),
    Mutant("drops text held back at the end", "G4", in_host.no_flush),
    Mutant("reads an answer as a text that begins", "G1", in_host.no_left_context),
    Mutant("shows halves of characters", "G4", in_host.halves_of_characters),
    Mutant("obeys a cancel one step late", "G0", in_host.cancels_late),
    Mutant("obeys a cancel one step late", "G4", in_host.cancels_late),
    Mutant("forgets what a cancelled answer computed", "G1", in_host.forgets_cancelled),
    Mutant(
        "the canary always passes",
        "G4",
        in_host.canary_passes,
        world={"faults": Faults(wrong_resume="reads")},
    ),
    Mutant(
        "the canary agrees with anything",
        "P1",
        in_host.canary_agrees,
        world={"faults": Faults(wrong_resume="reads")},
    ),
    Mutant(
        "the canary tries one offset",
        "G3",
        in_host.canary_at_one_offset,
        world={"faults": Faults(wrong_resume="behind 768")},
    ),
    Mutant(
        "the canary tries short suffixes only",
        "P2",
        in_host.canary_of_short_suffixes,
        world={"faults": Faults(wrong_resume="wide")},
    ),
    Mutant(
        "the canary does not decode",
        "G4",
        in_host.canary_without_decode,
        world={"faults": Faults(wrong_resume="stores")},
    ),
    Mutant("evicts the newest prompt first", "G1", in_host.evicts_newest),
    Mutant("evicts a whole prompt for one block", "G4", in_host.evicts_whole_prompts),
    Mutant("sharing a prefix is no use of it", "G4", in_host.sharing_is_no_use),
    Mutant("continues in place in a shared block", "G4", in_host.takes_over_shared),
    Mutant("reserves no room for the next token", "G2", in_host.reserves_too_little),
    Mutant("rounds the common prefix up", "G4", in_host.rounds_up),
    Mutant("pads the table with the last block", "G0", in_host.pads_with_own_block),
    Mutant("never traces decode", "G1b", in_host.never_traces_decode),
    Mutant("builds in another precision", "G2", in_host.other_precision),
    Mutant("builds in another precision", "P1", in_host.other_precision),
    Mutant("ignores the mode", "G4", in_host.ignores_the_mode, {"mode": "accuracy"}),
    Mutant("ignores the mode", "P2", in_host.ignores_the_mode, {"mode": "accuracy"}),
    Mutant("samples from more than 32 on the device", "G4", in_host.too_many_candidates, SAMPLED),
    Mutant("samples from more than 32 on the device", "P2", in_host.too_many_candidates, SAMPLED),
    Mutant("leaves the Generator to the collector", "G4", in_host.keeps_the_generator),
    Mutant("sets no WH_ARCH_YAML", "G0", in_host.no_board_variables, world={"board": "N300"}),
    Mutant("continues in place without truncating", "G1", mistakes.unsafe_take_over),
    Mutant("shares a block it then writes", "G4", mistakes.shares_too_much),
    Mutant("believes one token too many cached", "G0", mistakes.counts_one_too_many),
    Mutant("believes one token too many cached", "G4", mistakes.counts_one_too_many),
    Mutant("reuses a whole prompt's stale logits", "G2", mistakes.forgets_last_token),
)
