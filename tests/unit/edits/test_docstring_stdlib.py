"""Docstrings with hostile texts, put into every function and class of Python's standard library.

The oracle is independent of the code under test: the whole file is parsed again, the trees must be equal apart from
the one docstring, and every byte outside the replaced span must be equal.
"""

from __future__ import annotations

import ast
import re
import sys
import sysconfig
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_docstring
from lsp_server.errors import EditRefused

STDLIB = Path(sysconfig.get_path("stdlib"))
ONE_IN = 40
"""Files of the default run: those whose name's checksum is a multiple of this."""
MOST_LINES = 400

TEXTS = {
    "plain": "Return the total of the rows.",
    "quotes": 'Return "it" and \'that\', and end with "quotes"',
    "triple quotes": 'Accept """text""" and \'\'\'text\'\'\' or """"four""""',
    "ends in triple": 'Close it with """',
    "backslashes": "Split on \\n, \\t, \\x00 and C:\\new\\table\\",
    "trailing backslash": "A path ends in \\",
    "indented code": "Do it.\n\n    def f():\n        return 1\n\nThen:\n\n        deeper\n    back",
    "fences": "Do it.\n\nExample:\n```python\nx = 1\n```\n~~~\ny\n~~~\n",
    "CRLF": "Summary line.\r\n\r\nMore text\r\nin two lines.\r\n",
    "control": "Bell \x07, null \x00, escape \x1b[0m, form feed \x0c, vertical \x0b tab, DEL \x7f.",
    "unicode": "Prüft 😀 λ-Ausdrücke, 中文,‮reversed‬,   and \ud800 alone, \u2028 too.",
    "very long": "Word " * 300 + "x" * 400 + ".",
    "sections": (
        "Sum up.\n\nArgs:\n    a: the first.\n    b (int): the second, which needs a rather long explanation to wrap it.\n\n"
        "Returns:\n    int: it\n\n>>> f(1)\n2\n"
    ),
    "code first": "x = {}[0] if (1) else '''",
    "escapes": "Use \\N{BULLET} and \\u1234 and {braces} and %s",
    "code": 'def g():\n    """Inside a copy of code: \\\\n and \\"quotes\\"."""\n    return 1\n',
}


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def source_files() -> Iterator[Path]:
    for name in sorted(sys.stdlib_module_names):
        if (STDLIB / f"{name}.py").is_file():
            yield STDLIB / f"{name}.py"
        elif (STDLIB / name).is_dir():
            yield from sorted((STDLIB / name).rglob("*.py"))


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def definitions(tree: ast.AST) -> list[Definition]:
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]


def without_docstrings(tree: ast.Module) -> tuple[str, int]:
    """The tree as text without any docstring of a definition, and how many there were."""
    count = 0
    for node in definitions(tree):
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            del node.body[0]
            count += 1
    return ast.dump(tree), count


def propose_and_apply(text: str, at: int, reply: str) -> str:
    """Return the text with the docstring, having checked every byte outside it."""
    proposal = propose_docstring(Document("file:///m.py", "m.py", "python", text), Span(at, at), reply)
    (replacement,) = proposal.replacements
    new, span = proposal.new_text, replacement.span
    assert (
        new[: span.start] == text[: span.start]
        and new[span.start + len(replacement.text) :] == text[span.end :]
    )
    removed = text[span.start : span.end].strip(" \t\\\r\n;")
    assert not removed or isinstance(ast.literal_eval(f"({removed})"), str)
    return new


def document_everything(text: str, turn: int) -> tuple[int, list[str]]:
    """Document every definition of a file, last first, so that offsets of the others stay; compare the trees at the end."""
    tree = parsed(text)
    starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
    nodes = sorted(definitions(tree), key=lambda node: (-node.lineno, -node.col_offset))
    replies, refused, new = list(TEXTS.values()), [], text
    for number, node in enumerate(nodes):
        at = text.index("class" if isinstance(node, ast.ClassDef) else "def", starts[node.lineno - 1])
        try:
            new = propose_and_apply(new, at, replies[(turn + number) % len(replies)])
        except EditRefused as refusal:
            refused.append(refusal.message)
    before, after = without_docstrings(tree), without_docstrings(parsed(new))
    assert before[0] == after[0]
    assert refused or after[1] == len(nodes)
    return len(nodes), refused


def run(files: list[Path], most_lines: int) -> tuple[int, Counter[str]]:
    done, refused = 0, Counter[str]()
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        if text.count("\n") > most_lines:
            continue
        if zlib.crc32(path.name.encode()) % 3 == 0 and "\r" not in text:
            text = text.replace("\n", "\r\n")
        try:
            parsed(text)
        except (SyntaxError, ValueError):
            continue
        count, reasons = document_everything(text, done)
        done += count
        refused.update(reasons)
    return done, refused


def test_every_definition_of_some_standard_modules_keeps_its_code() -> None:
    files = [p for p in source_files() if zlib.crc32(str(p.relative_to(STDLIB)).encode()) % ONE_IN == 0]

    done, refused = run(files, MOST_LINES)

    assert done > 100
    assert not refused


@pytest.mark.stdlib_full
@pytest.mark.timeout(0)
def test_every_definition_of_the_standard_library_keeps_its_code() -> None:
    files = list(source_files())

    done, refused = run(files, sys.maxsize)

    print(
        f"\n{done} functions and classes of {len(files)} files, {sum(refused.values())} refused: {dict(refused)}"
    )
    assert done > 15_000
    assert not refused
