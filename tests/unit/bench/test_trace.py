"""The committed traces can be played, and a mistake in one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import trace
from bench.editor import SETTLED
from bench.trace import Trace

TRACES = trace.load_all()


def test_there_are_three_projects_with_enough_questions_for_a_95th_percentile() -> None:
    asks = [step for project in TRACES for step in project.steps if step.kind == "ask"]
    hovers = [step for project in TRACES for step in project.steps if step.kind == "hover"]

    assert len(TRACES) == 3
    assert len(asks) >= 20
    assert len(hovers) >= 20


@pytest.mark.parametrize("project", TRACES, ids=lambda project: project.name)
def test_every_step_finds_its_place(project: Trace) -> None:
    texts, shown = dict(project.files), ""

    for step in project.steps:
        if step.kind == "open":
            shown = step.what
            assert shown in texts
        elif step.kind == "type":
            at = trace.place(texts[shown], step.after) + len(step.after)
            texts[shown] = texts[shown][:at] + step.what + texts[shown][at:]
        elif step.kind in ("move", "select", "hover"):
            span = trace.definition(project.language, texts[shown], step.what)
            assert span.start <= trace.name_in(texts[shown], step.what) < span.end


@pytest.mark.parametrize("project", TRACES, ids=lambda project: project.name)
def test_a_question_follows_a_selection_after_a_pause_of_a_person(project: Trace) -> None:
    for before, step in zip(project.steps, project.steps[1:], strict=False):
        if step.kind == "ask":
            assert before.kind in ("select", "ask")
            assert step.think > 3 * SETTLED


@pytest.mark.parametrize("project", TRACES, ids=lambda project: project.name)
def test_columns_may_be_counted_in_characters(project: Trace) -> None:
    assert all(text.isascii() for text in project.files.values())


@pytest.mark.parametrize(
    "step", [{"jump": "x"}, {"ask": "explain", "open": "a.py"}, {"ask": "explain", "pause": 2}]
)
def test_a_step_without_a_meaning_is_refused(tmp_path: Path, step: dict[str, object]) -> None:
    (tmp_path / "project").mkdir()
    content = {"folder": "project", "language": "python", "steps": [step]}
    (tmp_path / "one.json").write_text(json.dumps(content), "utf-8")

    with pytest.raises(ValueError, match="no meaning"):
        trace.load(tmp_path / "one.json")


def test_a_place_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="def gone"):
        trace.definition("python", "def here():\n    pass\n", "def gone")


def test_the_mouse_rests_on_the_last_name() -> None:
    text = "func (s *Series) Add(r Reading) {\n}\n"

    assert text[trace.name_in(text, ") Add(") :].startswith("Add(r")


@pytest.mark.parametrize("project", TRACES, ids=lambda project: project.name)
def test_code_is_hovered_over_before_and_after_an_edit(project: Trace) -> None:
    texts, shown = dict(project.files), ""
    seen: dict[tuple[str, str], set[str]] = {}
    for step in project.steps:
        if step.kind == "open":
            shown = step.what
        elif step.kind == "type":
            texts[shown] = texts[shown].replace(step.after, step.after + step.what, 1)
        elif step.kind == "hover":
            span = trace.definition(project.language, texts[shown], step.what)
            seen.setdefault((shown, step.what), set()).add(texts[shown][span.start : span.end])

    assert max(len(codes) for codes in seen.values()) == 2


@pytest.mark.parametrize("project", TRACES, ids=lambda project: project.name)
def test_the_first_file_has_questions(project: Trace) -> None:
    steps = trace.first_file(project).steps

    assert [step.kind for step in steps].count("open") == 1
    assert len([step for step in steps if step.kind == "ask"]) >= 2
