"""What a refactored function does outside its arguments is compared, and what was hardly run is not called equal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lsp_server.verify.compare import Comparison, comparable, compare

HEAD = """from __future__ import annotations
import logging
import sys
import warnings
from collections import defaultdict

logger = logging.getLogger(__name__)
REGISTRY: dict[str, int] = {}
SEEN: list[str] = []
GROUPS: dict[str, list[int]] = defaultdict(list)
SIZES = {"small": 1, "large": 3}

def helper(name):
    print(name)

"""


async def check(tmp_path: Path, head: str, old: str, new: str) -> Comparison:
    """Compare the function `f` with the signature `head` and the body `old` with the body `new`."""
    root = tmp_path / "project"
    root.mkdir()
    before, after = (f"{HEAD}def f({head}:\n    {body}\n" for body in (old, new))
    (root / "words.py").write_text(before)
    return await compare(root, root / "words.py", before, after, "f", python=sys.executable)


NAME = "name: str, n: int) -> int"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("REGISTRY[name] = n; return n", "return n", "leaves REGISTRY as it was"),
        ("SEEN.append(name); return n", "SEEN.insert(0, name); SEEN.append(name); return n", "leaves SEEN"),
        ("GROUPS[name].append(n); return n", "GROUPS[name].append(n + 1); return n", "leaves GROUPS"),
        ("return n", "print('DEBUG', n); return n", "prints nothing and the new one prints 'DEBUG"),
        ("helper(name); return n", "return n", "prints nothing"),
        ("logger.info('odd %s', n); return n", "return n", "logs nothing"),
        ("warnings.warn('odd'); return n", "return n", "warns nothing"),
    ],
)
async def test_a_changed_effect_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    found = await check(tmp_path, NAME, old, new)

    assert found.equal is False and told in found.difference, found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("REGISTRY[name] = n; return len(REGISTRY)", "REGISTRY.update({name: n}); return len(REGISTRY)"),
        ("SEEN.append(name); return len(SEEN)", "SEEN.extend([name]); return len(SEEN)"),
        ("GROUPS[name].append(n); return n", "GROUPS[name] += [n]; return n"),
        ("return SIZES.get(name, 0)", "return SIZES[name] if name in SIZES else 0"),
        ("helper(name); return n", "helper(f'{name}'); return n"),
        ("logger.info('odd %s', n); return n", "logger.info(f'odd {n}'); return n"),
        ("warnings.warn(f'odd {n}'); return n", "warnings.warn('odd ' + str(n)); return n"),
    ],
)
async def test_an_equal_effect_is_no_difference(tmp_path: Path, old: str, new: str) -> None:
    found = await check(tmp_path, NAME, old, new)

    assert found.equal is True, found


async def test_the_new_code_may_not_depend_on_more_either(tmp_path: Path) -> None:
    found = await check(tmp_path, NAME, "return n", "return n * int(sys.maxsize > 0)")

    assert found.equal is None and "uses `sys`" in found.reason


def test_a_variable_may_be_called_like_a_module() -> None:
    assert comparable("def f(n: int) -> int:\n    time = n * 60\n    return time\n", "f") == ""


UNREACHED = [
    ("orders: list[dict]) -> list[int]", "return [{} for o in orders]", "o['n']['m'] + 1", "o['n']['m'] + 2"),
    ("cart: dict) -> int", "return {} if cart else 0", "cart['n']['m'] * 2", "cart['n']['m'] * 3"),
    (
        "text: str) -> int",
        "if not text.strip():\n        return 0\n    found = text.index(str(10**30))\n    return {}",
        "found + 1",
        "found + 2",
    ),
]


@pytest.mark.parametrize(("head", "body", "old", "new"), UNREACHED)
async def test_what_only_ran_until_it_raised_is_not_equal(
    tmp_path: Path, head: str, body: str, old: str, new: str
) -> None:
    found = await check(tmp_path, head, body.replace("{}", old), body.replace("{}", new))

    assert found.equal is None and "could not be made up" in found.reason, found


@pytest.mark.parametrize(
    ("head", "old", "new"),
    [
        (
            "n: int) -> int",
            "if n < 50:\n        raise ValueError(n)\n    return n",
            "if not n >= 50:\n        raise ValueError\n    return n",
        ),
        ("n: list[int]) -> int", "return max(n)", "return max(n[:])"),
        (
            "n: list[int]) -> int",
            "try:\n        return n[7]\n    except IndexError:\n        return 0",
            "return n[7] if len(n) > 7 else 0",
        ),
    ],
)
async def test_inputs_that_are_to_raise_are_no_reason(tmp_path: Path, head: str, old: str, new: str) -> None:
    found = await check(tmp_path, head, old, new)

    assert found.equal is True, found
