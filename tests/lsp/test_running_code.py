"""What is checked by running code: only with consent, only in a trusted workspace, and always said."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import at, run_params
from tests.lsp.conftest import Client, Start

AREA = """\
def area(width: int, height: int) -> int:
    return width * height
"""
IN_AREA = at(0, 6)
GOOD = "```python\nfrom shapes import area\n\n\ndef test_three_by_four():\n    assert area(3, 4) == 12\n```"
GOOD_AND_BAD = """```python
from shapes import area


def test_three_by_four():
    assert area(3, 4) == 12


def test_wrong():
    assert area(2, 2) == 5
```"""


@pytest.fixture
def shapes(workspace: Path) -> Path:
    path = workspace / "shapes.py"
    path.write_text(AREA, "utf-8")
    return path


async def connect(start: Start, trusted: bool, run: str = "ask", **more: Any) -> Client:
    settings = {"tests": {"python": sys.executable, "run": run}, **more}
    capabilities = client_capabilities("visual-studio-code")
    return await start(capabilities, extension=True, trusted=trusted, settings=settings)


def checks_of(result: protocol.RunResult) -> dict[str, tuple[str, str]]:
    assert result.proposal is not None, result.refused
    return {check.name: (check.verdict, check.detail) for check in result.proposal.checks}


async def test_without_consent_nothing_is_run_and_the_user_may_be_asked(start: Start, shapes: Path) -> None:
    client = await connect(start, trusted=True)
    uri = client.open(shapes, AREA)
    await client.script([GOOD_AND_BAD])

    result = await client.ask(protocol.RUN, run_params(uri, "tests", IN_AREA))

    assert result.tests_can_run
    assert checks_of(result)["tests run"] == ("unknown", "not run: running code was not allowed")
    assert "test_wrong" in result.proposal.new_text


async def test_after_consent_the_tests_that_were_shown_are_run(start: Start, shapes: Path) -> None:
    """The model was asked anew, and its other tests were run."""
    client = await connect(start, trusted=True)
    uri = client.open(shapes, AREA)
    await client.script([GOOD])
    shown = await client.ask(protocol.RUN, run_params(uri, "tests", IN_AREA))

    result = await client.ask(
        protocol.RUN, run_params(uri, "tests", IN_AREA, run_code=True, answer=shown.text)
    )

    assert checks_of(result)["tests run"][0] == "ok"
    assert result.proposal.new_text == shown.proposal.new_text
    assert len(await client.requests()) == 1


async def test_consent_is_asked_for_before_a_refactoring_is_compared_too(start: Start, shapes: Path) -> None:
    client = await connect(start, trusted=True)
    uri = client.open(shapes, AREA)
    await client.script([SAME])

    result = await client.ask(protocol.RUN, run_params(uri, "refactor", IN_AREA))

    assert result.tests_can_run
    assert checks_of(result)["same behaviour"] == ("unknown", "not run: running code was not allowed")


@pytest.mark.parametrize(("run", "run_code"), [("ask", True), ("always", False)])
async def test_with_consent_tests_run_and_what_still_fails_is_dropped(
    start: Start, shapes: Path, run: str, run_code: bool
) -> None:
    client = await connect(start, trusted=True, run=run)
    uri = client.open(shapes, AREA)
    await client.script([GOOD_AND_BAD], [GOOD_AND_BAD])

    result = await client.ask(protocol.RUN, run_params(uri, "tests", IN_AREA, run_code=run_code))

    verdict, detail = checks_of(result)["tests run"]
    assert verdict == "ok" and "1 pass, 1 dropped" in detail
    assert "def test_three_by_four" in result.proposal.new_text
    assert "test_wrong" not in result.proposal.new_text
    assert not result.tests_can_run
    _, repair = await client.requests()
    assert "does not do what tests expect: `test_wrong`: `area(" in repair["messages"][-1][1]


async def test_failing_tests_that_there_is_no_time_to_mend_are_dropped_and_that_is_said(
    start: Start, shapes: Path, tmp_path: Path
) -> None:
    rates = {"rates": {"prefill": 100, "decode": 2, "fresh": 0}, "answers": {"tests": 16}}
    (tmp_path / "rates.json").write_text(json.dumps({"cpu scripted": rates}))
    client = await connect(start, trusted=True, edits={"maxSeconds": 8.5})
    uri = client.open(shapes, AREA)
    await client.script([GOOD_AND_BAD], [GOOD])

    result = await client.ask(protocol.RUN, run_params(uri, "tests", IN_AREA, run_code=True))

    assert "test_wrong" not in result.proposal.new_text and len(await client.requests()) == 1
    assert checks_of(result)["tried again"] == (
        "unknown",
        "there was no time within the 8.5 s of ttAssistant.edits.maxSeconds",
    )


@pytest.mark.parametrize(("trusted", "run"), [(False, "always"), (True, "never")])
async def test_consent_counts_only_where_code_may_run_at_all(
    start: Start, shapes: Path, trusted: bool, run: str
) -> None:
    client = await connect(start, trusted=trusted, run=run)
    uri = client.open(shapes, AREA)
    await client.script([GOOD_AND_BAD])

    result = await client.ask(protocol.RUN, run_params(uri, "tests", IN_AREA, run_code=True))

    assert checks_of(result)["tests run"][0] == "unknown"
    assert not result.tests_can_run


CHANGED = "```python\ndef area(width: int, height: int) -> int:\n    return width + height\n```"
SAME = "```python\ndef area(width: int, height: int) -> int:\n    return height * width\n```"


async def test_a_refactoring_that_changes_behaviour_is_refused_with_the_input(
    start: Start, shapes: Path
) -> None:
    client = await connect(start, trusted=True)
    uri = client.open(shapes, AREA)
    await client.script([CHANGED], [CHANGED])

    result = await client.ask(protocol.RUN, run_params(uri, "refactor", IN_AREA, run_code=True))

    assert result.proposal is None
    assert re.search(r"width=-?\d+, height=-?\d+ the old code gives .* and the new one", result.refused)
    _, repair = await client.requests()
    assert "the old code gives" in repair["messages"][-1][1]


async def test_a_refactoring_that_keeps_behaviour_says_how_that_is_known(start: Start, shapes: Path) -> None:
    client = await connect(start, trusted=True)
    uri = client.open(shapes, AREA)
    await client.script([SAME])

    result = await client.ask(protocol.RUN, run_params(uri, "refactor", IN_AREA, run_code=True))

    verdict, detail = checks_of(result)["same behaviour"]
    assert verdict == "ok" and "inputs" in detail
