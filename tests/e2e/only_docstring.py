"""Exit with 0 when NEW is OLD with a docstring of FUNCTION and nothing else: `only_docstring.py OLD NEW FUNCTION`."""

from __future__ import annotations

import ast
import sys
from itertools import takewhile
from pathlib import Path


def function_in(tree: ast.Module, name: str) -> ast.FunctionDef:
    return next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)


def common_start(one: bytes, other: bytes) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def main(old_path: str, new_path: str, name: str) -> None:
    old, new = Path(old_path).read_bytes(), Path(new_path).read_bytes()
    before = common_start(old, new)
    after = common_start(old[before:][::-1], new[before:][::-1])
    assert before + after == len(old), "bytes of the old text are missing"

    tree, expected = ast.parse(new), ast.parse(old)
    function = function_in(tree, name)
    assert ast.get_docstring(function), f"{name} has no docstring"
    assert ast.get_docstring(function_in(expected, name)) is None
    del function.body[0]
    assert ast.dump(tree) == ast.dump(expected), "the code differs beyond the docstring"


if __name__ == "__main__":
    main(*sys.argv[1:])
