"""What the frameworks print is read test by test, under qualified names."""

from __future__ import annotations

import pytest

from lsp_server.verify.framework_output import TestResult, called
from lsp_server.verify.frameworks import FRAMEWORKS
from lsp_server.verify.tests_in_text import added_tests, drop_tests, test_names

PYTEST = """
tests/test_a.py::TestOld::test_basic PASSED                              [ 20%]
tests/test_a.py::TestMul::test_basic FAILED                              [ 40%]
tests/test_a.py::test_table[1] PASSED                                    [ 50%]
tests/test_a.py::test_table[2] SKIPPED (not here)                        [ 50%]
tests/test_a.py::test_left SKIPPED (no reason)                           [ 60%]
tests/test_a.py::test_known XFAIL (bug)                                  [ 80%]
=================================== FAILURES ===================================
______________________________ TestMul.test_basic ______________________________
tests/test_a.py:5: in test_basic
    assert mul(2, 3) == 7
E   assert 6 == 7
E    +  where 6 = mul(2, 3)
=========================== short test summary info ============================
FAILED tests/test_a.py::TestMul::test_basic - assert 6 == 7
"""
UNITTEST = """test_basic (tests.test_a.TestMul.test_basic) ... FAIL
test_basic (tests.test_a.TestOld.test_basic)
What it does. ... ok
test_older (tests.test_a.TestOld) ... ok
test_left (tests.test_a.TestOld.test_left) ... skipped 'no reason'
test_known (tests.test_a.TestOld.test_known) ... expected failure

======================================================================
FAIL: test_basic (tests.test_a.TestMul.test_basic)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/x/tests/test_a.py", line 12, in test_basic
    self.assertEqual(mul(2, 3), 7)
AssertionError: 6 != 7

----------------------------------------------------------------------
Ran 5 tests in 0.001s
"""
TAP = """TAP version 13
# Subtest: doesn't fail \\\\ \\#1
ok 1 - doesn't fail \\\\ \\#1
  ---
  duration_ms: 0.6
  ...
# Subtest: reads a.js
ok 2 - reads a.js
# Subtest: group
    # Subtest: inner
    ok 1 - inner
      ---
      duration_ms: 0.6
      ...
    # Subtest: left
    ok 2 - left # SKIP no reason
    # Subtest: later
    not ok 3 - later # TODO
    1..3
ok 3 - group
  ---
  duration_ms: 0.6
  type: 'suite'
  ...
# Subtest: inner
not ok 4 - inner
1..4
"""
VITEST = """
 RUN  v2.1.8 /x

TAP version 13
1..4
ok 1 - src/half.test.ts > halves > a > b # time=1.23ms
not ok 2 - src/half.test.ts > halves > is wrong \\#2 # time=4.56ms
    ---
    error:
        name: "AssertionError"
        message: "expected 2 to be 3 // Object.is equality"
    at: "/x/src/half.test.ts:9:21"
    actual: "2"
    expected: "3"
    ...
ok 3 - src/half.test.ts > left # SKIP
ok 4 - src/half.test.ts > later # TODO
"""
JEST = """FAIL src/half.test.ts
  halves
    ✓ an even number (2 ms)
    ✕ is wrong (1.2 s)
    ○ skipped left
    odd numbers
      ✓ are cut
  ✎ todo later

  ● halves \u203a is wrong

    expect(received).toBe(expected) // Object.is equality

      5 | test('x', () => {
    > 6 |   expect(half(4)).toBe(3); // ✓ no result

Test Suites: 1 failed, 1 total
"""
GO = """=== RUN   TestA
--- PASS: TestA (0.00s)
    --- PASS: TestA/sub (0.00s)
=== RUN   TestB
    a_test.go:9: no
--- SKIP: TestB (0.00s)
--- FAIL: TestC (0.00s)
"""
CARGO = """running 4 tests
test a::tests::halves ... ok
test a::tests::panics - should panic ... ok
test a::tests::left ... ignored, slow
test tests::halves ... FAILED
"""


@pytest.mark.parametrize(
    ("framework", "output", "passed", "skipped", "failed"),
    [
        ("pytest", PYTEST, ["TestOld::test_basic", "test_table"], ["test_left", "test_known"],
         [("TestMul::test_basic", "`mul(2, 3)` gives 6, and the test expects 7")]),
        ("unittest", UNITTEST, ["TestOld::test_basic", "TestOld::test_older"],
         ["TestOld::test_left", "TestOld::test_known"], [("TestMul::test_basic", "AssertionError: 6 != 7")]),
        ("node:test", TAP, ["doesn't fail \\ #1", "reads a.js", "group > inner"],
         ["group > left", "group > later"], [("inner", "")]),
        ("vitest", VITEST, ["halves > a > b"], ["left", "later"], [("halves > is wrong #2", "")]),
        ("jest", JEST, ["halves > an even number", "halves > odd numbers > are cut"],
         ["halves > left", "later"], [("halves > is wrong", "")]),
        ("go test", GO, ["TestA"], ["TestB"], [("TestC", "")]),
        ("cargo", CARGO, ["a::tests::halves", "a::tests::panics"], ["a::tests::left"], [("tests::halves", "")]),
    ],
)  # fmt: skip
def test_each_framework_tells_passed_skipped_and_failed_apart(
    framework: str, output: str, passed: list[str], skipped: list[str], failed: list[tuple[str, str]]
) -> None:
    """SKIPPED, XFAIL, SKIP, ignored and TODO counted as passed, and classes and describes were not told apart."""
    results = FRAMEWORKS[framework].parse(output)

    assert [r.name for r in results if r.passed] == passed
    assert [r.name for r in results if r.skipped] == skipped
    assert [(r.name, r.message) for r in results if r.failed] == failed


def test_of_tests_with_one_name_the_worst_counts() -> None:
    results = [TestResult("a", True), TestResult("a", False, "no"), TestResult("b", True)]

    assert called(results, frozenset({"a"})) == [TestResult("a", False, "no")]


def test_a_name_made_when_it_runs_is_known_by_what_is_written() -> None:
    names = test_names(
        "typescript", "test.each([1, 2])('half of %i', (n) => {});\nit(`is ${n}`, () => {});\n"
    )

    results = [TestResult("half of 1", True), TestResult("half of 2", False), TestResult("is 3", True)]
    assert names == {"half of …", "is …"}
    assert [(r.name, r.passed) for r in called(results, frozenset(names))] == [
        ("half of …", False),
        ("is …", True),
    ]


def test_the_cases_of_a_rust_test_count_as_that_test() -> None:
    results = [TestResult("tests::halves::case_1", True), TestResult("tests::halves::case_2", False)]
    names = test_names(
        "rust", "mod tests {\n    #[rstest]\n    #[case(1)]\n    fn halves(#[case] n: i32) {}\n}\n"
    )

    assert called(results, frozenset(names)) == [TestResult("tests::halves", False)]


def test_names_of_rust_begin_with_those_of_the_file() -> None:
    results = FRAMEWORKS["cargo"].parse(CARGO)

    assert [r.name for r in called(results, frozenset({"tests::halves"}), "a::") if r.passed] == [
        "tests::halves"
    ]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("python", "class TestA:\n    class TestB:\n        def test_a(self): ...\n\n\ndef test_b(): ...\n",
         {"TestA::TestB::test_a", "test_b"}),
        ("javascript", "describe('a > b', () => {\n  test('doesn\\'t #', () => {});\n  beforeEach(() => {});\n});\n"
         "test.describe('g', () => { it.only(\"x\\u0041\", () => {}); test.beforeEach(() => {}); });\n"
         "function testData() {}\ntest(name, () => {});\n",
         {"a > b > doesn't #", "g > xA", "…"}),
        ("go", "func TestA(t *testing.T) {}\n\nfunc testHelper() {}\n\nfunc TestMain(m *testing.M) {}\n\n"
         "func (s *S) TestB() {}\n", {"TestA"}),
        ("rust", "mod tests {\n    mod deep {\n        #[tokio::test]\n        fn a() {}\n    }\n    fn help() {}\n}\n",
         {"tests::deep::a"}),
    ],
)  # fmt: skip
def test_tests_are_known_by_their_qualified_names(language: str, text: str, names: set[str]) -> None:
    assert test_names(language, text) == names


def test_a_generated_test_with_the_name_of_another_is_dropped_alone() -> None:
    base = "test('a', () => { f(1); });\n"
    text = base + "\ntest('a', () => { f(2); });\n"

    assert added_tests("javascript", text, base) == {"a"}
    assert drop_tests("javascript", text, frozenset({"a"}), base) == base
