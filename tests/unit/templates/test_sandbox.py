"""What an untrusted template can reach, and how much it may take."""

from __future__ import annotations

import time
from pathlib import Path

import jinja2
import pytest

from lsp_server.errors import TemplateError
from lsp_server.templates import Library, Root
from lsp_server.templates.environment import Environment, fenced, render
from tests.unit.templates.test_reading import GOOD, write

VALUES: dict[str, object] = {"selection": "x = 1\n" * 100, "fence": "python", "name": "f", "imports": ""}


def attempt(tmp_path: Path, body: str) -> str:
    write(tmp_path, system="S", context="C", act=GOOD + body)
    library = Library.load([Root(tmp_path, "workspace")])
    return dict(library.render(library.get("act"), VALUES, "general").parts)["task"]


@pytest.mark.parametrize(
    "body",
    [
        "{{ selection.__class__ }}",
        "{{ selection.__class__.__mro__ }}",
        "{{ fence.upper.__globals__ }}",
        "{{ selection|attr('__class__') }}",
        "{{ ''.join.__self__.__class__ }}",
        "{{ '{0.__class__}'.format(selection) }}",
        "{% include 'system.md' %}",
        "{% import 'system.md' as s %}",
        "{% extends 'system.md' %}",
        "{{ lipsum(9) }}",
        "{{ namespace() }}",
        "{{ cycler(1) }}",
        "{{ _steps }}",
        "{{ self.__init__ }}",
    ],
)
def test_nothing_but_the_variables_can_be_reached(tmp_path: Path, body: str) -> None:
    with pytest.raises(TemplateError) as error:
        attempt(tmp_path, body)

    assert error.value.message.startswith(("act.md", "Prompt of the workspace: act.md"))


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in range(10000000) %}x{% endfor %}",
        "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        "{% for a in selection %}{% for b in selection %}{% for c in selection %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 'x' * 10000000000 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{% for i in range(90000) %}{{ selection }}{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ [].pop() }}",
        "{{ name.nothing.more }}",
        "{{ 'x' + 1 }}",
    ],
)
def test_runaway_and_failing_templates_end_with_a_sentence(tmp_path: Path, body: str) -> None:
    started = time.monotonic()

    with pytest.raises(TemplateError, match=r"act\.md cannot be rendered: "):
        attempt(tmp_path, body)

    assert time.monotonic() - started < 20


def test_loops_and_macros_of_usual_size_work() -> None:
    template = Environment().from_string(
        "{% macro m(x) %}<{{ x }}>{% endmacro %}"
        "{% for x in items %}{{ m(x) }}{{ loop.index }}{{ ', ' if not loop.last }}{% else %}none{% endfor %}"
    )

    assert render(template, {"items": ["a", "b"]}) == "<a>1, <b>2"
    assert render(template, {"items": []}) == "none"


def test_a_missing_value_is_an_error_not_an_empty_text() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render(Environment().from_string("{{ nothing }}"), {})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1", "```py\nx = 1\n```"),
        ("\n\n    x = 1\n", "```py\n    x = 1\n```"),
        ("a\n```\nb\n```", "````py\na\n```\nb\n```\n````"),
        ("`````", "``````py\n`````\n``````"),
        ("inline `code` and ``more``", "```py\ninline `code` and ``more``\n```"),
        ("{{ x }} {% y %}", "```py\n{{ x }} {% y %}\n```"),
    ],
)
def test_a_fence_is_longer_than_any_inside(code: str, expected: str) -> None:
    assert fenced(code, "py") == expected
