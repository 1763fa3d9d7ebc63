"""Generated tests are run in a copy, judged against mutants, and the project stays as it was."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.syntax.tree import parse
from lsp_server.verify.framework_output import TestResult
from lsp_server.verify.frameworks import FRAMEWORKS, folder_of
from lsp_server.verify.generated_tests import TestReport, run_tests
from lsp_server.verify.mutants import mutants
from lsp_server.verify.sandbox import Limits
from lsp_server.verify.tests_in_text import drop_tests, test_names

CLAMP = """def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
"""

TESTS = """from shop.numbers import clamp


def test_inside():
    assert clamp(5, 0, 10) == 5


def test_below():
    assert clamp(-1, 0, 10) == 0


def test_wrong():
    assert clamp(11, 0, 10) == 11


def test_weak():
    assert clamp is not None
"""


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").write_text("")
    (root / "shop" / "numbers.py").write_text(CLAMP)
    return root


async def test_a_python_file_is_run_and_judged_against_mutants(project: Path) -> None:
    before = snapshot(project)
    target = Document("file:///x", "shop/numbers.py", "python", CLAMP)

    report = await run_tests(
        target,
        Span(0, len(CLAMP)),
        root=project,
        target_path=project / "shop/numbers.py",
        test_path=project / "tests/test_numbers.py",
        test_text=TESTS,
        own=frozenset(),
        framework="pytest",
        python=sys.executable,
        report=lambda text: None,
    )

    assert report.passed == ("test_inside", "test_below", "test_weak")
    assert [(r.name, r.message) for r in report.failed] == [
        ("test_wrong", "`clamp(11, 0, 10)` gives 10, and the test expects 11")
    ]
    assert report.weak == ("test_weak",)
    assert 0 < report.killed <= report.mutants
    assert snapshot(project) == before
    assert report.summary(1).startswith("3 pass, 1 fail, 1 dropped, kills ")


async def test_a_node_test_file_is_run(tmp_path: Path) -> None:
    root = tmp_path / "js"
    root.mkdir()
    source = "export function half(n) {\n  return n / 2;\n}\n"
    (root / "package.json").write_text('{"type": "module"}')
    (root / "half.js").write_text(source)
    tests = (
        "import test from 'node:test';\nimport assert from 'node:assert';\nimport { half } from './half.js';\n\n"
        "test('halves', () => { assert.equal(half(4), 2); });\n\ntest('is wrong', () => { assert.equal(half(4), 3); });\n"
    )

    report = await run_tests(
        Document("file:///x", "half.js", "javascript", source),
        Span(0, len(source)),
        root=root,
        target_path=root / "half.js",
        test_path=root / "half.test.js",
        test_text=tests,
        own=frozenset(),
        framework="node:test",
        python="",
        report=lambda text: None,
    )

    assert report.passed == ("halves",) and [r.name for r in report.failed] == ["is wrong"]
    assert report.killed >= 1
    assert drop_tests("javascript", tests, frozenset({"is wrong"})).endswith("half(4), 2); });\n")


def test_a_summary_names_few_of_many_weak_tests() -> None:
    names = ("test_a", "test_b", "test_c", "test_d")
    report = TestReport(tuple(TestResult(n, True) for n in names), "", mutants=9, weak=names)

    assert report.summary() == "4 pass, kills 0 of 9 mutants, 4 weak (test_a, test_b, test_c, …)"


UNITTESTS = """import unittest

from shop.numbers import clamp


class TestClamp(unittest.TestCase):
    def test_inside(self):
        \"\"\"What is inside stays.\"\"\"
        print("a line of its own")
        self.assertEqual(clamp(5, 0, 10), 5)

    def test_wrong(self):
        for value in (1, 11):
            with self.subTest(value=value):
                self.assertEqual(clamp(value, 0, 10), value)

    @unittest.skip("later")
    def test_later(self):
        self.fail()


class TestOther(unittest.TestCase):
    def test_wrong(self):
        self.assertEqual(clamp(11, 0, 10), 10)
"""


async def test_unittest_classes_are_run(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "__init__.py").write_text("")

    report = await run_tests(
        Document("file:///x", "shop/numbers.py", "python", CLAMP),
        Span(0, len(CLAMP)),
        root=project,
        target_path=project / "shop" / "numbers.py",
        test_path=project / "tests" / "test_numbers.py",
        test_text=UNITTESTS,
        own=frozenset(test_names("python", UNITTESTS)),
        framework="unittest",
        python=sys.executable,
        report=lambda text: None,
        most_mutants=1,
    )

    assert set(report.passed) == {"TestClamp::test_inside", "TestOther::test_wrong"}
    assert report.skipped == ("TestClamp::test_later",)
    assert [(r.name, r.message) for r in report.failed] == [
        ("TestClamp::test_wrong", "AssertionError: 10 != 11")
    ]


@pytest.mark.parametrize(
    ("framework", "manifest"),
    [("node:test", "package.json"), ("go test", "go.mod"), ("cargo", "Cargo.toml"), ("pytest", "")],
)
def test_tests_run_in_the_folder_of_the_nearest_manifest(
    tmp_path: Path, framework: str, manifest: str
) -> None:
    inner = tmp_path / "packages" / "inner"
    (inner / "src" / "deep").mkdir(parents=True)
    (inner / (manifest or "setup.py")).write_text("")

    found = folder_of(FRAMEWORKS[framework], tmp_path, inner / "src" / "deep" / "a.any")

    assert found == (inner if manifest else tmp_path)
    assert folder_of(FRAMEWORKS[framework], tmp_path, tmp_path / "a.any") == tmp_path


async def test_a_package_in_a_subfolder_is_run_there(tmp_path: Path) -> None:
    """Its tests were run in the workspace's folder, where a Cargo.toml, go.mod or package.json was missing."""
    root, inner = tmp_path / "mono", tmp_path / "mono" / "packages" / "inner"
    inner.mkdir(parents=True)
    source = "export const folder = () => process.cwd().split('/').pop();\n"
    (inner / "package.json").write_text('{"type": "module"}')
    (inner / "folder.js").write_text(source)
    tests = (
        "import test from 'node:test';\nimport assert from 'node:assert';\nimport { folder } from './folder.js';\n\n"
        "test('is the inner one', () => { assert.equal(folder(), 'inner'); });\n"
    )

    report = await run_tests(
        Document("file:///x", "packages/inner/folder.js", "javascript", source),
        Span(0, len(source)),
        root=root,
        target_path=inner / "folder.js",
        test_path=inner / "folder.test.js",
        test_text=tests,
        own=frozenset(),
        framework="node:test",
        python="",
        report=lambda text: None,
    )

    assert report.passed == ("is the inner one",), report.output


FAILURES = """
test_a.py::test_a FAILED
test_a.py::TestB::test_b[1] FAILED
=================================== FAILURES ===================================
____________________________________ test_a ____________________________________
test_a.py:5: in test_a
    assert f(2) == e, "Test case 1 failed"
E   AssertionError: Test case 1 failed
E   assert {1: 2, 2: [3, 3]} == {1: 2}
E     Left contains 1 more item:
_______________________________ TestB.test_b[1] ________________________________
test_a.py:11: in test_b
E   Failed: DID NOT RAISE ValueError
=========================== short test summary info ============================
FAILED test_a.py::test_a - AssertionError: Test case 1 failed
FAILED test_a.py::TestB::test_b[1] - Failed: DID NOT RAISE ValueError
"""


def test_a_failure_tells_the_values_that_were_compared() -> None:
    """A model that hears only its own message cannot mend the test."""
    assert [(r.name, r.message) for r in FRAMEWORKS["pytest"].parse(FAILURES)] == [
        ("test_a", "`f(2)` gives {1: 2, 2: [3, 3]}, and the test expects {1: 2}"),
        ("TestB::test_b", "Failed: DID NOT RAISE ValueError"),
    ]


def works(*command: str) -> bool:
    """Whether a tool is there and starts: rustup leaves a `cargo` that has no toolchain."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0


@pytest.mark.skipif(not works("go", "version"), reason="no Go that runs is installed")
async def test_a_go_test_file_is_run(tmp_path: Path) -> None:
    root = tmp_path / "gomod"
    root.mkdir()
    source = "package shop\n\nfunc Half(n int) int {\n\treturn n / 2\n}\n"
    (root / "go.mod").write_text("module shop\n\ngo 1.19\n")
    (root / "half.go").write_text(source)
    tests = 'package shop\n\nimport "testing"\n\n'
    tests += 'func TestHalf(t *testing.T) {\n\tif Half(4) != 2 {\n\t\tt.Fatal("no")\n\t}\n}\n'

    report = await run_tests(
        Document("file:///x", "half.go", "go", source),
        Span(14, len(source)),
        root=root,
        target_path=root / "half.go",
        test_path=root / "half_test.go",
        test_text=tests,
        own=frozenset(),
        framework="go test",
        python="",
        report=lambda text: None,
    )

    assert report.passed == ("TestHalf",) and report.killed >= 1


def test_dropping_a_test_leaves_every_other_byte() -> None:
    left = drop_tests("python", TESTS, frozenset({"test_wrong"}))

    assert left == TESTS.replace("def test_wrong():\n    assert clamp(11, 0, 10) == 11\n\n\n", "")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        (
            "python",
            "def f(a: int, *args, b=-1):\n    '''a < b + 1'''\n    return a + 1 if a < b and True else 0\n",
        ),
        ("typescript", "function f(a: number): number {\n  // a < 1\n  return a === 1 ? a + 2 : -a;\n}\n"),
        ("go", "func f(a int) bool {\n\treturn a < 3 && true\n}\n"),
        ("rust", "fn f(a: &i32) -> bool {\n    *a < 3 && true\n}\n"),
        ("cpp", "bool f(int *a) {\n    return *a < 3 && true;\n}\n"),
        ("java", "class A { boolean f(int a) { return a < 3 && true; } }\n"),
    ],
)
def test_mutants_parse_and_differ(language: str, code: str) -> None:
    tree = parse(language, code)
    assert tree is not None

    found = mutants(tree, Span(0, len(code)))

    assert len(found) >= 3
    for mutant in found:
        changed = code[: mutant.span.start] + mutant.text + code[mutant.span.end :]
        again = parse(language, changed)
        assert again is not None and not again.has_error and changed != code, mutant.what


@pytest.mark.skipif(not works("cargo", "--version"), reason="no Rust that runs is installed")
async def test_rust_tests_inside_the_file_are_run(tmp_path: Path) -> None:
    root = tmp_path / "crate"
    (root / "src").mkdir(parents=True)
    source = "pub fn half(n: i32) -> i32 {\n    n / 2\n}\n"
    (root / "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n')
    (root / "src" / "lib.rs").write_text(source)
    tests = "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn halves() {\n"
    tests += "        assert_eq!(half(4), 2);\n    }\n}\n"

    report = await run_tests(
        Document("file:///x", "src/lib.rs", "rust", source), Span(0, len(source)), root=root,
        target_path=root / "src/lib.rs", test_path=root / "src/lib.rs", test_text=source + tests, own=frozenset(),
        framework="cargo", python="", report=lambda text: None,
    )  # fmt: skip

    assert report.passed == ("tests::halves",) and report.killed == report.mutants >= 1


@pytest.mark.skipif(not works("cargo", "--version"), reason="no Rust that runs is installed")
async def test_a_mutant_that_does_not_compile_is_not_counted(tmp_path: Path) -> None:
    """A test that asserts nothing was told to notice it, as texts cannot be subtracted."""
    root = tmp_path / "crate"
    (root / "src").mkdir(parents=True)
    (root / "tests").mkdir()
    source = "pub fn greeting(name: &str, polite: &str) -> String {\n    polite.to_string() + name\n}\n"
    (root / "Cargo.toml").write_text('[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n')
    (root / "src" / "lib.rs").write_text(source)
    tests = 'use shop::greeting;\n\n#[test]\nfn greets() {\n    let _ = greeting("Ann", "dear ");\n}\n'
    tree = parse("rust", source)
    assert tree is not None and mutants(tree, Span(0, len(source)))

    report = await run_tests(
        Document("file:///x", "src/lib.rs", "rust", source), Span(0, len(source)), root=root,
        target_path=root / "src/lib.rs", test_path=root / "tests/greets.rs", test_text=tests, own=frozenset(),
        framework="cargo", python="", report=lambda text: None,
    )  # fmt: skip

    assert report.passed == ("greets",) and report.mutants == report.killed == 0


async def test_a_log_on_the_terminal_hides_no_result(project: Path) -> None:
    """Where a project sets it, the verdict stood alone on its line."""
    (project / "pytest.ini").write_text("[pytest]\nlog_cli = true\nlog_cli_level = INFO\n")
    text = "import logging\nfrom shop.numbers import clamp\n\n\ndef test_inside():\n    logging.warning('seen')\n"

    report = await run_tests(
        Document("file:///x", "shop/numbers.py", "python", CLAMP), Span(0, len(CLAMP)), root=project,
        target_path=project / "shop/numbers.py", test_path=project / "test_numbers.py",
        test_text=text + "    assert clamp(5, 0, 10) == 5\n", own=frozenset({"test_inside"}), framework="pytest",
        python=sys.executable, report=lambda text: None, most_mutants=0,
    )  # fmt: skip

    assert report.passed == ("test_inside",)


async def test_when_the_time_runs_out_nothing_is_known(project: Path) -> None:
    text = TESTS + "\n\ndef test_endless():\n    while True:\n        pass\n"

    report = await run_tests(
        Document("file:///x", "shop/numbers.py", "python", CLAMP),
        Span(0, len(CLAMP)),
        root=project,
        target_path=project / "shop" / "numbers.py",
        test_path=project / "test_numbers.py",
        test_text=text,
        own=frozenset(),
        framework="pytest",
        python=sys.executable,
        report=lambda sentence: None,
        limits=Limits(seconds=3.0),
    )

    assert report.timed_out and report.mutants == 0


async def test_a_test_that_ends_the_run_or_is_never_collected_counts_as_failed(project: Path) -> None:
    text = TESTS + (
        "\n\nclass Helper:\n    def test_never(self):\n        assert clamp(1, 0, 2) == 1\n"
        "\n\ndef test_ends():\n    import os\n\n    os._exit(0)\n\n\ndef test_after():\n    assert clamp(1, 0, 2) == 1\n"
    )

    report = await run_tests(
        Document("file:///x", "shop/numbers.py", "python", CLAMP),
        Span(0, len(CLAMP)),
        root=project,
        target_path=project / "shop" / "numbers.py",
        test_path=project / "test_numbers.py",
        test_text=text,
        own=frozenset(test_names("python", text)),
        framework="pytest",
        python=sys.executable,
        report=lambda sentence: None,
        most_mutants=1,
    )

    silent = {r.name for r in report.failed if r.message == "it did not run"}
    assert silent == {"test_ends", "test_after", "Helper::test_never"}
    assert {"test_inside", "test_below"} <= set(report.passed)


def test_a_fixture_and_an_inner_function_are_no_tests() -> None:
    text = (
        "import pytest\n\n\n@pytest.fixture\ndef test_client():\n    return 1\n\n\n"
        "def test_it(test_client):\n    def test_inner():\n        return 1\n\n    assert test_inner() == test_client\n"
    )

    assert test_names("python", text) == {"test_it"}


@pytest.mark.parametrize(
    ("language", "text", "dropped", "expected"),
    [
        ("python", "class T:\n    def test_a(self):\n        pass\n\n\nclass U:\n    def test_b(self):\n        pass\n",
         "T::test_a", "class U:\n    def test_b(self):\n        pass\n"),
        ("python", "class T:\n    def test_a(self):\n        pass\n\n    def test_b(self):\n        pass\n\n\nX = 1\n",
         "T::test_b", "class T:\n    def test_a(self):\n        pass\n\n\nX = 1\n"),
        ("python", "class T:\n    def test_a(self):\n        pass\n\n    def helper(self):\n        pass\n",
         "T::test_a", "class T:\n    def helper(self):\n        pass\n"),
        ("python", "import a\r\n\r\n\r\ndef test_a():\r\n    a()\r\n\r\n\r\ndef test_b():\r\n    a()\r\n",
         "test_a", "import a\r\n\r\n\r\ndef test_b():\r\n    a()\r\n"),
        ("python", "def test_a():\n    pass\n", "test_a", ""),
        ("javascript", "describe('x', () => {\n  test('a', () => {});\n\n  test('b', () => {});\n});\n",
         "x > b", "describe('x', () => {\n  test('a', () => {});\n});\n"),
        ("rust", "mod tests {\n    #[test]\n    fn a() {}\n\n    #[test]\n    fn b() {}\n}\n",
         "tests::a", "mod tests {\n    #[test]\n    fn b() {}\n}\n"),
    ],
)  # fmt: skip
def test_what_is_left_when_a_test_is_dropped_still_parses(
    language: str, text: str, dropped: str, expected: str
) -> None:
    left = drop_tests(language, text, frozenset({dropped}))

    tree = parse(language, left)
    assert left == expected
    assert tree is not None and not tree.has_error
