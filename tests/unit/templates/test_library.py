"""Overrides, presets and reloading: which file is in force, and what happens when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.errors import TemplateError
from lsp_server.templates import Library, Root, built_in
from tests.unit.templates.test_reading import GOOD, write

VALUES: dict[str, object] = {"selection": "x = 1", "fence": "python", "name": "f"}


@pytest.fixture
def roots(tmp_path: Path) -> list[Root]:
    roots = [
        Root(tmp_path / "a", "built in"),
        Root(tmp_path / "b", "user"),
        Root(tmp_path / "c", "workspace"),
    ]
    write(roots[0].path, system="Base.", context="{{ selection }}", act=GOOD, presets__web="Web.")
    return roots


def task(library: Library, action: str) -> str:
    return dict(library.render(library.get(action), VALUES, "general").parts)["task"]


def test_workspace_replaces_user_replaces_built_in(roots: list[Root]) -> None:
    write(roots[1].path, act=GOOD.replace("Do it", "User"), own=GOOD.replace("Name", "Own"))
    write(roots[2].path, act=GOOD.replace("Do it", "Workspace"))

    library = Library.load(roots)

    assert task(library, "act") == "Workspace to f."
    assert library.get("act").source == "workspace"
    assert library.get("own").source == "user"
    assert [action.id for action in library.actions()] == ["act", "own"]


def test_a_broken_override_is_reported_and_hides_what_it_replaces(roots: list[Root]) -> None:
    """The built-in must not answer silently in place of what the user wrote."""
    write(roots[1].path, act="no front matter")

    library = Library.load(roots)

    assert library.problems[0].startswith("Prompt of the user: act.md, line 1")
    assert library.actions() == []
    with pytest.raises(TemplateError, match="front matter is missing"):
        library.get("act")


def test_a_good_override_of_a_broken_one_works(roots: list[Root]) -> None:
    write(roots[1].path, act="no front matter")
    write(roots[2].path, act=GOOD)

    assert task(Library.load(roots), "act") == "Do it to f."


def test_a_broken_system_override_stops_every_action(roots: list[Root]) -> None:
    write(roots[2].path, system="{{ oops }}")
    library = Library.load(roots)

    with pytest.raises(TemplateError, match=r"workspace: system\.md, line 1: unknown variable `oops`"):
        library.render(library.get("act"), VALUES, "general")


def test_presets_replace_the_system_prompt(roots: list[Root]) -> None:
    write(roots[2].path, presets__own="Own.", presets__general="General.")

    assert Library.load(roots[:1]).prefix({}, "general")[0].content == "Base."
    library = Library.load(roots)
    assert library.presets == ("general", "own", "web")
    assert [library.prefix({}, p)[0].content for p in library.presets] == ["General.", "Own.", "Web."]
    with pytest.raises(TemplateError, match="no preset `nope`: choose one of general, own, web"):
        library.prefix({}, "nope")


def test_read_gives_the_source_in_force_even_when_broken(roots: list[Root]) -> None:
    write(roots[1].path, act="broken")
    library = Library.load(roots)

    assert library.read("act") == ("broken", roots[1])
    assert library.read("presets/web") == ("Web.", roots[0])
    assert library.read("presets/general") == ("Base.", roots[0])
    with pytest.raises(TemplateError, match="no prompt `nope`"):
        library.read("nope")


def test_an_edited_file_is_in_force_after_loading_again(roots: list[Root]) -> None:
    before = Library.load(roots)
    write(roots[0].path, act=GOOD.replace("Do it", "Changed"))

    assert task(before, "act") == "Do it to f."
    assert task(Library.load(roots), "act") == "Changed to f."


def test_missing_directories_are_empty(tmp_path: Path) -> None:
    library = Library.load([built_in(), Root(tmp_path / "nowhere", "user")])

    assert library.problems == ()
    assert library.actions()[0].id == "explain"


def test_extras_that_were_not_given_render_to_nothing(roots: list[Root]) -> None:
    text = GOOD.replace("output: show", "output: show\ncontext: [tests, diagnostics]\nargument-hint: What?")
    write(
        roots[1].path,
        act=text + "{{ framework }}{{ instruction }}{% for d in diagnostics %}{{ d }}{% endfor %}",
    )

    assert task(Library.load(roots), "act") == "Do it to f."


def test_without_values_the_prefix_is_the_system_prompt(roots: list[Root]) -> None:
    assert len(Library.load(roots).prefix({}, "general")) == 1
