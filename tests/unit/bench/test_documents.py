"""The files that are made up for measuring: two shapes, the same edits."""

from __future__ import annotations

import ast

import pytest

from bench.documents import typing
from bench.scale import CLASS, FUNCTIONS, Shape

SHAPES = pytest.mark.parametrize("shape", [FUNCTIONS, CLASS], ids=["functions", "class"])


@SHAPES
def test_a_file_is_as_long_as_asked_and_parses(shape: Shape) -> None:
    text = shape.text(1_000)

    ast.parse(text)
    assert 900 <= text.count("\n") <= 1_000


@SHAPES
def test_what_is_typed_parses_but_where_a_bracket_is_open(shape: Shape) -> None:
    for typed in typing(shape.text(200), 6, seed=1, indent=shape.indent):
        try:
            ast.parse(typed.text)
            parses = True
        except SyntaxError:
            parses = False
        assert parses == typed.parses


def test_the_files_are_the_same_each_time() -> None:
    assert CLASS.text(100) == CLASS.text(100)
