"""What a rewrite may not do beside its code: be a change of comments alone, leave a remark, lose a docstring."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_replacement
from lsp_server.errors import EditRefused

DOCUMENTED = '''class Box:
    def width(self) -> int:
        """Say how wide it is.

        In millimetres.
        """
        result = self.right - self.left
        return result
'''
PYTHON = "def f(a: int) -> int:\n    b = a + 1\n    return b\n"
GO = "package a\n\nfunc F(a int) int {\n\tb := a + 1\n\treturn b\n}\n"


def rewritten(language: str, source: str, begins: str, reply: str, *, asked: bool = False) -> str:
    document = Document("file:///x", "x", language, source)
    span = Span(source.index(begins), len(source.rstrip()))
    return propose_replacement(
        document, span, f"```\n{reply}\n```", keep_signature=not asked, change_code=not asked
    ).new_text


@pytest.mark.parametrize(
    ("language", "source", "begins", "reply"),
    [
        ("python", PYTHON, "def", "def f(a: int) -> int:\n    # add one\n    b = a + 1\n\n    return b"),
        ("python", PYTHON, "def", 'def f(a: int) -> int:\n    """Add one."""\n    b = (a + 1)\n    return b'),
        ("go", GO, "func", "func F(a int) int {\n\t// add one\n\tb := a + 1\n\treturn b\n}"),
    ],
)
def test_a_change_of_comments_and_layout_alone_is_no_refactoring(
    language: str, source: str, begins: str, reply: str
) -> None:
    with pytest.raises(EditRefused, match="nothing but comments and layout"):
        rewritten(language, source, begins, reply)

    assert rewritten(language, source, begins, reply, asked=True) != source


def test_a_statement_that_moves_to_another_level_is_a_change() -> None:
    source = "def f(a: list[int]) -> int:\n    for b in a:\n        g(b)\n    h()\n    return 1\n"

    assert "        h()\n" in rewritten("python", source, "def", source.replace("    h()", "        h()"))


@pytest.mark.parametrize(
    ("language", "source", "begins", "reply"),
    [
        ("python", PYTHON, "def", "def f(a: int) -> int:  # Simplified version\n    return a + 1"),
        ("go", GO, "func", "func F(a int) int { // Simplified version\n\treturn a + 1\n}"),
    ],
)
def test_a_remark_behind_the_header_is_taken_off(language: str, source: str, begins: str, reply: str) -> None:
    new = rewritten(language, source, begins, reply)

    assert "a + 1" in new and "Simplified" not in new


def test_a_comment_that_was_behind_the_header_stays() -> None:
    source = PYTHON.replace("int:\n", "int:  # noqa: E1\n")

    new = rewritten("python", source, "def", "def f(a: int) -> int:  # noqa: E1\n    return a + 1")

    assert new == "def f(a: int) -> int:  # noqa: E1\n    return a + 1\n"


def test_a_docstring_that_the_model_left_out_is_put_back() -> None:
    reply = "def width(self) -> int:\n    return self.right - self.left"

    new = rewritten("python", DOCUMENTED, "def", reply)

    assert new == DOCUMENTED.replace("        result = self", "        return self").replace(
        "        return result\n", ""
    )


def test_a_docstring_is_left_out_where_that_was_asked_for() -> None:
    reply = "def width(self) -> int:\n    return self.right - self.left"

    assert '"""' not in rewritten("python", DOCUMENTED, "def", reply, asked=True)
