"""Tests of the project that touch a function are found by reading, and run before and after an edit of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.verify.pipeline import verify
from lsp_server.verify.project_tests import compare_tests, touching
from lsp_server.verify.verdict import Permission, Verdict

SOURCE = """def clamp(value, low, high):
    return max(low, min(value, high))


def other(value):
    return value
"""
TESTS = """import pytest
from shop.numbers import clamp, other


def test_inside():
    assert clamp(5, 0, 10) == 5


def test_above():
    assert clamp(11, 0, 10) == 10


def test_other():
    assert other(1) == 1


def test_wrong_already():
    assert clamp(5, 0, 10) == 6
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "conftest.py").write_text("")
    (root / "shop" / "__init__.py").write_text("")
    (root / "shop" / "numbers.py").write_text(SOURCE)
    (root / "tests" / "test_numbers.py").write_text(TESTS)
    return root


async def judge(root: Path, old: str, new: str, *, run_code: bool = True, keep: bool = True) -> Verdict:
    path = root / "shop" / "numbers.py"
    document = Document(path.as_uri(), "shop/numbers.py", "python", SOURCE)
    at = SOURCE.index(old)
    change = Replacement(Span(at, at + len(old)), new)
    proposal = Proposal("replace", document.uri, SOURCE, (change,), "Change of `clamp`")
    return await verify(
        proposal,
        document,
        Span(0, SOURCE.index("def other")),
        framework="",
        keep_behaviour=keep,
        permission=Permission(root, trusted=True, run_code=run_code, python=sys.executable),
        report=lambda sentence: None,
    )


def checks(verdict: Verdict) -> dict[str, tuple[bool | None, str]]:
    return {check.name: (check.ok, check.detail) for check in verdict.proposal.checks}


async def test_the_tests_that_use_the_function_pass_and_it_is_said(project: Path) -> None:
    verdict = await judge(project, "max(low, min(value, high))", "min(max(value, low), high)")

    assert not verdict.problem
    assert checks(verdict)["the project's tests"] == (True, "2 that use `clamp` pass")


async def test_a_test_that_fails_after_the_edit_refuses_it_by_name(project: Path) -> None:
    verdict = await judge(project, "max(low, min(value, high))", "max(low, value)")

    assert verdict.problem.startswith(
        "a test of the project fails: `test_above` in tests/test_numbers.py passed before"
    )
    assert (
        "gives 11, and the test expects 10" in verdict.problem and "test_wrong_already" not in verdict.problem
    )


async def test_a_change_that_was_asked_for_is_told_but_not_refused(project: Path) -> None:
    verdict = await judge(project, "max(low, min(value, high))", "max(low, value)", keep=False)

    ok, detail = checks(verdict)["the project's tests"]
    assert not verdict.problem and ok is None and "`test_above`" in detail


async def test_without_consent_no_test_of_the_project_is_run(project: Path) -> None:
    (project / "tests" / "test_numbers.py").write_text(f"open({str(project / 'ran')!r}, 'w')\n" + TESTS)

    verdict = await judge(project, "max(low, min(value, high))", "max(low, value)", run_code=False)

    assert not (project / "ran").exists() and "the project's tests" not in checks(verdict)


async def test_where_no_test_uses_the_function_it_is_said(project: Path) -> None:
    (project / "tests" / "test_numbers.py").write_text(
        "from shop.numbers import other\n\n\ndef test_o():\n    pass\n"
    )

    verdict = await judge(project, "max(low, min(value, high))", "min(max(value, low), high)")

    assert checks(verdict)["the project's tests"] == (None, "no test of the project uses `clamp`")


@pytest.mark.parametrize(
    ("language", "source", "test", "text", "expected"),
    [
        ("python", "a.py", "test_a.py", "import unittest\nfrom a import clamp\nclass T(unittest.TestCase):\n"
         "    def test_x(self): clamp(1)\n    def test_y(self): pass\n", ("unittest", {"T::test_x"})),
        ("python", "a.py", "test_a.py", "from unittest.mock import patch\nfrom a import clamp\nclass TestIt:\n"
         "    def test_x(self): clamp(1)\n", ("pytest", {"TestIt::test_x"})),
        ("python", "a.py", "tests/test_z.py", "from a import clamp\n@fixture\ndef made(): return clamp(1)\n"
         "def test_x(made): assert made\n", ("pytest", {"test_x"})),
        ("python", "a.py", "test_b.py", "from b import trim\ndef test_x(): assert 'clamp'\n", None),
        ("typescript", "a.ts", "a.test.ts", "import { clamp } from './a';\nimport { test } from 'vitest';\n"
         "test('low', () => { clamp(1) });\ntest('none', () => {});\n", ("vitest", {"low"})),
        ("go", "a.go", "a_test.go", "package a\n\nfunc TestLow(t *testing.T) {\n\tclamp(1)\n}\n", ("go test", {"TestLow"})),
        ("rust", "src/a.rs", "src/a.rs", "fn clamp() {}\nfn other() { clamp() }\n#[cfg(test)]\nmod tests {\n"
         "    use super::*;\n    #[test]\n    fn low() { clamp(); }\n}\n", ("cargo", {"tests::low"})),
    ],
)  # fmt: skip
def test_touching_tests_are_found_in_every_language(
    tmp_path: Path, language: str, source: str, test: str, text: str, expected: tuple[str, set[str]] | None
) -> None:
    for name, content in ((source, "clamp"), (test, text)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)

    found = touching(tmp_path, tmp_path / source, language, "clamp")

    assert [(t.framework, set(t.names)) for t in found] == ([expected] if expected else [])


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
async def test_a_javascript_test_that_fails_after_the_edit_is_named(tmp_path: Path) -> None:
    old = "export function clamp(v, low, high) { return Math.max(low, Math.min(v, high)); }\n"
    (tmp_path / "a.mjs").write_text(old)
    (tmp_path / "a.test.mjs").write_text(
        "import assert from 'node:assert';\nimport test from 'node:test';\nimport { clamp } from './a.mjs';\n"
        "test('below', () => { assert.equal(clamp(-1, 0, 5), 0); });\n"
        "test('above', () => { assert.equal(clamp(9, 0, 5), 5); });\n"
    )

    found = await compare_tests(
        tmp_path,
        tmp_path / "a.mjs",
        "javascript",
        old,
        old.replace("Math.max(low, ", "(0, "),
        "clamp",
        python="",
    )

    assert found.passed == 1 and len(found.broken) == 1
    assert found.broken[0].startswith("`below` in a.test.mjs passed before")


async def test_when_the_time_runs_out_nothing_is_said_of_the_edit(project: Path) -> None:
    """A busy machine must not accuse an edit."""
    (project / "tests" / "test_numbers.py").write_text(
        TESTS + "\n\nimport threading\nthreading.Event().wait()\n"
    )
    path = project / "shop" / "numbers.py"

    found = await compare_tests(
        project, path, "python", SOURCE, SOURCE, "clamp", python=sys.executable, seconds=1.0
    )

    assert not found.broken and found.reason == "the project's tests take over 1 s"


async def test_a_test_that_fails_now_and_then_accuses_nobody(project: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    flaky = (
        "from pathlib import Path\nfrom shop.numbers import clamp\n\n\n"
        f"def test_flaky():\n    count = Path({str(count)!r})\n"
        "    n = len(count.read_text()) if count.exists() else 0\n    count.write_text('x' * (n + 1))\n"
        "    assert n != 1 and clamp(1, 0, 2) == 1\n"
    )
    (project / "tests" / "test_numbers.py").write_text(flaky)
    path = project / "shop" / "numbers.py"

    found = await compare_tests(project, path, "python", SOURCE, SOURCE, "clamp", python=sys.executable)

    assert len(count.read_text()) == 4 and found.passed == 1 and not found.broken
