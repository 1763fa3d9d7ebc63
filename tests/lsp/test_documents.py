"""Documents as editors hold them: UTF-16 columns, every line end, strange characters, and files that are no code."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_server import protocol
from tests.lsp.asking import CURSOR, PARSE, at, run_params
from tests.lsp.conftest import Client

STRANGE = ["a", "é", "😀", "\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\t"]


async def selection(client: Client, uri: str, range_: lsp.Range, version: int = 1) -> protocol.RunResult:
    await client.script(["Text."])
    return await client.ask(protocol.RUN, run_params(uri, "explain", range_, version))


async def test_an_emoji_before_the_selection_moves_nothing(extension: Client, workspace: Path) -> None:
    text = 'x = "😀😀"; y = 1\nz = 2\n'
    uri = extension.open(workspace / "a.py", text)

    result = await selection(extension, uri, at(0, 12, 0, 17))

    assert result.range == at(0, 0, 0, 17)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_docstring_keeps_the_line_ends(extension: Client, workspace: Path, end: str) -> None:
    text = PARSE.replace("\n", end)
    uri = extension.open(workspace / "a.py", text)
    await extension.script(["Split a header line.\n\nInto two."])

    result = await extension.ask(protocol.RUN, run_params(uri, "docstring"))

    assert result.proposal is not None, result.refused
    assert result.proposal.new_text.replace(end, "").count("\r") == 0
    assert result.proposal.new_text.count("\n") == result.proposal.new_text.count(end)


async def test_random_edits_keep_both_sides_equal(extension: Client, workspace: Path) -> None:
    """pygls alone splits lines at form feeds and U+2028 too, and then puts edits into the wrong place."""
    seeded = random.Random(7)
    text = "def f():\n    return 1\n"
    uri = extension.open(workspace / "a.py", text)
    for version in range(2, 202):
        start, end = sorted(seeded.choices(range(len(text) + 1), k=2))
        start, end = (_not_inside_line_end(text, offset) for offset in (start, min(end, start + 6)))
        new = "".join(seeded.choices(STRANGE, k=seeded.randrange(5)))
        extension.type_text(uri, version, lsp.Range(_position(text, start), _position(text, end)), new)
        text = text[:start] + new + text[end:]
    marker = "\ndef end():\n    return 2\n"
    extension.type_text(uri, 202, lsp.Range(_position(text, len(text)), _position(text, len(text))), marker)
    last = _position(text + marker, len(text) + len("\ndef e"))
    await extension.script(["Close the file."])

    result = await extension.ask(protocol.RUN, run_params(uri, "docstring", lsp.Range(last, last), 202))

    assert result.proposal is not None, result.refused
    assert result.proposal.new_text.startswith(text)


async def test_a_file_of_5_mb_is_documented_at_its_end(extension: Client, workspace: Path) -> None:
    text = "# Prüft 😀\r\nvalue = 1\r\n" * 200_000 + PARSE.replace("\n", "\r\n")
    assert len(text.encode()) > 5_000_000
    uri = extension.open(workspace / "a.py", text)
    name = _position(text, text.rindex("def ") + 4)
    await extension.script(["Split a header line."])

    result = await extension.ask(protocol.RUN, run_params(uri, "docstring", lsp.Range(name, name)))

    assert result.proposal is not None, result.refused
    assert '"""Split a header line."""\r\n' in result.proposal.new_text[-len(PARSE) - 100 :]


async def test_tabs_stay_tabs_where_only_a_name_is_selected(extension: Client, workspace: Path) -> None:
    text = "class A:\n\tdef parse(self, line):\n\t\tif line:\n\t\t\treturn line.split()\n"
    uri = extension.open(workspace / "a.py", text)
    await extension.script(["Split a line."])

    result = await extension.ask(protocol.RUN, run_params(uri, "docstring", at(1, 5, 1, 10)))

    assert result.proposal is not None, result.refused
    assert result.proposal.new_text == text.replace("\t\tif", '\t\t"""Split a line."""\n\t\tif')


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is empty"), ("\0\1\2", "binary"), ("x = 1\n" * 1_700_000, "too large")],
    ids=["empty", "binary", "10 MB"],
)
async def test_what_is_no_code_is_refused_with_a_sentence(
    extension: Client, workspace: Path, text: str, words: str
) -> None:
    uri = extension.open(workspace / "a.py", text)

    with pytest.raises(JsonRpcException, match=words):
        await extension.ask(protocol.RUN, run_params(uri, "explain", at(0, 0)))


async def test_a_closed_document_is_refused_with_a_sentence(extension: Client, workspace: Path) -> None:
    with pytest.raises(JsonRpcException, match="not open"):
        await extension.ask(protocol.RUN, run_params((workspace / "no.py").as_uri(), "explain", CURSOR))


def _position(text: str, offset: int) -> lsp.Position:
    """As an editor counts: only LF, CRLF and CR end a line; columns in UTF-16 units."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    column = before.rpartition("\n")[2]
    return lsp.Position(before.count("\n"), len(column.encode("utf-16-le")) // 2)


def _not_inside_line_end(text: str, offset: int) -> int:
    return offset - 1 if text[offset - 1 : offset + 1] == "\r\n" else offset
