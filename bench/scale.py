"""What grows with the file: context, code action, hover and memory at 100 to 100,000 lines; the store at 100,000 entries.

`python -m bench scale [--rounds N] [--save FILE]`. Two kinds of files: functions side by side, and one class with
all of them as its methods (keys with `class`). Every sample follows an edit of a file that was read once; a third of the
edits leave a bracket open. The context is measured where it is made, from the new text on; code actions (bracket open) and
hovers (text parses) over stdio from the real language server, right behind the edit. Its engine is a stub that is always
ready, and idle work is on: it goes on between the edits and is in their way. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from attrs import frozen

from bench import report
from bench.client import Client, server
from bench.documents import METHOD, Typed, function_at, module, one_class, typing
from bench.footprint import resident
from bench.report import Measure
from bench.stub_server import QUIET_SECONDS
from lsp_server import context
from lsp_server.document import Document, Span
from lsp_server.features.answers import key_for
from lsp_server.garbage import collect_rarely
from lsp_server.idle.functions import functions_in
from lsp_server.settings import Settings
from lsp_server.store import AnswerStore, key_of
from lsp_server.templates import Library, built_in

SIZES = (100, 1_000, 10_000, 100_000)
STATEMENTS, LINES_PER_FUNCTION = 6, 17
ROUNDS = 200
ENTRIES = 100_000
ENTRY = "Explains what a function is for, in a sentence or two. " * 5
STORE_BYTES = 256 << 20
BUDGET = 1_200
"""Tokens of file context, as on a CPU."""
AIM = 20.0
READING = 2 * QUIET_SECONDS
"""Seconds before every edit that closes what was open: idle work begins."""


@frozen
class Shape:
    """A kind of file."""

    key: str
    """A part of the keys."""
    indent: str
    make: Callable[[int, int, int], str]

    def text(self, lines: int) -> str:
        """A Python file of about that many lines; the same each time."""
        return self.make(lines, lines // LINES_PER_FUNCTION, STATEMENTS)


FUNCTIONS = Shape("", "", module)
CLASS = Shape("class_", METHOD, one_class)


def contexts(shape: Shape, lines: int, rounds: int) -> list[Measure]:
    """From a new text to the context of the line that was typed; of the first parse too."""
    text = shape.text(lines)
    first = _context(text, text.index("return", len(text) // 2))
    after = [_context(typed.text, typed.cursor) for typed in typing(text, rounds, lines, shape.indent)]
    return [
        _p99(f"context_{shape.key}p99_ms_{lines}", after),
        report.of(f"first_context_{shape.key}ms_{lines}", [first]),
    ]


def contexts_with_emoji(lines: int, rounds: int) -> Measure:
    """The same where Python keeps four bytes a character."""
    text = FUNCTIONS.text(lines).replace('"""', '"""👍 ', 1)
    _context(text, text.index("return", len(text) // 2))
    after = [_context(typed.text, typed.cursor) for typed in typing(text, rounds, lines)]
    return _p99(f"context_emoji_p99_ms_{lines}", after)


def _context(text: str, cursor: int) -> float:
    document = Document("file:///bench.py", "bench.py", "python", text)
    start = time.perf_counter()
    target = context.target_span(document, Span(cursor, cursor))
    context.build(document, target, BUDGET, lambda piece: round(len(piece) * 0.3))
    return (time.perf_counter() - start) * 1000


async def served(directory: Path, shape: Shape, lines: int, rounds: int) -> list[Measure]:
    """Code actions, hovers and memory of a server with one file of that many lines."""
    text = shape.text(lines)
    uri = (directory / f"module_{shape.key}{lines}.py").as_uri()
    actions: list[float] = []
    hovers: list[float] = []
    async with server(directory, module="bench.stub_server") as client:
        await client.initialize({}, directory)
        await client.until_state("ready")
        known = _explain(directory, Document(uri, "", "python", text), str(client.status["model"]))
        client.open(uri, text)
        await _hover(client, shape, uri, text, Random(0))
        # The first message of a kind also makes what turns messages into objects.
        await _code_action(client, uri, 0)
        await _read(client, uri)
        random = Random(lines)
        for version, typed in enumerate(typing(text, rounds, lines, shape.indent), 2):
            if typed.parses:
                await asyncio.sleep(READING)
            _change(client, uri, version, typed)
            if typed.parses:
                hovers.append(await _hover(client, shape, uri, typed.text, random))
            else:
                actions.append(await _code_action(client, uri, typed.line))
        made = _kept(directory) - known
        memory = resident(f"rss_{shape.key}mb_{lines}", client.process.pid)
    return [
        _p99(f"code_action_{shape.key}p99_ms_{lines}", actions),
        _p99(f"hover_{shape.key}p99_ms_{lines}", hovers),
        memory,
        Measure(f"idle_made_{shape.key}{lines}", made, "", ()),
    ]


def _explain(directory: Path, document: Document, model: str) -> int:
    """Keep an explanation of every function, as if each had been hovered over before; how many answers there are."""
    library = Library.load([built_in()])
    store = AnswerStore(directory / "data" / "answers.db", max_bytes=STORE_BYTES)
    preset, whole = Settings().prompts_preset, Span(0, len(document.text))
    for function in functions_in(document, [whole], 0):
        key = key_for(document, function.span, library.digest, preset, model)
        store.put(key_of(*key), ENTRY)
    store.close()
    return _kept(directory)


def _kept(directory: Path) -> int:
    store = AnswerStore(directory / "data" / "answers.db", max_bytes=STORE_BYTES)
    count = len(store)
    store.close()
    return count


async def _read(client: Client, uri: str) -> None:
    """Have the whole file read once, as the first action on it does (`first_context_ms`)."""
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 4}}
    asked = {"action": "explain", "textDocument": {"uri": uri, "version": 1}, "range": span}
    await client.request("ttAssistant/showPrompt", asked)


def _change(client: Client, uri: str, version: int, typed: Typed) -> None:
    at = {"line": typed.line, "character": 0}
    change = {"range": {"start": at, "end": at}, "text": typed.inserted}
    document = {"uri": uri, "version": version}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})


async def _code_action(client: Client, uri: str, line: int) -> float:
    span = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 4}}
    asked = {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": [], "triggerKind": 2}}
    start = time.perf_counter()
    offered = await client.request("textDocument/codeAction", asked)
    took = (time.perf_counter() - start) * 1000
    assert offered, "no action is offered"
    return took


async def _hover(client: Client, shape: Shape, uri: str, text: str, random: Random) -> float:
    """Milliseconds to a signature and a known explanation, of a function that nobody types in."""
    at = {"line": function_at(text, random, shape.indent), "character": len(shape.indent) + 6}
    where = {"textDocument": {"uri": uri}, "position": at}
    start = time.perf_counter()
    hover = await client.request("textDocument/hover", where)
    known = await client.request("ttAssistant/hoverExplanation", where)
    took = (time.perf_counter() - start) * 1000
    assert hover and known["markdown"] == ENTRY, "the explanation was not known"
    return took


def store_hits(directory: Path, entries: int, rounds: int) -> Measure:
    """Reading one of so many answers."""
    store = AnswerStore(directory / "full.db", max_bytes=STORE_BYTES)
    for number in range(entries):
        store.put(key_of(str(number)), f"{number} {ENTRY}")
    random, samples = Random(entries), []
    for _ in range(rounds * 10):
        key = key_of(str(random.randrange(entries)))
        start = time.perf_counter()
        found = store.get(key)
        samples.append((time.perf_counter() - start) * 1000)
        assert found
    store.close()
    return report.percentile("store_hit_p99_ms", samples, 0.99, aim=AIM)


def _p99(key: str, samples: Sequence[float]) -> Measure:
    """With an aim for the largest file."""
    return report.percentile(key, samples, 0.99, aim=AIM if key.endswith(f"_{SIZES[-1]}") else None)


def measure(directory: Path, rounds: int) -> Iterator[Measure]:
    """Everything, in the order of the table."""
    for shape in (FUNCTIONS, CLASS):
        for lines in SIZES:
            yield from contexts(shape, lines, rounds)
            yield from asyncio.run(served(directory, shape, lines, rounds))
    yield contexts_with_emoji(SIZES[-1], rounds)
    yield store_hits(directory, ENTRIES, rounds)


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench scale`."""
    parser = argparse.ArgumentParser(prog="bench scale", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"edits of each file; default {ROUNDS}")
    parser.add_argument(
        "--save", type=Path, help="write figures and samples here, for example bench/results/scale.json"
    )
    options = parser.parse_args(argv)
    started = time.monotonic()
    collect_rarely()
    measures = []
    with tempfile.TemporaryDirectory(prefix="tta-bench-", ignore_cleanup_errors=True) as name:
        for found in measure(Path(name), options.rounds):
            print(f"{found.key} {found.value:g}", file=sys.stderr, flush=True)
            measures.append(found)
    about = {
        **report.machine(),
        "rounds": options.rounds,
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - started),
    }
    report.show("scale", measures, about, options.save)
    return 0
