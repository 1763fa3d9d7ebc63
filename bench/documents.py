"""Python files made up for measuring: different each time, so that no KV cache knows them, and as long as asked."""

from __future__ import annotations

from random import Random

NOUNS = (
    *("order", "invoice", "packet", "sensor", "channel", "buffer", "account", "ticket"),
    *("route", "vector", "frame", "session", "cluster", "token", "ledger"),
)
VERBS = (
    *("merge", "split", "parse", "route", "check", "store", "scale", "clip"),
    *("sort", "group", "filter", "rank", "pack", "trace", "match"),
)


def function(random: Random, statements: int) -> str:
    """One function with that many statements; every name is drawn anew."""
    verb, noun = random.choice(VERBS), random.choice(NOUNS)
    name = f"{verb}_{noun}_{random.randrange(10_000)}"
    lines = [f"def {name}({noun}s, limit={random.randrange(2, 99)}):", f"    chosen_{noun}s = []"]
    for i in range(statements):
        other = random.choice(NOUNS)
        lines.append(
            f"    {other}_{i} = [{noun} for {noun} in {noun}s if {noun}.{other} > {random.randrange(1000)}]"
        )
        lines.append(f"    chosen_{noun}s.extend({other}_{i}[:limit])")
    return "\n".join([*lines, f"    return chosen_{noun}s"]) + "\n"


def module(seed: int, functions: int, statements: int) -> str:
    """A file of functions; the same for the same arguments."""
    random = Random(seed)
    head = f'"""Module {seed} of the benchmark."""\n\nimport itertools\nimport logging\n\n\n'
    return head + "\n\n".join(function(random, statements) for _ in range(functions))


def span_of(text: str, index: int) -> dict[str, dict[str, int]]:
    """The LSP range of the function with this number."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("def ")]
    start = starts[index]
    end = next(i for i in range(start, len(lines)) if lines[i].startswith("    return "))
    return {"start": {"line": start, "character": 0}, "end": {"line": end, "character": len(lines[end])}}
