"""A file that is one long definition: cut between its members, with the scopes of a whole parse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from lsp_server.document import Span
from lsp_server.syntax import Pieces, parse
from tests.unit.syntax.edits import edited, edits
from tests.unit.syntax.nested import SHAPES
from tests.unit.syntax.test_pieces import cut_up, described

MEMBERS = {name: 16_000 // len(shape.member) for name, shape in SHAPES.items()}


def in_pieces(name: str) -> tuple[str, str, Pieces]:
    language, text = SHAPES[name].language, SHAPES[name].text(MEMBERS[name])
    return language, text, cut_up(language, text)


@pytest.mark.parametrize("name", sorted(SHAPES))
@settings(max_examples=6, deadline=None)
@given(changes=edits)
def test_edited_pieces_are_those_of_the_new_text(name: str, changes: list[tuple[float, int, str]]) -> None:
    language, text, found = in_pieces(name)

    for change in changes:
        text = edited(text, change)
        found = cut_up(language, text, found)
    fresh = cut_up(language, text)

    assert "".join(tree.text[tree.part.start : tree.part.end] for tree in found.trees) == text
    assert (described(found), found.held) == (described(fresh), fresh.held)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_pieces_declare_what_the_whole_declares(name: str) -> None:
    language, text, found = in_pieces(name)
    whole = parse(language, text)

    assert whole is not None
    assert max(holder.level for holder, _ in found.held) > 0
    assert not any(tree.has_error for tree in found.trees)
    starts = [found.start(at) for at in range(len(found.trees))]
    trees = list(zip(starts, found.trees, strict=True))
    assert [
        (scope.kind, scope.name, scope.parent and scope.parent.name, start + scope.span.start)
        for start, tree in trees
        for scope in tree.scopes()
    ] == [(s.kind, s.name, s.parent and s.parent.name, s.span.start) for s in whole.scopes()]
    assert [span.shifted(start) for start, tree in trees for span in tree.imports()] == whole.imports()
    assert [start + span.start for start, tree in trees for span in tree.data()] == [
        span.start for span in whole.data()
    ]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_pieces_around_a_definition_hold_all_of_it(name: str) -> None:
    language, text, found = in_pieces(name)
    whole = parse(language, text)
    assert whole is not None

    for scope in whole.scopes()[:4] + whole.scopes()[-4:]:
        cursor = scope.header.end
        ends = [
            (scope.span.start >= found.cuts[first] and scope.span.end <= found.cuts[last])
            for first, last in found.outwards(Span(cursor, cursor))
        ]

        assert ends[-1]


def test_typing_in_a_method_leaves_the_other_pieces_as_they_are() -> None:
    language, text, before = in_pieces("java_class")
    at = text.index("return a", len(text) // 2)

    after = cut_up(language, text[:at] + "f((" + text[at:], before)

    same = {id(tree) for tree in before.trees} & {id(tree) for tree in after.trees}
    assert len(same) == len(before.trees) - 1
    assert sum(tree.has_error for tree in after.trees) == 1


def test_a_comment_at_the_margin_does_not_end_a_class() -> None:
    """A cut before it made functions of the methods below."""
    methods = [f"    def m{i}(self):\n        return {i}\n\n# Left out {i}.\n\n" for i in range(40)]
    text = "class A:\n" + "".join(methods)

    found = cut_up("python", text)

    assert {scope.parent and scope.parent.name for tree in found.trees for scope in tree.scopes()} == {
        None,
        "A",
    }
    assert sum(scope.name == "A" for tree in found.trees for scope in tree.scopes()) == 1


@pytest.mark.parametrize(
    "header",
    [
        "def last(a,\n         b):\n",
        "def last(a, b=(1,\n                2)) -> dict[str,\n                            int]:  # So (it is): so.\n",
        "async def last(\n        a, b=lambda x: (x)):\n",
        "@first(1,\n       2)\nclass Last(dict,\n           metaclass=f(1,\n                       2)):\n",
        "if (a and\n        b(c)):\n",
        "with f(a) as b, g(\n        c) as d:\n",
    ],
)
def test_a_header_over_several_lines_below_a_class_is_not_of_it(header: str) -> None:
    """A long function whose signature had two lines was cut as if it were in the class above."""
    members = "".join(f"    def m{i}(self):\n        return {i}\n\n" for i in range(60))
    body = "".join(f"    if x{i}:\n        x = {i}\n\n    y = {i}\n\n" for i in range(700))
    text = f"class A:\n{members}\n{header}{body}\n\ndef end(): pass\n"

    found = cut_up("python", text)

    whole = parse("python", text)
    assert whole is not None and not any(tree.has_error for tree in found.trees)
    inside = [tree.innermost(Span(at, at)) for tree in found.trees if (at := tree.text.find(" y = ")) >= 0]
    around = whole.innermost(Span(*[text.index(" y = ")] * 2))
    assert {scope and scope.name for scope in inside} == {around and around.name}
    assert len(found.trees) > 10
