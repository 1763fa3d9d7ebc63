"""Writes docs/benchmarks.md from the runs in bench/results: `python -m bench.page > docs/benchmarks.md`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.meanings import meaning

RESULTS = Path(__file__).with_name("results")
HEAD = """\
# Benchmarks

<!-- Generated from bench/results by `python -m bench.page > docs/benchmarks.md`. -->

Every figure is the median (where its name says so: the percentile) of a run whose samples are committed in `bench/results`;
a share is of all samples. Ratios compare measurements taken in turns within one run. `npm run bench -- latency` repeats the
first of them on your machine; `npm run bench` lists the others.
"""
ABOUT = {
    "latency": """\
The real language server over stdio, the real engine host, a real model on this processor.

**Traces.** `bench/traces` has three small projects (Python, TypeScript, Go) and what a developer does in
each: open, move, select, type, hover, ask. The player sends what our extension sends. Between two steps it
waits as long as a person would (the seconds are in the traces; they are a model, not a measurement). Each project is
played with idle work on, its first file (two or three questions) also with it off, every time under another name, so that no
cache of an earlier play helps. Both have the same pauses, and take turns in which comes first; without idle work the
hovers are left out, and answers that idle work had made are in no ratio between the two.

**In vain.** What warming prefilled is of use when a later action begins with it. Idle work is of use when its hover or
docstring was shown; its tokens are put down to the next answer that is kept, and to none where something else was
asked of the engine before (`bench/kept.py`).

**Peers.** The same questions on the same selections are put to the same engine host in the order in which
other assistants put the parts of a prompt: Continue (code before, code after, section, request), Cody
(instruction first), Copilot Chat (a system message for each intent); the sources are named in
`bench/peers.py`. Each question has as many tokens as ours had (where our answer was prepared: as its prompt
would have had), or the whole file where that is less; nothing is sent ahead. Compared is the time to the
first token; ours includes the way through the language server, theirs does not include their own programs. Not
compared: their editors, their answers, their models, what they keep on servers.

**Cancelling.** While a prompt is prefilled the engine can stop only between two chunks (docs/engine-http.md),
so a cancel there takes up to `prefill_chunk_ms` more than one while decoding. `npm run bench -- chunks` says
what smaller chunks cost.
""",
    "chunks": "llama.cpp alone: what a smaller prefill chunk costs, and how much sooner a cancel takes effect.\n",
    "confidence": "Does the probability of an explanation's tokens tell a known one from a guess (docs/decisions/0005)?\n",
    "contention": """\
llama.cpp alone, one process for each spin count (GOMP_SPINCOUNT), asked in turns: on a quiet machine,
beside one process that wants a core all the time, and beside one such process for each core (docs/decisions/0004).
""",
    "footprint": "How much room it takes.\n",
    "quality-baseline": """\
What docs/quality.md explains, with the bundled model; later runs are compared with it. Made in pieces on a machine that did
other work: the seconds are those of a busy machine.
""",
    "quality": """\
What docs/quality.md explains, with the bundled model, over as many of the committed cases as the run had time for, the
languages in turns. Made in pieces on a machine that did other work, so the seconds are those of a busy machine.
""",
    "scale": """\
Python files of 100 to 100,000 lines: functions side by side, and one class with all of them as its methods. Every sample
follows an edit: a line typed in some function of the first half, every third one with a bracket left open. The engine is
a stub that is always ready; idle work is on, and begins between two edits sooner than it does for a user
(`bench/stub_server.py`). What the first parse costs stands beside the rest.
""",
    "speed": "llama.cpp alone with several models; the model table quotes these figures.\n",
    "trace": "The traces and the peers of the section above, in a run of their own.\n",
    "seeded": """\
50 refactors with a planted change of behaviour and 50 equal ones (`bench/refactors`, written before the comparison was
made to find them), through the checks that a user's refactor passes when its code may be run. No model takes part.
""",
}
OWN_KEYS = ("command", "figures", "aims", "samples")


def page(results: dict[str, dict[str, Any]]) -> str:
    """The whole page; `results` is what --save wrote, by kind. The latency of the product comes first."""
    kinds = sorted(results, key=lambda kind: (kind != "latency", kind))
    return "\n".join([HEAD, *(section(kind, results[kind]) for kind in kinds)])


def section(kind: str, data: dict[str, Any]) -> str:
    about = ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in data.items() if key not in OWN_KEYS
    )
    lines = [
        f"## {kind}\n",
        *([ABOUT[kind]] if kind in ABOUT else []),
        f"`npm run bench -- {data.get('command', kind)}` on: {about}.\n",
        "| key | value | aim | samples | what |",
        "|---|---|---|---|---|",
        *(row(key, value, data) for key, value in data["figures"].items()),
    ]
    return "\n".join(lines) + "\n"


def row(key: str, value: float, data: dict[str, Any]) -> str:
    aim = data.get("aims", {}).get(key)
    bound = f"{aim['bound']}{'' if aim['met'] else ', **missed**'}" if aim else ""
    samples = len(data["samples"].get(key, ())) or ""
    return f"| `{key}` | {shown(value)} | {bound} | {samples} | {meaning(key)} |"


def shown(value: float) -> str:
    """Three digits, and no fewer than those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def read() -> dict[str, dict[str, Any]]:
    """The committed runs that have this form."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    return {kind: data for kind, data in found.items() if "figures" in data}


if __name__ == "__main__":
    sys.stdout.write(page(read()))
