"""A long file in pieces: the same pieces whether it was edited or opened, and the scopes of a whole parse."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.document import Span
from lsp_server.syntax import Pieces, Tree, info_for, parse, pieces
from lsp_server.syntax.difference import common_ends
from lsp_server.syntax.languages import load
from lsp_server.syntax.pieces import JOINED_CHARACTERS, LONG, cut, recut
from tests.unit.syntax.edits import SOURCES, edited, edits

COPIES = 12


def long_text(language: str) -> str:
    """The source of a language many times, each with names of its own, so that there are cuts."""
    return "\n\n".join(
        SOURCES[language].replace("f(", f"f{i}(").replace("A", f"A{i}").replace("LIMIT", f"LIMIT_{i}")
        for i in range(COPIES)
    )


def cut_up(language: str, text: str, like: Pieces | None = None) -> Pieces:
    """Cut without the cache, whatever the length."""
    info = info_for(language)
    assert info is not None
    loaded = load(info.module, info.loader, info.query)
    assert loaded is not None
    if like is None:
        return cut(text, info, loaded)
    return recut(text, info, loaded, like, common_ends(like.text, text))


def described(found: Pieces) -> list[tuple[str, str, list[tuple[str, str, Span]]]]:
    return [
        (tree.text, str(tree.root), [(scope.kind, scope.name, scope.span) for scope in tree.scopes()])
        for tree in found.trees
    ]


@pytest.mark.parametrize("language", sorted(SOURCES))
@settings(max_examples=60, deadline=None)
@given(changes=edits)
def test_edited_pieces_are_those_of_the_new_text(
    language: str, changes: list[tuple[float, int, str]]
) -> None:
    text = long_text(language)
    found = cut_up(language, text)

    for change in changes:
        text = edited(text, change)
        found = cut_up(language, text, found)

        assert "".join(tree.text for tree in found.trees) == text
        assert len({id(tree) for tree in found.trees}) == len(found.trees)
        assert described(found) == described(cut_up(language, text))


@pytest.mark.parametrize("language", sorted(SOURCES))
def test_pieces_have_the_scopes_of_the_whole(language: str) -> None:
    text = long_text(language)
    found = cut_up(language, text)
    whole = parse(language, text)

    assert whole is not None and len(found.trees) > 2
    assert [
        (scope.kind, scope.name, start + scope.span.start, start + scope.span.end)
        for start, tree in zip(found.cuts, found.trees, strict=False)
        for scope in tree.scopes()
    ] == [(scope.kind, scope.name, scope.span.start, scope.span.end) for scope in whole.scopes()]


def test_typing_in_a_function_leaves_the_other_pieces_as_they_are() -> None:
    text = long_text("python")
    before = cut_up("python", text)
    at = text.index("return", len(text) // 2)

    after = cut_up("python", text[:at] + "(" + text[at:], before)

    same = {id(tree) for tree in before.trees} & {id(tree) for tree in after.trees}
    assert len(same) == len(before.trees) - 1
    assert sum(tree.has_error for tree in after.trees) == 1


def test_a_cut_in_a_string_is_none() -> None:
    lines = "".join(f"Line {i} of a text.\n\n" for i in range(60))
    text = f'x = 1\n\nTEXT = """\n\n{lines}"""\n\n\ndef f(): pass\n'

    found = cut_up("python", text)

    assert not any(tree.has_error for tree in found.trees)


def test_a_span_is_held_by_its_pieces() -> None:
    text = long_text("go")
    found = cut_up("go", text)
    second, third = found.cuts[1:3]

    assert found.around(Span(second, second)) == (1, 2)
    assert found.around(Span(second, third)) == (1, 2)
    assert found.around(Span(second - 1, third + 1)) == (0, 3)
    assert found.around(Span(len(text), len(text))) == (len(found.trees) - 1, len(found.trees))
    assert found.joined(0, 3).text == text[: found.cuts[3]]


def test_short_texts_are_one_piece() -> None:
    found = pieces("python", "x = 1\n\n\ndef f(): pass\n")

    assert found is not None and [type(tree) for tree in found.trees] == [Tree]
    assert pieces("ruby", "x = 1") is None


def test_a_header_stays_whole() -> None:
    """What `#ifndef` holds is found in it, not beside it."""
    text = (
        "#ifndef A_H\n#define A_H\n\n"
        + "\n\n".join(f"int f{i}(void);" for i in range(LONG // 10))
        + "\n\n#endif\n"
    )

    found = pieces("c", text)

    assert found is not None and len(found.trees) == 1


def test_long_texts_are_cut_once() -> None:
    text = "".join(f"def function_{i}(a):\n    return a + {i}\n\n\n" for i in range(LONG // 20))

    found = pieces("python", text)

    assert found is not None and len(found.trees) > 100
    assert pieces("python", "".join(list(text))) is found


PROSE = "What this module does.\n\n" + "".join(f"Paragraph {i} at the margin.\n\n" for i in range(30))
PARAGRAPHS = {
    "docstring": f'"""{PROSE}"""\n',
    "other quotes": f"'''{PROSE}'''\n",
    "escaped": f'"""\\"""\n{PROSE}"""\n',
    "in a call": f'import a\n\nTEXT = a.dedent(\n    """\n{PROSE}"""\n)\n',
    "of quotes": f'"""{PROSE}\'\'\'{PROSE}"""\n',
}


@pytest.mark.parametrize("strings", sorted(PARAGRAPHS))
def test_a_cut_in_a_string_before_long_code_is_none(strings: str) -> None:
    """CPython's asyncio/base_events.py had no hovers, and actions took code that had nothing to do with them."""
    long = "def second(x):\n" + "    x = x + 1\n" * (2 * JOINED_CHARACTERS // 14) + "    return x\n"
    text = PARAGRAPHS[strings] + "\nimport os\n\n\ndef first(a):\n    return a\n\n\n" + long

    found = cut_up("python", text)

    assert not any(tree.has_error for tree in found.trees)
    assert [scope.name for tree in found.trees for scope in tree.scopes()] == ["first", "second"]


@pytest.mark.parametrize(
    "said", ["", '    """Say it."""\n', '    """\n    Say it.\n\n    At length.\n    """\n']
)
def test_quotes_that_are_typed_leave_most_pieces_as_they_are(said: str) -> None:
    """To the parser, what follows them is a string, and then the strings are code."""
    text = "".join(f"def f{i}(x):\n{said}    y = [x,\n{i}]\n\n    return y\n\n\n" for i in range(400))
    before = cut_up("python", text)
    at = text.index("    y =", len(text) // 2)

    after = cut_up("python", text[:at] + '    """' + text[at:], before)

    same = {id(tree) for tree in before.trees} & {id(tree) for tree in after.trees}
    assert len(same) >= len(before.trees) - 2
    assert sum(tree.has_error for tree in after.trees) <= 2


@settings(max_examples=15, deadline=None)
@given(changes=edits, quotes=st.lists(st.integers(0, 10_000), max_size=3))
def test_edited_pieces_between_quotes_are_those_of_the_new_text(
    changes: list[tuple[float, int, str]], quotes: list[int]
) -> None:
    text = PARAGRAPHS["of quotes"] + long_text("python").replace("\n\n", f'\n\n"""{PROSE}"""\n\n', 3)
    found = cut_up("python", text)

    for change in [*changes, *((at / 10_000, 0, '"""') for at in quotes)]:
        text = edited(text, change)
        found = cut_up("python", text, found)

        assert described(found) == described(cut_up("python", text))


def test_a_long_row_of_strings_is_cut_in_time_that_grows_with_it() -> None:
    def seconds(strings: int) -> float:
        text = f'"""{PROSE}"""\n\n' * strings
        began = time.process_time()
        assert not any(tree.has_error for tree in cut_up("python", text).trees)
        return time.process_time() - began

    seconds(20)

    assert seconds(400) < 12 * max(seconds(100), 0.05)
