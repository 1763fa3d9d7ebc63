"""What a refactored function gives is compared to the last part: its state, what it shares, and what it only names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lsp_server.verify.compare import Comparison, compare

HEAD = """from __future__ import annotations
import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

class User:
    def __init__(self, id: int, name: str):
        self.id, self.name = id, name

    def __eq__(self, other):
        return isinstance(other, User) and self.id == other.id

    def __hash__(self):
        return hash(self.id)

    @cached_property
    def title(self):
        return self.name.strip()

@dataclass
class Stats:
    mean: float

def double(n):
    return n * 2

def half(n):
    return n / 2

"""


async def check(tmp_path: Path, old: str, new: str) -> Comparison:
    """Compare `f` with the lines `old` and with `new`."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "words.py").write_text(HEAD + old)
    return await compare(root, root / "words.py", HEAD + old, HEAD + new, "f", python=sys.executable)


@pytest.mark.parametrize(
    ("head", "old", "new"),
    [
        ("n: int) -> Callable[[int], int]", "lambda x: x + n", "lambda x: x - n"),
        ("n: int) -> Callable[[int], int]", "partial(lambda x: x + n)", "partial(lambda x: x - n)"),
        ("n: int) -> Callable[[int], int]", "double", "lambda x: 2 * x"),
        ("n: int) -> list[type]", "[type('A', (), {'n': n})]", "[type('A', (), {'n': n + 1})]"),
    ],
)
async def test_functions_made_in_a_call_are_not_passed_off_as_equal(
    tmp_path: Path, head: str, old: str, new: str
) -> None:
    found = await check(tmp_path, f"def f({head}:\n    return {old}\n", f"def f({head}:\n    return {new}\n")

    assert found.equal is None, found


@pytest.mark.parametrize(
    ("head", "old", "new"),
    [
        ("n: int) -> Exception", "ValueError(n)", "ValueError('x')"),
        ("n: int) -> Callable[[int], int]", "partial(pow, n)", "partial(divmod, n)"),
        ("n: int) -> Callable[[int], int]", "double", "half"),
        ("w: int, h: int) -> list[list[int]]", "[[0] * w for _ in range(h)]", "[[0] * w] * h"),
        ("a: list[list[int]]) -> list[list[int]]", "copy.deepcopy(a)", "list(a)"),
        ("a: list[int]) -> dict[str, list[int]]", "{'a': list(a)}", "{'a': a}"),
        ("u: User) -> User", "setattr(u, 'name', u.name.strip()) or u", "u"),
    ],
)
async def test_a_changed_value_is_found(tmp_path: Path, head: str, old: str, new: str) -> None:
    found = await check(tmp_path, f"def f({head}:\n    return {old}\n", f"def f({head}:\n    return {new}\n")

    assert found.equal is False and found.difference.startswith("for "), found


@pytest.mark.parametrize(
    ("head", "old", "new"),
    [
        ("n: int) -> Exception", "ValueError(f'{n}')", "ValueError(str(n))"),
        ("n: int) -> Callable[[int], int]", "partial(double, n)", "partial(double, *[n])"),
        ("n: int) -> Callable[[int], int]", "double", "(double)"),
        ("w: int, h: int) -> list[list[int]]", "[[0] * w for _ in range(h)]", "[w * [0] for _ in range(h)]"),
        ("a: list[list[int]]) -> list[list[int]]", "list(a)", "[*a]"),
        ("a: list[list[int]]) -> list[list[int]]", "copy.deepcopy(a)", "[list(b) for b in a]"),
        ("u: User) -> str", "u.name.strip()", "u.title"),
        ("x: list[float]) -> Stats", "Stats(sum(x))", "Stats(sum(reversed(x)))"),
    ],
)
async def test_an_equal_value_is_no_difference(tmp_path: Path, head: str, old: str, new: str) -> None:
    found = await check(tmp_path, f"def f({head}:\n    return {old}\n", f"def f({head}:\n    return {new}\n")

    assert found.equal is True, found


async def test_objects_that_know_each_other_are_compared(tmp_path: Path) -> None:
    node = "class Node:\n    def __init__(self, n: int):\n        self.n, self.up = n, self\n\n"
    old = node + "def f(n: int) -> Node:\n    return Node(n)\n"

    found = await check(tmp_path, old, old.replace("return Node(n)", "return Node(+n)"))

    assert found.equal is True, found
