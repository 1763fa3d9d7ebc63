"""What holds for every built-in prompt: one shared prefix, parts that add up, nothing of the code changed."""

from __future__ import annotations

import re

import pytest

from lsp_server.templates import Library, built_in
from tests.prompts.cases import CASES, EXTRAS, PYTHON, values_of

LIBRARY = Library.load([built_in()])


def test_every_built_in_prompt_can_be_used() -> None:
    assert LIBRARY.problems == ()
    assert LIBRARY.presets == ("general", "data", "systems", "web")
    actions = LIBRARY.actions()
    assert len({action.name for action in actions}) == len(actions)
    assert {"explain", "refactor", "tests", "docstring", "fix", "review", "hover"} <= {a.id for a in actions}


@pytest.mark.parametrize("case", CASES)
def test_all_actions_on_a_selection_share_one_prefix(case: str) -> None:
    """One prefill serves every action: the bytes before the task are equal, also with every extra given."""
    values = values_of(case)
    system, context = LIBRARY.prefix(values, "general")

    for action in LIBRARY.actions():
        for extras in ({}, *EXTRAS.get(action.id, {}).values()):
            rendered = LIBRARY.render(action, {**values, **extras}, "general")
            assert rendered.messages[0] == system
            assert rendered.messages[1].content.startswith(context.content + "\n\n")


@pytest.mark.parametrize("case", CASES)
def test_the_parts_are_the_prompt(case: str) -> None:
    rendered = LIBRARY.render(LIBRARY.get("explain"), values_of(case), "general")

    parts = dict(rendered.parts)
    assert list(parts) == ["system", "file", "selection", "task"]
    assert rendered.messages[0].content == parts["system"]
    assert rendered.messages[1].content == f"{parts['file']}{parts['selection']}\n\n{parts['task']}"
    assert str(values_of(case)["selection"]) in parts["selection"]


def test_code_passes_through_untouched() -> None:
    rendered = LIBRARY.render(LIBRARY.get("explain"), values_of("method"), "general")

    line = next(line.strip() for line in PYTHON.split("\n") if "not_a_variable" in line)
    assert line in dict(rendered.parts)["selection"]


def test_a_selection_with_fences_stays_in_its_fence() -> None:
    selection = dict(LIBRARY.render(LIBRARY.get("explain"), values_of("markdown"), "general").parts)[
        "selection"
    ]

    assert selection.startswith("`````markdown\n") and selection.endswith("\n`````")


@pytest.mark.parametrize("action", [action.id for action in LIBRARY.actions()])
@pytest.mark.parametrize("case", CASES)
def test_empty_sections_leave_no_trace(case: str, action: str) -> None:
    task = dict(LIBRARY.render(LIBRARY.get(action), values_of(case), "general").parts)["task"]

    assert task == task.strip()
    assert "\n\n\n" not in task
    assert not re.search(r"(?<!`)``(?!`)|\{\{|\[\]", task)


def test_the_system_prompt_is_small() -> None:
    for preset in LIBRARY.presets:
        assert len(LIBRARY.prefix({}, preset)[0].content) < 400
