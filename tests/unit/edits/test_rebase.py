"""Random races of typing against a pending edit: the edit lands where it belongs, or is refused; nothing typed is lost."""

from __future__ import annotations

import pytest

from lsp_server.document import Span
from lsp_server.edits import rebase
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.errors import EditRefused
from tests.typist import BASE, Typist

DOCSTRING = '    """Say what it does."""\n'


def proposal(text: str, *replacements: Replacement) -> Proposal:
    return Proposal("replace", "file:///m.py", text, replacements, "")


def edits_of(text: str) -> list[Replacement]:
    """Insertions below each header, replacements of each function, an insertion at the imports and at the end."""
    found = [Replacement(Span(text.index("X = 1") - 1, text.index("X = 1") - 1), "import re\n")]
    found.append(Replacement(Span(len(text), len(text)), "\n\ndef more():\n    pass\n"))
    at = text.find("def ")
    while at >= 0:
        line = text.index("\n", at) + 1
        found.append(Replacement(Span(line, line), DOCSTRING))
        end = text.find("\n\n", at)
        found.append(
            Replacement(Span(at, end if end >= 0 else len(text.rstrip())), "def changed():\n    return 0")
        )
        at = text.find("def ", at + 1)
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_edit_lands_where_it_belongs_or_is_refused(line_end: str) -> None:
    text = BASE.replace("\n", line_end)
    accepted = 0
    for seed in range(1_000):
        picked = edits_of(BASE)[seed % len(edits_of(BASE))]
        span = Span(*(len(BASE[:at].replace("\n", line_end)) for at in (picked.span.start, picked.span.end)))
        typist = Typist(text, span, seed)
        for _ in range(1 + seed % 4):
            typist.type()

        try:
            moved = rebase(proposal(text, Replacement(span, picked.text)), typist.text)
        except EditRefused:
            continue

        accepted += 1
        now = typist.text
        expected = now[: typist.start] + picked.text + now[typist.end :]
        assert moved.new_text == expected or (typist.touched and text_is_whole(moved, text, span)), (
            f"seed {seed}"
        )
    assert accepted > 300


def text_is_whole(moved: Proposal, old: str, span: Span) -> bool:
    """After a change that undid itself: the lines the edit replaces read as they did."""
    now = moved.replacements[0].span
    return moved.base_text[now.start : now.end] == old[span.start : span.end]


def test_the_same_text_needs_no_move() -> None:
    one = proposal(BASE, edits_of(BASE)[2])

    assert rebase(one, BASE) is one


def test_a_copy_pasted_beside_the_code_is_refused() -> None:
    start = BASE.index("def first")
    end = BASE.index("class Box")
    pending = proposal(BASE, Replacement(Span(start, end - 3), "def first(a, b):\n    return a + b"))

    with pytest.raises(EditRefused, match="changed since"):
        rebase(pending, BASE[:end] + BASE[start:end] + BASE[end:])


def test_equal_methods_are_told_apart_by_what_surrounds_them() -> None:
    line = BASE.rindex("def add")
    at = BASE.index("\n", line) + 1
    pending = proposal(BASE, Replacement(Span(at, at), "    " + DOCSTRING))
    typed = BASE.replace("X = 1", "X = 2").replace("last()", "final()")

    moved = rebase(pending, typed)

    assert moved.new_text.index(DOCSTRING) > moved.new_text.index("class Bag")
    assert moved.new_text.replace("    " + DOCSTRING, "") == typed


def test_typing_inside_the_replaced_code_is_refused() -> None:
    start = BASE.index("def first")
    pending = proposal(
        BASE, Replacement(Span(start, BASE.index("return total") + 12), "def first(a, b):\n    return 1")
    )

    for typed in (
        BASE.replace("a + b", "a - b"),
        BASE.replace("def first", "xdef first"),
        BASE.replace("return total\n", "return total0\n"),
    ):
        with pytest.raises(EditRefused):
            rebase(pending, typed)


def test_text_typed_after_an_edit_at_the_end_without_newline_is_kept_or_refused() -> None:
    text = "def f():\n    return 1"
    pending = proposal(text, Replacement(Span(0, len(text)), "def f():\n    return 2"))

    with pytest.raises(EditRefused):
        rebase(pending, text + "0")
    assert rebase(pending, text + "\nx = 1\n").new_text == "def f():\n    return 2\nx = 1\n"


@pytest.mark.parametrize(
    "typed", ["    assert f(2) == 3\n", "\n    # more\n", "x = 1", "\n\nx = 1\n", "\n    "]
)
@pytest.mark.parametrize("end", ["\n", "\n\n", ""])
def test_an_insertion_at_the_end_is_refused_when_typing_went_on_there(typed: str, end: str) -> None:
    """A test was put between the lines of the one that was being typed."""
    text = "def test_a():\n    assert f(1) == 2" + end
    pending = proposal(text, Replacement(Span(len(text), len(text)), "\n\ndef test_b():\n    pass\n"))

    with pytest.raises(EditRefused):
        rebase(pending, text + typed)


def test_an_insertion_at_the_end_stays_there_when_typing_was_above() -> None:
    text = "X = 1\n\n\ndef f():\n    return 1\n"
    pending = proposal(text, Replacement(Span(len(text), len(text)), "\n\ndef g():\n    pass\n"))

    assert rebase(pending, f"import os\n{text}").new_text == f"import os\n{text}\n\ndef g():\n    pass\n"


def test_an_insertion_at_the_end_of_a_line_is_refused_when_a_line_was_typed_below_it() -> None:
    text = "def f(x):\n    return (x)\n\n\ndef h():\n    pass\n"
    at = text.index("(x)\n\n") + 3
    pending = proposal(text, Replacement(Span(at, at), "\n\n\ndef g():\n    pass"))

    with pytest.raises(EditRefused):
        rebase(pending, text.replace("return (x)\n", "return (x)\n    + 1\n"))
    assert rebase(pending, text.replace("pass", "return 2")).new_text.count("(x)\n\n\ndef g") == 1


def test_an_insertion_above_the_last_line_allows_typing_below_that_line() -> None:
    text = "def f():\n    return 1\n"
    at = text.index("    return")
    pending = proposal(text, Replacement(Span(at, at), DOCSTRING))

    assert rebase(pending, f"{text}\n\nx = 1\n").new_text == f"def f():\n{DOCSTRING}    return 1\n\n\nx = 1\n"
