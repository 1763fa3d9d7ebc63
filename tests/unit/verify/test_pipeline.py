"""What running things adds to a proposal: green tests, dropped tests, equal behaviour, or the words for a repair."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from attrs import evolve

from lsp_server.document import Document, Span
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.verify.pipeline import verify
from lsp_server.verify.verdict import Permission, Verdict, with_text

SOURCE = "def double(n: int) -> int:\n    return n * 2\n"
HEAD = "from calc import double\n\n\n"
GOOD = "def test_two():\n    assert double(2) == 4\n"
BAD = "def test_three():\n    assert double(3) == 7\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "calc.py").write_text(SOURCE)
    (root / "conftest.py").write_text("")
    return root


def document(root: Path) -> Document:
    return Document((root / "calc.py").as_uri(), "calc.py", "python", SOURCE)


def new_file(root: Path, text: str) -> Proposal:
    uri = (root / "test_calc.py").as_uri()
    return Proposal("file", uri, "", (Replacement(Span(0, 0), text),), "Tests of `double`", creates_file=True)


def rewrite(root: Path, text: str) -> Proposal:
    whole = Replacement(Span(0, len(SOURCE)), text)
    return Proposal("replace", document(root).uri, SOURCE, (whole,), "Refactor of `double`")


async def judge(
    root: Path, proposal: Proposal, *, run_code: bool = True, keep_behaviour: bool = True
) -> Verdict:
    said: list[str] = []
    return await verify(
        proposal,
        document(root),
        Span(0, len(SOURCE)),
        framework="pytest",
        keep_behaviour=keep_behaviour,
        permission=Permission(root, trusted=True, run_code=run_code, python=sys.executable),
        report=said.append,
    )


def detail_of(verdict: Verdict, name: str) -> str:
    return next(check.detail for check in verdict.proposal.checks if check.name == name)


async def test_green_tests_are_told_with_their_worth(project: Path) -> None:
    verdict = await judge(project, new_file(project, HEAD + GOOD))

    assert not verdict.problem
    assert verdict.proposal.checks[-1].ok is True
    assert verdict.proposal.checks[-1].detail.startswith("1 pass, kills ")


async def test_a_failing_test_is_repaired_or_dropped(project: Path) -> None:
    verdict = await judge(project, new_file(project, HEAD + GOOD + "\n\n" + BAD))

    assert (
        verdict.problem
        == "The code does not do what tests expect: `test_three`: `double(3)` gives 6, and the test expects 7"
    )
    assert verdict.fallback is not None and verdict.fallback.new_text == HEAD + GOOD
    assert "1 pass, 1 dropped" in verdict.fallback.checks[-1].detail


async def test_tests_that_notice_no_mistake_go_back_once_and_are_marked(project: Path) -> None:
    verdict = await judge(
        project, new_file(project, HEAD + "def test_number():\n    assert double(2) is not double\n")
    )

    assert "pass as well with each of" in verdict.problem
    assert verdict.fallback is not None
    assert "1 weak (test_number)" in verdict.fallback.checks[-1].detail


async def test_when_all_fail_nothing_can_be_offered(project: Path) -> None:
    verdict = await judge(project, new_file(project, HEAD + BAD))

    assert verdict.problem and verdict.fallback is None


async def test_a_file_that_cannot_be_collected_names_its_error(project: Path) -> None:
    verdict = await judge(project, new_file(project, "from calc import triple\n\n\n" + GOOD))

    assert "could not be run" in verdict.problem and "triple" in verdict.problem


async def test_without_consent_nothing_is_run_and_it_says_so(project: Path) -> None:
    marker = project / "ran"
    text = f"open({str(marker)!r}, 'w')\n" + HEAD + GOOD

    verdict = await judge(project, new_file(project, text), run_code=False)

    assert not marker.exists()
    assert verdict.proposal.checks[-1].ok is None and "not allowed" in verdict.proposal.checks[-1].detail


async def test_equal_behaviour_is_a_check(project: Path) -> None:
    verdict = await judge(project, rewrite(project, SOURCE.replace("n * 2", "n + n")))

    assert not verdict.problem and detail_of(verdict, "same behaviour").startswith("equal on 1,500")


async def test_changed_behaviour_is_a_problem_unless_asked_for(project: Path) -> None:
    changed = rewrite(project, SOURCE.replace("n * 2", "n * n"))

    strict = await judge(project, changed)
    asked = await judge(project, changed, keep_behaviour=False)

    assert "it behaves differently: for n=" in strict.problem
    assert not asked.problem and "the old code gives" in detail_of(asked, "same behaviour")


async def test_a_file_outside_the_workspace_is_left_alone(project: Path, tmp_path: Path) -> None:
    proposal = rewrite(project, SOURCE)

    verdict = await verify(
        proposal, document(project), Span(0, 1), framework="", keep_behaviour=True,
        permission=Permission(tmp_path / "other", trusted=True, run_code=True), report=lambda text: None,
    )  # fmt: skip

    assert verdict == Verdict(proposal)


@pytest.mark.parametrize("new", ["abc", "", "abXc", "XabcY", "aabbcc"])
def test_with_text_gives_the_text(new: str) -> None:
    proposal = Proposal("file", "file:///x", "abc", (), "")

    assert with_text(proposal, new).new_text == new


MIXED = """def test_many():
    numbers = [1, 2]
    assert double(1) == 2
    assert double(numbers[1]) == 5
    assert (
        double(5)
        == 11
    )
    assert double(4) == 8
"""


async def test_the_assertions_that_hold_are_kept_of_a_failing_test(project: Path) -> None:
    verdict = await judge(project, new_file(project, HEAD + MIXED))

    assert verdict.problem.startswith("The code does not do what tests expect")
    assert verdict.fallback is not None
    assert verdict.fallback.new_text == HEAD + (
        "def test_many():\n    assert double(1) == 2\n    assert double(4) == 8\n"
    )
    assert re.match(r"1 pass, kills \d+ of \d+ mutants.*, 2 assertions dropped", detail_of_fallback(verdict))


async def test_assertions_that_do_not_use_the_code_are_not_kept_alone(project: Path) -> None:
    text = "def test_two():\n    assert 1 + 1 == 2\n    assert double(2) == 5\n"

    verdict = await judge(project, new_file(project, HEAD + text))

    assert verdict.problem and verdict.fallback is None


def detail_of_fallback(verdict: Verdict) -> str:
    assert verdict.fallback is not None
    return next(check.detail for check in verdict.fallback.checks if check.name == "tests run")


OLD_CLASS = "class TestOld:\n    def test_basic(self):\n        assert double(2) == 4\n"
NEW_CLASS = (
    "class TestMul:\n    def test_basic(self):\n        assert double(3) == 7\n\n"
    "    def test_two(self):\n        assert double(2) == 4\n"
)


async def test_a_failing_test_does_not_hide_behind_one_of_the_same_name(project: Path) -> None:
    """TestMul.test_basic was taken for TestOld.test_basic, which passes, and was delivered."""
    base = HEAD + OLD_CLASS
    (project / "test_calc.py").write_text(base)
    proposal = with_text(evolve(new_file(project, ""), base_text=base), base + "\n\n" + NEW_CLASS)

    verdict = await judge(project, proposal)

    assert "`TestMul::test_basic`: `double(3)` gives 6, and the test expects 7" in verdict.problem
    assert verdict.fallback is not None
    assert verdict.fallback.new_text == base + "\n\n" + NEW_CLASS.replace(
        "    def test_basic(self):\n        assert double(3) == 7\n\n", ""
    )


OLD = "SEEN = []\n\n\ndef test_old():\n    assert SEEN == [] and double(1) == {}\n\n\n"


def added_to(project: Path, base: str, text: str) -> Proposal:
    (project / "test_calc.py").write_text(base)
    return with_text(evolve(new_file(project, ""), base_text=base), base + text)


async def test_tests_that_break_those_of_the_file_are_refused(project: Path) -> None:
    """Only the new tests were looked at: those that were there failed, and the edit was told to be green."""
    verdict = await judge(project, added_to(project, HEAD + OLD.format(2), "SEEN.append(1)\n\n\n" + GOOD))

    assert verdict.problem.startswith(
        "The tests pass, but those that were in the file pass only without them: `test_old`: assert "
    )
    assert verdict.fallback is None


async def test_what_is_left_must_not_break_those_of_the_file_either(project: Path) -> None:
    added = "SEEN.append(1)\n\n\n" + GOOD + "\n\n" + BAD

    verdict = await judge(project, added_to(project, HEAD + OLD.format(2), added))

    assert "`test_three`" in verdict.problem and verdict.fallback is None


async def test_a_test_that_failed_before_accuses_nobody(project: Path) -> None:
    verdict = await judge(project, added_to(project, HEAD + OLD.format(3), GOOD))

    assert not verdict.problem and detail_of(verdict, "tests run").startswith("1 pass, kills ")


async def test_a_skipped_test_is_dropped_and_does_not_count(project: Path) -> None:
    """Skipped and expected failures counted as passed."""
    left = "@pytest.mark.skip\ndef test_later():\n    assert double(2) == 5\n"

    verdict = await judge(project, new_file(project, "import pytest\n" + HEAD + GOOD + "\n\n" + left))

    assert not verdict.problem and verdict.proposal.new_text == HEAD + GOOD
    assert detail_of(verdict, "tests run").startswith("1 pass, 1 dropped, kills ")


async def test_what_is_left_is_run_before_it_is_offered(project: Path) -> None:
    """What passed only after a test that was dropped was offered as green."""
    first = "SEEN = []\n\n\ndef test_first():\n    SEEN.append(1)\n    assert double(2) == 5\n"
    second = "def test_second():\n    assert SEEN and double(2) == 4\n"

    verdict = await judge(project, new_file(project, HEAD + first + "\n\n" + second))

    assert "test_first" in verdict.problem and verdict.fallback is None


async def test_a_run_that_fails_with_no_failing_test_is_not_green(project: Path) -> None:
    inherited = "class Checks:\n    def test_it(self):\n        assert double(2) == 5\n\n\nclass TestIt(Checks):\n    pass\n"

    verdict = await judge(project, new_file(project, HEAD + GOOD + "\n\n" + inherited))

    assert verdict.problem and verdict.fallback is None


GO = """#!{python}
import pathlib, re, sys
wanted = re.compile(sys.argv[sys.argv.index("-run") + 1])
for name, body in re.findall(r"func (Test\\w+)\\(.*?\\{{(.*?)\\}}", pathlib.Path("half_test.go").read_text()):
    if wanted.match(name):
        print(f"--- {{'FAIL' if 'panic' in body else 'PASS'}}: {{name}} (0.00s)")
        if "panic" in body:
            sys.exit("panic: no [recovered]")
"""


HALF = "package shop\n\nfunc Half(n int) int { return n }\n"


async def go_judged(project: Path, monkeypatch: pytest.MonkeyPatch, base: str, added: str) -> Verdict:
    tools = project.parent / "tools"
    tools.mkdir()
    (tools / "go").write_text(GO.format(python=sys.executable))
    (tools / "go").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    (project / "half.go").write_text(HALF)
    (project / "half_test.go").write_text(base)
    change = Replacement(Span(len(base), len(base)), added)
    proposal = Proposal("file", (project / "half_test.go").as_uri(), base, (change,), "Tests")

    return await verify(
        proposal, Document((project / "half.go").as_uri(), "half.go", "go", HALF), Span(14, len(HALF)),
        framework="go test", keep_behaviour=True, report=lambda text: None,
        permission=Permission(project, run_code=True),
    )  # fmt: skip


def go_test(name: str, body: str = "") -> str:
    return f"func Test{name}(t *testing.T) {{{body}}}\n"


async def test_tests_after_a_panic_did_not_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Go test that panics ends the run: those after it were offered as if they had passed."""
    tests = [go_test("A"), go_test("B", 'panic("no")'), go_test("C")]

    verdict = await go_judged(project, monkeypatch, "", "package shop\n\n" + "\n".join(tests))

    assert "`TestB`: failed; `TestC`: it did not run" in verdict.problem
    assert verdict.fallback is not None and verdict.fallback.new_text == "package shop\n\n" + tests[0]


async def test_a_test_of_the_file_that_panics_does_not_end_the_run_of_the_others(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = "package shop\n\n" + go_test("Old", 'panic("no")') + "\n"

    verdict = await go_judged(project, monkeypatch, base, go_test("A"))

    assert not verdict.problem and detail_of(verdict, "tests run").startswith("1 pass")


def flake8(project: Path) -> None:
    """The project's own linter: it wants no name `wrong`."""
    (project / ".flake8").write_text("[flake8]\n")
    program = project / "venv" / "bin" / "flake8"
    program.parent.mkdir(parents=True)
    lines = "text = sys.stdin.read()\nif 'wrong' in text: print('x.py:1:1: X1 wrong'); sys.exit(1)\n"
    program.write_text(f"#!{sys.executable}\nimport sys\n{lines}")
    program.chmod(0o755)


async def test_generated_tests_with_a_finding_of_the_projects_linter_are_refused(project: Path) -> None:
    """The linters were asked of changed code only."""
    flake8(project)
    calls = new_file(project, HEAD + GOOD)

    clean = await judge(project, calls, run_code=False)
    worse = await judge(project, with_text(calls, HEAD + GOOD + "\n\nwrong = 1\n"), run_code=False)

    assert not clean.problem and clean.proposal.checks[-1].name == "no new flake8 finding"
    assert clean.proposal.checks[-1].ok is True
    assert worse.problem == "no new flake8 finding: X1 wrong" and worse.fallback is None


async def test_where_behaviour_is_not_compared_the_linters_are_asked(project: Path) -> None:
    flake8(project)

    verdict = await verify(
        rewrite(project, SOURCE.replace("n * 2", "wrong")), document(project), Span(0, len(SOURCE)), framework="",
        keep_behaviour=None, permission=Permission(project, trusted=True), report=lambda text: None,
    )  # fmt: skip

    assert verdict.problem == "no new flake8 finding: X1 wrong"
    assert [check.name for check in verdict.proposal.checks] == ["no new flake8 finding"]
