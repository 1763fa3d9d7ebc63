"""What a failing comparison is told as, with the real pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.verify.frameworks import FRAMEWORKS

CODE = """
def f(words):
    return {len(word): word for word in words}

def test_it():
    LONG = ["strawberry-%d" % n for n in range(9)]
    HERE
"""


@pytest.mark.parametrize(
    ("assertion", "words"),
    [
        ("assert f(['a']) == {2: 'a'}", "`f(['a'])` gives {1: 'a'}, and the test expects {2: 'a'}"),
        ("assert {2: 'a'} == f(['a']), 'no'", "`f(['a'])` gives {1: 'a'}, and the test expects {2: 'a'}"),
        ("found = f(['a'])\n    assert found == {}", "`found` gives {1: 'a'}, and the test expects {}"),
        (
            "assert f(LONG) == {11: 'strawberry-8', 12: 'strawberry-10', 13: 'cherry'}",
            "`f(LONG)` gives {12: 'strawberry-8'}, and the test expects "
            "{11: 'strawberry-8', 12: 'strawberry-10', 13: 'cherry'}",
        ),
        ("assert len(f(['a'])) == 3", "`len(f(['a']))` gives 1, and the test expects 3"),
        ("assert f([' == ']) == {}", "assert {4: ' == '} == {}"),
        ("assert f([])", "assert {} (where {} = f([]))"),
        ("assert f(['a'])[1] != 'a'", "assert 'a' != 'a'"),
        ("raise ValueError('no')", "ValueError: no"),
    ],
)
def test_a_failing_assertion_in_words(tmp_path: Path, assertion: str, words: str) -> None:
    """Long values whole: a model that was shown `['strawberry-0'...` could not know what to expect."""
    file = tmp_path / "test_it.py"
    file.write_text(CODE.replace("HERE", assertion))
    pytest_ = FRAMEWORKS["pytest"]

    done = subprocess.run(
        pytest_.command(tmp_path, file, sys.executable),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert [(r.name, r.passed, r.message) for r in pytest_.parse(done.stdout)] == [("test_it", False, words)]
