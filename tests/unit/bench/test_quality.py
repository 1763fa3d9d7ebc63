"""The judge of the quality bench sees what is wrong with an edit, by means of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import judge
from bench.cases import Case, load_cases
from bench.meanings import meaning
from bench.quality import CASES, in_time
from bench.quality_rows import PROMISED, Row, reasons, summarise, worse
from bench.seeded import refactors
from bench.wrong_versions import wrong_versions

CLAMP = """def clamp(value, low, high):
    if value < low:
        return low
    return min(value, high)
"""


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("python", "x = 1\n", "x = (1\n", False),
        ("python", "x = 1\n", "x = 2\n", True),
        (
            "python",
            "from __future__ import annotations\n",
            "x = 1\nfrom __future__ import annotations\n",
            False,
        ),
        ("typescript", "let a = 1;\n", "let a = ;\n", False),
        ("go", "package a\n", "package a\n\nfunc f() {}\n", True),
        ("java", "class A {}\n", "class A {\n", False),
        ("rust", "fn f() {", "fn f() {", True),
        ("cpp", "int a;\n", "int a\n", False),
    ],
)
def test_a_syntax_error_that_was_not_there_is_seen(language: str, old: str, new: str, expected: bool) -> None:
    assert judge.parses(language, old, new) is expected


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("python", "def f(a):\n    return a\n", 'def f(a):\n    """Doc."""\n    return a\n', True),
        ("python", "def f(a):\n    return a\n", 'def f(a):\n    """Doc."""\n    return a + 0\n', False),
        ("rust", "fn f() {}\n", "/// Doc.\nfn f() {}\n", True),
        ("rust", "fn f() {}\n", "/// Doc.\nfn g() {}\n", False),
        ("typescript", "let a = 1;\n", "/** Doc. */\nlet a = 1;\n", True),
    ],
)
def test_documentation_that_changes_code_is_seen(language: str, old: str, new: str, expected: bool) -> None:
    assert judge.code_unchanged(language, old, new) is expected


def test_a_lost_line_outside_the_selection_is_seen() -> None:
    old = "import a\n\ndef f():\n    pass\n\nb = 1\n"
    start, end = old.index("def"), old.index("b = 1")

    assert judge.outside_unchanged(old, old.replace("pass", "return 1"), start, end)
    assert not judge.outside_unchanged(old, old.replace("b = 1", ""), start, end)


def test_a_new_finding_is_seen_and_an_old_one_is_not_held_against_the_edit() -> None:
    old = "import os\n\n\ndef f():\n    return 1\n"

    assert judge.adds_no_finding("python", old, old.replace("return 1", "return 2"))
    assert not judge.adds_no_finding("python", old, old.replace("return 1", "return y"))
    assert judge.adds_no_finding("go", "package a\n", "package b\n") is None


def test_tests_are_run_in_a_copy_and_wrong_versions_with_them(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "numbers_.py").write_text(CLAMP)
    file = project / "test_numbers_.py"
    good = "from numbers_ import clamp\n\n\ndef test_it():\n    assert clamp(-1, 0, 5) == 0 and clamp(9, 0, 5) == 5\n"

    assert judge.green(project, file, good, "pytest") is True
    assert judge.green(project, file, good.replace("== 5", "== 6"), "pytest") is False
    assert judge.green(project, file, good, "Catch2") is None
    noticed, versions = judge.killed(project, file, good, project / "numbers_.py", "clamp")
    assert 0 < noticed <= versions and not file.exists()


def test_wrong_versions_are_wrong_in_one_thing() -> None:
    found = wrong_versions(CLAMP, "clamp")

    assert len(found) == len(set(found)) == 3
    assert any("value <= low" in text for text in found) and any("return None" in text for text in found)


def row(action: str, **values: object) -> Row:
    return Row("a.py:f", action, 1.0, 10, bool(values.pop("shown", True)), False, **values)  # type: ignore[arg-type]


def test_shares_are_of_what_they_apply_to_and_what_got_worse_is_named() -> None:
    rows = [
        row("explain", mentions=True),
        row("docstring", parses=True, code_unchanged=True),
        row("refactor", shown=False, refused="The proposed code does not parse: line 4 is wrong."),
        row("refactor", shown=False, refused="The proposed code does not parse: line 9 is wrong."),
    ]

    figures = {measure.key: measure.value for measure in summarise(rows)}

    assert figures["shown_edits_parse_share"] == 1.0 and figures["refused_share"] == 0.667
    assert figures["refused_without_reason_share"] == 0.0 and "delivered_tests_green_share" not in figures
    assert "delivered_tests_green_share" in PROMISED
    assert reasons(rows) == [("refactor: The proposed code does not parse", 2)]
    assert worse({**figures, "refused_share": 0.3}, figures) == [
        "WORSE  refused_share: 0.3 in the baseline, 0.667 now"
    ]


def test_each_action_has_the_shares_of_its_own() -> None:
    rows = [
        row("docstring", parses=True, no_finding=True, code_unchanged=True),
        row("refactor", parses=False, no_finding=True, rest_kept=True),
        row("refactor", shown=False, refused="No."),
        row("tests", parses=True, tests_run=True, tests_green=True, killed=1, mutants=4),
    ]

    figures = {measure.key: measure.value for measure in summarise(rows)}

    assert figures["docstring_parse_share"] == figures["docstring_code_kept_share"] == 1.0
    assert figures["refactor_parse_share"] == 0.0 and figures["refactor_refused_share"] == 0.5
    assert figures["tests_green_share"] == 1.0 and figures["tests_mutants_killed_share"] == 0.25
    assert all(meaning(key) for key in figures), [key for key in figures if not meaning(key)]


async def test_a_run_that_has_not_ended_in_time_is_left() -> None:
    """--quick only began no run after 4.4 minutes, and so took more than five."""
    never = asyncio.Event()
    jobs = [(case, "tests") for case in load_cases(CASES)[:3]]
    first = jobs[0][0]

    async def row_of(case: Case, action: str) -> Row:
        if case is not first:
            await never.wait()
        return row(action)

    end = time.monotonic() + 0.2
    rows = [row async for row in in_time(jobs, row_of, end, end)]

    assert len(rows) == 1 and len(jobs) == 2


def test_the_seeded_refactors_are_fifty_pairs_that_parse() -> None:
    found = refactors()

    assert len(found) == 100 and sum(r.kind == "changed" for r in found) == 50
    for refactor in found:
        compile(refactor.reply.strip("`").removeprefix("python\n"), refactor.function, "exec")


def test_the_seeded_bench_says_what_it_found() -> None:
    command = [sys.executable, "-m", "bench", "seeded", "--only", "arithmetic.gcd"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert '"seeded_caught_share": 1.0, "false_alarm_share": 0.0' in done.stdout.splitlines()[-1]
