"""Python files made up for measuring: different each time, so that no KV cache knows them, and as long as asked."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from random import Random

from attrs import frozen

NOUNS = (
    *("order", "invoice", "packet", "sensor", "channel", "buffer", "account", "ticket"),
    *("route", "vector", "frame", "session", "cluster", "token", "ledger"),
)
VERBS = (
    *("merge", "split", "parse", "route", "check", "store", "scale", "clip"),
    *("sort", "group", "filter", "rank", "pack", "trace", "match"),
)


METHOD = "    "
"""What the methods of a class are indented by."""


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


def one_class(seed: int, methods: int, statements: int) -> str:
    """A file of one class with so many methods; the same for the same arguments."""
    random = Random(seed)
    head = f'"""Module {seed} of the benchmark."""\n\nimport itertools\n\n\nclass Everything:\n'
    made = (function(random, statements).replace("(", "(self, ", 1) for _ in range(methods))
    return head + "\n".join(textwrap.indent(method, METHOD) for method in made)


def span_of(text: str, index: int) -> dict[str, dict[str, int]]:
    """The LSP range of the function with this number."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("def ")]
    start = starts[index]
    end = next(i for i in range(start, len(lines)) if lines[i].startswith("    return "))
    return {"start": {"line": start, "character": 0}, "end": {"line": end, "character": len(lines[end])}}


@frozen
class Typed:
    """One edit: a line typed at the beginning of a function's body."""

    line: int
    inserted: str
    text: str
    """The whole text after it."""
    cursor: int
    """An offset in the typed line."""
    parses: bool


TYPED = ("    total_{0} = limit + {0}\n", "    seen_{0} = (limit,\n", "        {0})\n")
"""Typed in turn: a line, the first of a statement of two, which does not parse yet, and its second."""


def typing(text: str, rounds: int, seed: int, indent: str = "") -> Iterator[Typed]:
    """Lines typed in functions of the first half of a file."""
    random = Random(seed)
    at = line = 0
    for number in range(rounds):
        if number % len(TYPED) < 2:
            starts = _starts(text, indent)
            at = text.index("\n", random.choice(starts[: len(starts) // 2])) + 1
            line = text.count("\n", 0, at)
        inserted = indent + TYPED[number % len(TYPED)].format(number)
        text = text[:at] + inserted + text[at:]
        yield Typed(line, inserted, text, at + len(indent) + 4, number % len(TYPED) != 1)
        at, line = at + len(inserted), line + 1


def function_at(text: str, random: Random, indent: str = "") -> int:
    """The first line of some function of the second half of a file."""
    starts = _starts(text, indent)
    return text.count("\n", 0, random.choice(starts[len(starts) // 2 :]))


def _starts(text: str, indent: str) -> list[int]:
    return [definition.start() for definition in re.finditer(f"^{indent}def ", text, re.MULTILINE)]
