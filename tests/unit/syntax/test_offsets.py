"""Byte offsets of tree-sitter and code points of Python agree, whatever the text holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.syntax import Tree, parse
from lsp_server.syntax.tree import STEP

TEXTS = st.text(st.characters(exclude_categories=()), max_size=200) | st.lists(
    st.sampled_from(["a", "é", "日", "👍🏽", "\r\n", "\t", "\ud800", "x = 1\n"]), max_size=40
).map("".join)


def tree_of(text: str) -> Tree:
    tree = parse("python", text)
    assert tree is not None
    return tree


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_offsets_go_to_bytes_and_back(text: str) -> None:
    tree = tree_of(text)

    for offset in range(len(text) + 1):
        byte = tree.to_byte(offset)
        assert byte == len(text[:offset].encode("utf-8", "surrogatepass"))
        assert tree.to_offset(byte) == offset


@given(st.text(max_size=8), st.integers(0, 3 * STEP))
@settings(max_examples=50, deadline=None)
def test_offsets_hold_across_the_table(piece: str, at: int) -> None:
    text = ("é" + piece) * STEP
    at = min(at, len(text))
    tree = tree_of(text)

    assert tree.to_byte(at) == len(text[:at].encode("utf-8", "surrogatepass"))
    assert tree.to_offset(tree.to_byte(at)) == at


def test_spans_count_code_points_after_an_emoji_and_crlf() -> None:
    text = "s = '👍🏽é'\r\n\r\ndef f():\r\n\treturn '日'\r\n"
    tree = tree_of(text)

    (scope,) = tree.scopes()

    assert text[scope.span.start : scope.span.end] == "def f():\r\n\treturn '日'"
    assert text[scope.header.start : scope.header.end] == "def f():"
