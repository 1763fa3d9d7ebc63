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

    assert found.equal is True and found.compared > 1000


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

    assert found.equal is False and "the new one does not end" in found.difference


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


RECORDS = """from __future__ import annotations
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Callable, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

class Kind(Enum):
    A = "a"
    B = "b"

@dataclass
class Item:
    kind: Kind
    price: int
    tags: list[str]

def total(items: Iterable[Item], *, above: int = 250) -> int:
    return sum(item.price for item in items if item.price > above)

def first(items: Iterator[T], wanted: Callable[[T], bool]) -> T | None:
    for item in items:
        if wanted(item):
            return item
    return None

def cheaper(item: Item, by: int) -> Item:
    return Item(item.kind, item.price - by, list(item.tags))

def minutes(text: str) -> int:
    found = re.fullmatch(r"(\\d\\d):(\\d\\d)", text)
    if not found or int(found[1]) > 23:
        raise ValueError(text)
    return int(found[1]) * 60 + int(found[2])

def many(*words: str, sep: str = ", ") -> str:
    return sep.join(words)

def evens(limit: int) -> Iterator[int]:
    return iter(range(0, limit, 2))
"""


@pytest.mark.parametrize(
    ("function", "old", "equal", "changed"),
    [
        ("total", "item.price > above", "not item.price <= above", "item.price >= above"),
        ("first", "wanted(item)", "wanted(item) is True", "not wanted(item)"),
        ("first", "    return None\n\ndef ch", "    return\n\ndef ch", "    return 0\n\ndef ch"),
        ("cheaper", "list(item.tags)", "item.tags[:]", "item.tags or ['none']"),
        ("minutes", "> 23", ">= 24", "> 24"),
        ("many", "sep.join(words)", "sep.join([*words])", "sep.join(reversed(words))"),
        ("evens", "iter(range(0, limit, 2))", "(n for n in range(0, limit, 2))", "iter(range(0, limit - 1, 2))"),
    ],
)  # fmt: skip
async def test_values_of_many_types_are_made(
    tmp_path: Path, function: str, old: str, equal: str, changed: str
) -> None:
    assert old in RECORDS

    same = await check(tmp_path / "1", RECORDS, RECORDS.replace(old, equal), function)
    other = await check(tmp_path / "2", RECORDS, RECORDS.replace(old, changed), function)

    assert same.equal is True, same
    assert other.equal is False, other


async def test_an_argument_handed_back_instead_of_a_copy_is_a_difference(tmp_path: Path) -> None:
    old = "def f(a: list[int]) -> list[int]:\n    return sorted(a) if a != sorted(a) else list(a)\n"

    found = await check(tmp_path, old, old.replace("list(a)", "a"), "f")

    assert found.equal is False and "the caller's own object" in found.difference


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("written", "open({!r}, 'w').close()"),
        ("written.py", "open({!r}, 'w').close()"),
        ("written.py", "__import__('io').open({!r}, 'ab').close()"),
        ("written.so", "__import__('os').open({!r}, __import__('os').O_CREAT)"),
        ("written.pyc", "__import__('pathlib').Path({!r}).write_text('x')"),
    ],
)
async def test_a_helper_that_writes_files_is_stopped_before_it_does(
    tmp_path: Path, name: str, write: str
) -> None:
    """Files called like code were let through, since imports read them."""
    marker = tmp_path / name
    helper = f"def helper(n):\n    {write.format(str(marker))}\n    return n\n"
    old = helper + "def f(n: int) -> int:\n    return helper(n)\n"

    found = await check(tmp_path, old, old.replace("return helper(n)", "return helper(n) + 0"), "f")

    assert found.equal is None and "more than its arguments" in found.reason
    assert not marker.exists()


async def test_an_existing_file_of_code_is_not_changed(tmp_path: Path) -> None:
    marker = tmp_path / "code.py"
    marker.write_text("kept")
    old = f"def helper(n):\n    open({str(marker)!r}, 'r+').write('x')\n    return n\n"
    old += "def f(n: int) -> int:\n    return helper(n)\n"

    found = await check(tmp_path, old, old.replace("return helper(n)", "return helper(n) + 0"), "f")

    assert "more than its arguments" in found.reason
    assert marker.read_text() == "kept"


async def test_a_function_may_import(tmp_path: Path) -> None:
    old = "def f(n: int) -> int:\n    import colorsys, wave\n    return n + 1\n"

    found = await check(tmp_path, old, old.replace("n + 1", "1 + n"), "f")

    assert found.equal is True


async def test_a_function_that_only_ever_raised_is_not_called_equal(tmp_path: Path) -> None:
    old = "def f(n: int) -> int:\n    if n != 123456789:\n        raise ValueError\n    return n\n".replace(
        "123456789", "int('987654321')"
    )

    found = await check(tmp_path, old, old.replace("return n", "return n + 1"), "f")

    assert found.equal is None and "raises an error" in found.reason


async def test_rounding_of_sums_is_no_difference_and_a_whole_number_may_be_a_float(tmp_path: Path) -> None:
    old = "def f(a: list[float]) -> float:\n    return sum(a)\n"
    new = "import math\ndef f(a: list[float]) -> float:\n    return math.fsum(a)\n"

    found = await check(tmp_path, old, new, "f")

    assert found.equal is True


async def test_a_call_that_takes_long_says_nothing(tmp_path: Path) -> None:
    old = "def f(a: int) -> int:\n    n = 0\n    while n < 10**12:\n        n += 1\n    return a\n"

    found = await check(tmp_path, old, old.replace("return a", "return a + 1"), "f")

    assert found.equal is None and "too long" in found.reason


async def test_a_module_may_be_called_like_one_of_the_standard_library(tmp_path: Path) -> None:
    root, text = tmp_path / "project", "def f(a: int) -> int:\n    return a + 1\n"
    root.mkdir()
    (root / "numbers.py").write_text(text)

    found = await compare(
        root, root / "numbers.py", text, text.replace("+ 1", "- 1"), "f", python=sys.executable
    )

    assert found.equal is False
