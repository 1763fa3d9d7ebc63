"""A file that is one long class is looked at in pieces; what a prompt says about its code does not show it."""

from __future__ import annotations

import pytest

from lsp_server.context import CodeContext, build, target_span
from lsp_server.document import Span
from lsp_server.features.symbols import symbol_at
from lsp_server.syntax import pieces
from tests.unit.context.cases import document, estimate

METHODS = 300
PYTHON = (
    "import first\n\n\nclass Big(Base):\n    limit: int = 1\n\n    def __init__(self):\n        self.own = 0\n"
    + "".join(f"\n    def method_{i}(self, a):\n        return a + {i}\n" for i in range(METHODS))
)
JAVA = (
    "package a;\n\nimport b.C;\n\npublic class Big extends Base {\n    int limit = 1;\n\n    Big() { own = 0; }\n"
    + "".join(f"\n    int method_{i}(int a) {{\n        return a + {i};\n    }}\n" for i in range(METHODS))
    + "}\n"
)
TEXTS = {"python": PYTHON, "java": JAVA}


def context_at(language: str, text: str, needle: str, budget: int = 10**7) -> CodeContext:
    doc = document(text, language)
    at = text.index(needle)
    return build(doc, target_span(doc, Span(at, at)), budget, estimate)


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_method_is_seen_in_its_class(language: str) -> None:
    text = TEXTS[language]
    found = pieces(language, text)

    code = context_at(language, text, "return a + 270")

    assert found is not None and len(found.trees) > 10
    values = code.values
    assert (code.name, values["kind"]) == ("method_270", "method")
    assert "class Big" in str(values["scope"])
    assert str(values["nearby"]).count("class Big") == 1
    assert all(str(values["nearby"]).count(f"method_{i}(") == (i != 270) for i in range(METHODS))
    outline = str(values["outline"])
    assert outline.count("class Big") == 1 and outline.count("limit") == 1
    assert all(
        outline.count(f"  {'def' if language == 'python' else 'int'} method_{i}(") == 1
        for i in range(METHODS)
    )
    assert str(values["imports"]).count("\n") == (language == "java")


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_the_constructor_comes_first_from_another_piece(language: str) -> None:
    nearby = str(context_at(language, TEXTS[language], "return a + 270", budget=400).values["nearby"])

    assert "own = 0" in nearby and "method_269(" in nearby and "method_9(" not in nearby


@pytest.mark.parametrize("language", sorted(TEXTS))
@pytest.mark.parametrize("needle", ["class Big", "limit", " method_270("])
def test_a_cursor_in_no_method_means_all_of_the_class(language: str, needle: str) -> None:
    text = TEXTS[language]
    at = text.index(needle)
    if needle.startswith(" "):
        at = text.rindex("\n\n", 0, at) + 1
    doc = document(text, language)

    target = target_span(doc, Span(at, at))

    begin = text.index("public class" if language == "java" else "class")
    assert target == Span(begin, len(text.rstrip()))


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_hover_over_the_class_knows_where_it_ends(language: str) -> None:
    text = TEXTS[language]

    symbol = symbol_at(document(text, language), text.index("Big"))

    assert symbol is not None and symbol.span.end == len(text.rstrip())
    assert "class Big" in symbol.signature


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_an_open_bracket_leaves_the_rest_of_the_class_as_it_was(language: str) -> None:
    text = TEXTS[language]
    typed = text.replace("return a + 270", "x = (\n        return a + 270")

    before = context_at(language, text, "return a + 270").values
    after = context_at(language, typed, "return a + 270").values

    assert [after[name] for name in ("subject", "scope", "imports", "outline", "nearby")] == [
        before[name] for name in ("subject", "scope", "imports", "outline", "nearby")
    ]
