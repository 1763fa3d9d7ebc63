"""Which functions something is prepared for, in which order."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.idle.functions import LONGEST, enclosing, function_around, functions_in

PYTHON = '''\
class Bag:
    """A bag."""

    def put(self, item):
        self.items.append(item)

    def take(self):
        """Return the newest item."""
        return self.items.pop()


def sort(bag):
    def key(item):
        return item.size

    return sorted(bag, key=key)
'''


def found(
    text: str, language: str, focus: str = "", parts: list[Span] | None = None
) -> list[tuple[str, bool]]:
    """First lines of the functions, nearest first, and whether each wants a docstring."""
    document = Document("file:///a", "a", language, text)
    whole = parts or [Span(0, len(text))]
    functions = functions_in(document, whole, text.index(focus))
    return [(document.slice(f.span).splitlines()[0].strip(), f.wants_docstring) for f in functions]


def test_the_nearest_function_comes_first_and_details_get_no_docstring() -> None:
    assert found(PYTHON, "python", focus="item.size") == [
        ("def key(item):", False),
        ("def sort(bag):", True),
        ("def take(self):", False),
        ("def put(self, item):", True),
    ]


def test_only_what_is_in_sight_counts() -> None:
    start = PYTHON.index("self.items.append")

    assert found(PYTHON, "python", parts=[Span(start, start + 5)]) == [("def put(self, item):", True)]


@pytest.mark.parametrize(
    "language, text",
    [
        ("typescript", "/** Adds. */\nfunction add(a: number) { return a; }\n"),
        ("go", "// Add adds.\nfunc Add(a int) int { return a }\n"),
        ("rust", "/// Adds.\nfn add(a: i32) -> i32 { a }\n"),
        ("cpp", "/** Adds. */\nint add(int a) { return a; }\n"),
        ("python", "def add(a):\n    'Adds.'\n    return a\n"),
    ],
)
def test_documented_functions_want_no_docstring(language: str, text: str) -> None:
    bare = text.replace("    'Adds.'\n", "") if language == "python" else text.split("\n", 1)[1]

    assert [wants for _, wants in found(text, language)] == [False]
    assert [wants for _, wants in found(bare, language)] == [True]


@pytest.mark.parametrize("body", ["", "\n", "\n    # TODO\n", '\n    """\n', "\n    return\n", " ;\n"])
def test_a_function_that_is_being_typed_hides_no_other(body: str) -> None:
    """tree-sitter raises an IndexError for the first child of a node without children."""
    assert ("def add(a):", True) in found(f"def add(a):\n    return a\n\n\ndef later(x):{body}", "python")


def test_a_very_long_function_is_left_alone() -> None:
    text = "def f():\n" + "    x = 1\n" * (LONGEST // 8)
    (function,) = functions_in(Document("file:///a", "a", "python", text), [Span(0, 10)], 0)

    assert not function.wants_docstring and not function.wants_explanation


def test_without_a_grammar_there_is_nothing_to_prepare() -> None:
    assert functions_in(Document("file:///a", "a", "plaintext", "words"), [Span(0, 5)], 0) == []


def test_the_function_around_a_target_is_the_innermost_one_and_never_a_class() -> None:
    document = Document("file:///a", "a", "python", PYTHON)

    def around(text: str) -> str:
        start = PYTHON.index(text)
        span = function_around(document, Span(start, start + len(text)))
        return document.slice(span).splitlines()[0].strip() if span else ""

    assert around("item.size") == "def key(item):"
    assert around("return sorted") == "def sort(bag):"
    assert around('"""A bag."""') == ""


@pytest.mark.parametrize(
    "language, text, function, headers",
    [
        ("python", PYTHON, "def sort(bag):", []),
        ("python", PYTHON, "def put(self", ["class Bag"]),
        ("python", PYTHON, "def key(item", ["def sort(bag)"]),
        ("python", "@final\nclass A(B):\n    @cached\n    def f(self): ...\n", "@cached", ["class A(B)"]),
        ("typescript", "class A extends B {\n  f() { return 1; }\n}\n", "f()", ["class A extends B"]),
        ("plaintext", "words", "words", []),
    ],
)
def test_a_definition_is_told_with_what_it_stands_in(
    language: str, text: str, function: str, headers: list[str]
) -> None:
    document = Document("file:///a", "a", language, text)
    start = text.index(function)
    span = function_around(document, Span(start, start + 1)) or Span(start, start)

    assert [header.strip().rstrip(" :{") for header in enclosing(document, span)] == headers
