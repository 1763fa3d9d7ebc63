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


def take_docstring(node: Definition) -> ast.stmt | None:
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return node.body.pop(0)
    return None


def check_one(text: str, starts: list[int], tree: ast.Module, top: int, number: int, reply: str) -> str:
    """Document definition `number` of statement `top`; return why it was refused, "" when the edit is right."""
    node = definitions(tree.body[top])[number]
    at = text.index("class" if isinstance(node, ast.ClassDef) else "def", starts[node.lineno - 1])
    try:
        proposal = propose_docstring(Document("file:///m.py", "m.py", "python", text), Span(at, at), reply)
    except EditRefused as refusal:
        return refusal.message
    (replacement,) = proposal.replacements
    new, span = proposal.new_text, replacement.span
    assert (
        new[: span.start] == text[: span.start]
        and new[span.start + len(replacement.text) :] == text[span.end :]
    )
    removed = text[span.start : span.end].strip(" \t\\\r\n;")
    assert not removed or isinstance(ast.literal_eval(f"({removed})"), str)
    compare(tree, parsed(new), top, number)
    return ""


def compare(tree: ast.Module, new: ast.Module, top: int, number: int) -> None:
    """Equal apart from the docstring of one definition; the other statements by kind, place and length."""
    assert len(tree.body) == len(new.body)
    for n, (one, other) in enumerate(zip(tree.body, new.body, strict=True)):
        assert type(one) is type(other)
        if n != top:
            assert (one.end_lineno or 0) - one.lineno == (other.end_lineno or 0) - other.lineno
            assert (one.col_offset, one.end_col_offset) == (other.col_offset, other.end_col_offset)
    node = definitions(tree.body[top])[number]
    old_doc, new_doc = take_docstring(node), take_docstring(definitions(new.body[top])[number])
    try:
        assert ast.dump(tree.body[top]) == ast.dump(new.body[top])
        assert new_doc is not None
    finally:
        if old_doc is not None:
            node.body.insert(0, old_doc)


def run(files: list[Path], most_lines: int) -> tuple[int, Counter[str]]:
    done, refused, turn = 0, Counter[str](), 0
    replies = list(TEXTS.values())
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        if text.count("\n") > most_lines:
            continue
        if zlib.crc32(path.name.encode()) % 3 == 0 and "\r" not in text:
            text = text.replace("\n", "\r\n")
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError):
            continue
        starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
        for top, statement in enumerate(tree.body):
            for number in range(len(definitions(statement))):
                turn += 1
                reason = check_one(text, starts, tree, top, number, replies[turn % len(replies)])
                done += 1
                if reason:
                    refused[reason] += 1
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
