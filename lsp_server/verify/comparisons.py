"""A comparison that failed in pytest, in words: what the code gave, and what the test expected.

A small model does not know which side of `assert 6 == 7` it is to mend.
"""

from __future__ import annotations

import ast
import re

LONGEST = 240
"""Characters of a value that are told: what a comparison shows is in its first ones."""
STATEMENT = re.compile(r"^ {4}(assert .*)\n(?: +[\^~]+ *\n)?(?=E )", re.M)
EXPLAINED = re.compile(r"^E {1,4}(.*)$", re.M)


def told(failure: str) -> str:
    """The comparison in one pytest failure (`-vv --tb=short`), with the values found; "" where there is none.

    A message of the assertion's own would hide them.
    """
    lines = [line.strip().removeprefix("AssertionError: ") for line in EXPLAINED.findall(failure)]
    found = next((line for line in lines if line.startswith("assert ")), "")
    if not found:
        return ""
    where = next((line.lstrip("+ ") for line in lines if re.match(r"\+ +where ", line)), "")
    statement = STATEMENT.search(failure)
    words = _in_words(statement.group(1), found) if statement else ""
    if words:
        return words
    return f"{found[:LONGEST]} ({where[:LONGEST]})" if where else found[:LONGEST]


def _in_words(statement: str, found: str) -> str:
    """`assert f(1) == 3` and `assert 2 == 3` to "`f(1)` gives 2, and the test expects 3"; "" where that cannot be told."""
    sides = _sides(statement)
    values = found.removeprefix("assert ").split(" == ")
    if sides is None or len(values) != 2:
        return ""
    if not _calls(sides[0]) and _calls(sides[1]):
        sides, values = sides[::-1], values[::-1]
    code = ast.unparse(sides[0])
    return f"`{code[:LONGEST]}` gives {values[0][:LONGEST]}, and the test expects {values[1][:LONGEST]}"


def _sides(statement: str) -> list[ast.expr] | None:
    try:
        tree = ast.parse(statement)
    except SyntaxError:
        return None
    first = tree.body[0]
    if not (isinstance(first, ast.Assert) and isinstance(first.test, ast.Compare)):
        return None
    compare = first.test
    return [compare.left, *compare.comparators] if [*map(type, compare.ops)] == [ast.Eq] else None


def _calls(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))
