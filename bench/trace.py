"""Recorded editing: what a developer does in a small project, and how long they think before each step.

A trace is a JSON file in bench/traces with its project's files in a folder beside it. Its steps name places by the text
found there, so that they read well and survive a change of the file. The pauses are a model of a person (seconds chosen by
us, not measured, and short ones): reading code that is new 10, thinking about a change 5, going to the menu and choosing
2.5, everything else 1.5 to 3.

| step | what happens |
|---|---|
| `open` | the file is opened, or shown again |
| `move` | the cursor goes to a definition |
| `select` | a whole definition is selected |
| `type` | text is typed `after` a place, word by word |
| `hover` | the mouse rests on a definition's name |
| `ask` | an action is run on what is selected; its answer is stopped after `tokens` deltas |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from attrs import evolve, frozen

from lsp_server.document import Span
from lsp_server.syntax.tree import parse

TRACES = Path(__file__).with_name("traces")
Kind = Literal["open", "move", "select", "type", "hover", "ask"]
ANSWER_TOKENS = 4
"""Deltas of an answer that are waited for, unless a step says otherwise."""


@frozen
class Step:
    kind: Kind
    what: str
    """The file, the text at the place, the typed text, or the action."""
    think: float = 0.0
    """Seconds before it."""
    after: str = ""
    """Of `type`: the text behind which it is typed."""
    tokens: int = ANSWER_TOKENS


@frozen
class Trace:
    name: str
    language: str
    files: Mapping[str, str]
    """Text by file name."""
    steps: tuple[Step, ...]


def first_file(project: Trace) -> Trace:
    """The steps in the file that is opened first, until its last question that idle work does not prepare."""
    opened = [number for number, step in enumerate(project.steps) if step.kind == "open"]
    steps = project.steps[: opened[1]] if opened[1:] else project.steps
    asked = [n for n, step in enumerate(steps) if step.kind == "ask" and step.what != "docstring"]
    return evolve(project, steps=steps[: asked[-1] + 1] if asked else steps)


def load(path: Path) -> Trace:
    """Read a trace and its project. Raises ValueError for a step that is none."""
    read = json.loads(path.read_text("utf-8"))
    folder = path.with_name(read["folder"])
    files = {file.name: file.read_text("utf-8") for file in sorted(folder.iterdir()) if file.is_file()}
    return Trace(path.stem, read["language"], files, tuple(_step(step) for step in read["steps"]))


def load_all() -> list[Trace]:
    """The committed traces."""
    return [load(path) for path in sorted(TRACES.glob("*.json"))]


def _step(read: Mapping[str, Any]) -> Step:
    kinds = [kind for kind in get_args(Kind) if kind in read]
    if len(kinds) != 1 or set(read) - {*kinds, "think", "after", "tokens"}:
        raise ValueError(f"This step of the trace has no meaning: {json.dumps(read)}")
    more = {name: read[name] for name in ("think", "after", "tokens") if name in read}
    return Step(kinds[0], read[kinds[0]], **more)


def place(text: str, words: str) -> int:
    """The offset of the first place where `words` are. Raises ValueError when they are nowhere."""
    at = text.find(words)
    if at < 0:
        raise ValueError(f"The trace names a place that its file does not have: {words!r}")
    return at


def definition(language: str, text: str, words: str) -> Span:
    """The definition whose header has `words`."""
    at = place(text, words)
    tree = parse(language, text)
    scope = tree.innermost(Span(at, at + len(words.rstrip()))) if tree else None
    if scope is None or not scope.span.start <= at <= scope.header.end:
        raise ValueError(f"The trace names no definition: {words!r}")
    return scope.span


def name_in(text: str, words: str) -> int:
    """The offset of the last name in `words`, where the mouse rests."""
    end = place(text, words) + len(words.rstrip("( "))
    start = end
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return start
