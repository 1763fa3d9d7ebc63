"""Documentation that says nothing is refused; what it says of parameters that are not there is left out."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_docstring
from lsp_server.edits.docstring.claims import only_repeats, without_unknown_parameters
from lsp_server.edits.docstring.wording import plain
from lsp_server.errors import EditRefused


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_by_length", "Group by length."),
        ("isPrime", "This function is prime."),
        ("Clamp", "Clamp clamps."),
        ("Reverse", "Reverse reverses."),
        ("reverse_all", "`reverse_all` function"),
    ],
)
def test_a_text_of_the_names_words_alone_says_nothing(name: str, text: str) -> None:
    assert only_repeats(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_by_length", "Group words by length."),
        ("is_prime", "Return whether n is prime."),
        ("Clamp", "Clamp a value to a range."),
        ("run", "Führt aus."),
        ("open", "開く"),
    ],
)
def test_one_more_word_says_something(name: str, text: str) -> None:
    assert not only_repeats(text, name)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Add.\n\nArgs:\n    a: First.\n    c (int): Third,\n        in two.\n    *rest: More.\n\nReturns:\n    The sum.",
            "Add.\n\nArgs:\n    a: First.\n    *rest: More.\n\nReturns:\n    The sum.",
        ),
        ("Add.\n\nArgs:\nc: Third.\nReturns:\nThe sum.", "Add.\nReturns:\nThe sum."),
        ("Add.\n\nArgs:\n    c: Third.", "Add."),
        (
            "Add.\n\n@param a First.\n@param c Third\n  and last.\n@return The sum.",
            "Add.\n\n@param a First.\n@return The sum.",
        ),
        (
            "Add.\n\n:param a: First.\n:param c: Third.\n:returns: The sum.",
            "Add.\n\n:param a: First.\n:returns: The sum.",
        ),
        (
            "Add.\n\n@param {number} a - First.\n@param {number} c - Third.",
            "Add.\n\n@param {number} a - First.",
        ),
        ("Add.\n\n:param int a: First.\n:param int c: Third.", "Add.\n\n:param int a: First."),
        (
            "Load.\n\nArgs:\n    a: Parts with\n        host: the name\n        port: the number\n    c: no\n        d: n",
            "Load.\n\nArgs:\n    a: Parts with\n        host: the name\n        port: the number",
        ),
        ("Add: a sum.\n\nNote: c is not used.", "Add: a sum.\n\nNote: c is not used."),
    ],
)
def test_parameters_that_are_not_there_are_not_documented(text: str, left: str) -> None:
    assert without_unknown_parameters(text, {"a", "b", "rest"}) == left


@pytest.mark.parametrize(
    ("language", "source", "start"),
    [
        ("python", "def group_by(a, *rest):\n    return a\n", 0),
        ("typescript", "function groupBy(a: number, ...rest: number[]) {\n  return a;\n}\n", 0),
    ],
)
def test_a_docstring_goes_through_both(language: str, source: str, start: int) -> None:
    document = Document("file:///x", "x", language, source)
    span = Span(start, len(source.rstrip()))
    tag = "Args:\n    {}: {}" if language == "python" else "@param {} {}"

    with pytest.raises(EditRefused, match="no more than the name"):
        propose_docstring(document, span, "Group by.")
    text = "\n".join(["Put together.", "", *(tag.format(n, "it").split("\n")[-1] for n in ("rest", "c"))])
    if language == "python":
        text = text.replace("\n\n", "\n\nArgs:\n")
    new = propose_docstring(document, span, text).new_text

    assert "rest" in new.split("Put together.")[1] and " c" not in new.split("Put together.")[1].split("(")[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The selected function `f` is designed to group words.", "Group words."),
        ("This is a list.", "This is a list."),
        ("The method `f` in the `class A` is a method that is used to add numbers.", "Add numbers."),
        ("This is a simple example of a function that takes two numbers.", "Takes two numbers."),
        (
            "The selected method `f` in `class A` is a method that combines two strings.",
            "Combines two strings.",
        ),
        (
            "It takes one list of words. It takes one list of words. It is fast.",
            "It takes one list of words. It is fast.",
        ),
        (
            "Group words.\n\nIt uses a map for it all.\n\nIt uses a map for it all.",
            "Group words.\n\nIt uses a map for it all.",
        ),
        ("The selected method `f` is fast.", "The method `f` is fast."),
        ("Run the selected code.", "Run the selected code."),
    ],
)
def test_words_about_the_task_and_repeated_sentences_go(text: str, left: str) -> None:
    assert plain(text) == left


SOURCES = {
    "go": "func F(a int) int {\n\treturn a\n}\n",
    "cpp": "int f(int a) {\n  return a;\n}\n",
    "python": "def f(a):\n    return a\n",
}


@pytest.mark.parametrize(
    ("language", "reply", "words"),
    [
        (
            "go",
            "The model answered with code instead of documentation.\n\nThe answer is correct.",
            "repeated its task",
        ),
        ("cpp", "#include <map>\n#include <vector>\n#include <std", "answered with code"),
        ("go", "best := max(values)\n    return best, nil\n}", "answered with code"),
        ("python", "def run(text: str) -> str:\nreturn text", "answered with code"),
        (
            "go",
            "Describe the method `F` to its callers: one sentence that says what it does.",
            "repeated its task",
        ),
        ("cpp", "public final class Util\nprivate final int a = 1;", "answered with code"),
        ("go", "func FindMax(arr []int) int {\n\treturn max(max(arr))\n}", "answered with code"),
        (
            "go",
            "func Filter(values []int, keep bool) []int {\n\tvar out []int\n\treturn out\n}",
            "answered with code",
        ),
    ],
)
def test_what_is_no_documentation_is_refused(language: str, reply: str, words: str) -> None:
    source = SOURCES[language]
    document = Document("file:///x", "x", language, source)

    with pytest.raises(EditRefused, match=words):
        propose_docstring(document, Span(0, len(source.rstrip())), reply)


def test_the_words_behind_a_copy_of_the_code_are_the_documentation() -> None:
    """In every language: it was refused as code in all but Python."""
    source = "int f(int a) {\n  return a;\n}\n"
    document = Document("file:///x.cpp", "x.cpp", "cpp", source)
    reply = f"```cpp\n{source.replace('return a', 'return a + 1')}```\n\nGives back what it is given."

    new = propose_docstring(document, Span(0, len(source.rstrip())), reply).new_text

    assert new == f"/** Gives back what it is given. */\n{source}"


OLD = """class Queue:
    \"\"\"Hold items.

    Note:
        Items leave in order.
    \"\"\"

    def put(self, item):
        \"\"\"Do it.

            def g():
                return 1
        \"\"\"
        self.items.append(item)
"""


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (
            "Hold items, first come first served.\n\nNote:\n    Items leave in order.",
            "Note:\n        Items leave in order.",
        ),
        ("Do it.\n\n    def g():\n        return 1", "Do it.\n\n    def g():\n        return 1"),
    ],
)
def test_lines_of_an_older_docstring_are_no_copy_of_the_code(reply: str, kept: str) -> None:
    """They were cut off the end, and what was left could say nothing."""
    document = Document("file:///m.py", "m.py", "python", OLD)

    (replacement,) = propose_docstring(document, Span(0, len(OLD.rstrip())), reply).replacements

    assert kept in replacement.text
