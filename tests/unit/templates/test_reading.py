"""Reading template files: what is accepted, and the sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.errors import TemplateError
from lsp_server.templates import Library, Root, Template, sampling_for

GOOD = "---\nname: Name\ndescription: Words.\noutput: show\n---\nDo it to {{ name }}.\n"


def library(tmp_path: Path, **files: str) -> Library:
    write(tmp_path, **{"system": "Be brief.", "context": "{{ selection | fenced(fence) }}", **files})
    return Library.load([Root(tmp_path, "built in")])


def write(directory: Path, **files: str) -> None:
    (directory / "presets").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / f"{name.replace('__', '/')}.md").write_text(text, "utf-8", newline="")


def read(tmp_path: Path, text: str) -> Template:
    return library(tmp_path, act=text).get("act")


def check_problem(tmp_path: Path, text: str, *says: str) -> None:
    """A file with this text is reported with all of these words, and cannot be used."""
    loaded = library(tmp_path, act=text)

    assert len(loaded.problems) == 1
    for words in says:
        assert words in loaded.problems[0]
    with pytest.raises(TemplateError) as error:
        loaded.get("act")
    assert error.value.message == loaded.problems[0]
    assert [action.id for action in loaded.actions()] == []


def test_a_template_has_the_values_of_its_front_matter(tmp_path: Path) -> None:
    text = (
        "---\nname: Name\ndescription: Words.\noutput: replace\ncontext: [diagnostics]\n"
        "sampling: {temperature: 0.5, stop: [END]}\nargument-hint: What?\nargument-choices: [A, B]\n"
        "order: 3\nmenu: false\nkeep-behaviour: false\n---\n"
        "{{ instruction }} {{ diagnostics }}"
    )

    template = read(tmp_path, text)

    assert (template.id, template.name, template.description) == ("act", "Name", "Words.")
    assert (template.output, template.context, template.argument_hint) == (
        "replace",
        ("diagnostics",),
        "What?",
    )
    assert template.argument_choices == ("A", "B")
    assert (template.order, template.in_menu, template.source) == (3, False, "built in")
    assert not template.keeps_behaviour
    sampling = sampling_for(template, 100)
    assert (sampling.temperature, sampling.top_p, sampling.stop) == (0.5, 0.9, ("END",))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD + "\n---\nA rule above.\n",
        GOOD.replace("Words.", "'Words: with a colon'"),
    ],
)
def test_unusual_but_right_files_are_read(tmp_path: Path, text: str) -> None:
    assert library(tmp_path, act=text).problems == ()


def test_a_rule_in_the_body_is_part_of_it(tmp_path: Path) -> None:
    loaded = library(tmp_path, act=GOOD + "---\nMore.\n")
    rendered = loaded.render(loaded.get("act"), {"name": "f", "selection": "x", "fence": ""}, "general")

    assert dict(rendered.parts)["task"] == "Do it to f.\n---\nMore."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Just words.\n", ("act.md, line 1", "front matter is missing")),
        ("\n" + GOOD, ("act.md, line 1", "front matter is missing")),
        (GOOD.replace("output: show\n", ""), ("`output` is missing",)),
        (
            GOOD.replace("output: show", "output: speak"),
            ("line 4", "'speak'", "show, replace, docstring, file"),
        ),
        (GOOD.replace("output", "ouput"), ("line 4", "unknown key `ouput`", "argument-hint")),
        (GOOD.replace("Name", "[1"), ("line", "not valid YAML")),
        (GOOD.replace("Name", "!!python/object/apply:os.getcwd []"), ("not valid YAML",)),
        (GOOD.replace("Name", ""), ("line 2", "`name` must be text")),
        ("---\n- a\n---\nx\n", ("line 1", "`key: value`")),
        (GOOD.replace("output: show", "output: show\ncontext: [weather]"), ("line 5", "diagnostics, tests")),
        (
            GOOD.replace("output: show", "output: show\nsampling: {heat: 1}"),
            ("line 5", "`heat`", "temperature"),
        ),
        (GOOD.replace("output: show", "output: show\nsampling: {temperature: 9}"), ("line 5", "from 0 to 2")),
        (
            GOOD.replace("output: show", "output: show\nsampling: {max_tokens: no}"),
            ("line 5", "max_tokens False"),
        ),
        (GOOD.replace("output: show", "output: show\nargument-choices: A"), ("line 5", "a list of texts")),
        (GOOD.replace("output: show", "output: show\nsampling: 3"), ("line 5", "{temperature: 0.2")),
        (GOOD.replace("output: show", "output: show\norder: first"), ("line 5", "whole number")),
        (GOOD.replace("output: show", "output: show\nmenu: 1"), ("line 5", "true or false")),
        (GOOD.replace("output: show", "output: show\nkeep-behaviour: 1"), ("line 5", "true or false")),
        (GOOD + "{{ selecton }}\n", ("line 7", "unknown variable `selecton`", "selection")),
        (GOOD + "{{ diagnostics }}\n", ("line 7", "unknown variable `diagnostics`")),
        (GOOD + "{{ instruction }}\n", ("line 7", "unknown variable `instruction`")),
        (GOOD + "{% if name %}\n", ("line 7", "Unexpected end of template")),
        (GOOD + "{{ name | shouted }}\n", ("line 7", "No filter named 'shouted'")),
        (GOOD + "x" * 300_000, ("larger than 200 kB",)),
    ],
)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, text: str, says: tuple[str, ...]) -> None:
    check_problem(tmp_path, text, *says)


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    library(tmp_path)
    (tmp_path / "act.md").write_bytes(b"---\nname: \xff\xfe\n---\n")

    assert "not UTF-8" in Library.load([Root(tmp_path, "built in")]).problems[0]


def test_a_bad_file_name_is_told_and_a_readme_is_not_a_prompt(tmp_path: Path) -> None:
    loaded = library(tmp_path, **{"My Action": GOOD, "README": "Hello."})

    assert len(loaded.problems) == 1
    assert "My Action.md: name the file" in loaded.problems[0]


def test_system_prompts_take_no_variables_and_no_front_matter(tmp_path: Path) -> None:
    loaded = library(tmp_path, system="About {{ file }}.", presets__web=GOOD)

    assert any("system.md, line 1: unknown variable `file`" in problem for problem in loaded.problems)
    assert any("web.md, line 1: this file takes no front matter" in problem for problem in loaded.problems)


SIZES = [("show", 100, 256), ("docstring", 100, 256), ("replace", 100, 342), ("replace", 9000, 4096)]


@pytest.mark.parametrize(("output", "tokens", "expected"), [*SIZES, ("file", 10, 512), ("file", 9000, 2048)])
def test_the_length_of_an_answer_follows_the_selection(
    tmp_path: Path, output: str, tokens: int, expected: int
) -> None:
    sampling = sampling_for(read(tmp_path, GOOD.replace("show", output)), tokens)

    assert (sampling.max_tokens, sampling.temperature, sampling.top_p) == (expected, 0.2, 0.9)
