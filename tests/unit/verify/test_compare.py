"""A refactored function that behaves differently is found with the input that shows it; an equal one is not accused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lsp_server.verify.compare import comparable, compare

OLD = '''from collections.abc import Sequence


def longest(words: Sequence[str], limit: int = 10) -> str:
    """The first longest word that is not over the limit."""
    best = ""
    for word in words:
        if len(word) > len(best) and len(word) <= limit:
            best = word
    return best
'''
EQUAL = OLD.replace("if len(word) > len(best) and len(word) <= limit:", "if len(best) < len(word) <= limit:")


async def check(tmp_path: Path, old: str, new: str, function: str):
    root = tmp_path / "project"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg" / "__init__.py").write_text("")
    (root / "pkg" / "words.py").write_text(old)
    before = {p: p.read_bytes() for p in root.rglob("*.py")}

    found = await compare(root, root / "pkg/words.py", old, new, function, python=sys.executable)

    assert {p: p.read_bytes() for p in root.rglob("*.py")} == before
    return found


async def test_equal_behaviour_is_told(tmp_path: Path) -> None:
    found = await check(tmp_path, OLD, EQUAL, "longest")

    assert found.equal is True and found.compared == 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> len(best)", ">= len(best)"),
        ("<= limit", "< limit"),
        ("return best", "return best or None"),
        ('best = ""', 'best = " "'),
        ("best = word\n", "best = word\n            break\n"),
    ],
)
async def test_a_change_of_behaviour_is_shown_with_its_input(tmp_path: Path, old: str, new: str) -> None:
    found = await check(tmp_path, OLD, OLD.replace(old, new), "longest")

    assert found.equal is False
    assert found.difference.startswith("for words=[") and "the old code gives" in found.difference


async def test_a_changed_argument_counts_as_behaviour(tmp_path: Path) -> None:
    old = "def top(a: list[int]) -> int:\n    return max(a)\n"
    new = "def top(a: list[int]) -> int:\n    a.sort()\n    return a[-1]\n"

    found = await check(tmp_path, old, new, "top")

    assert found.equal is False


async def test_the_kind_of_error_counts_but_not_its_words(tmp_path: Path) -> None:
    old = "def f(a: int) -> float:\n    if a == 0:\n        raise ValueError('zero')\n    return 1 / a\n"

    renamed = await check(tmp_path / "1", old, old.replace("'zero'", "'nought'"), "f")
    other = await check(tmp_path / "2", old, old.replace("ValueError", "KeyError"), "f")

    assert renamed.equal is True and other.equal is False


async def test_an_endless_refactor_is_a_difference(tmp_path: Path) -> None:
    old = "def f(a: int) -> int:\n    return a\n"
    new = "def f(a: int) -> int:\n    while a == 7:\n        pass\n    return a\n"

    found = await check(tmp_path, old, new, "f")

    assert found.equal is False and "Timeout" in found.difference


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f(a: int) -> int:\n    print(a)\n    return a\n", "uses `print`"),
        ("import random\ndef f(a: int) -> float:\n    return random.random()\n", "uses `random`"),
        ("class A:\n    def f(self): ...\n", "not one function at the top level"),
    ],
)
def test_what_cannot_be_compared_is_said(source: str, words: str) -> None:
    assert words in comparable(source, "f")


async def test_an_untyped_function_is_not_passed_off_as_equal(tmp_path: Path) -> None:
    found = await check(tmp_path, "def f(a):\n    return a\n", "def f(a):\n    return a + 1\n", "f")

    assert found.equal is None and "no type" in found.reason
