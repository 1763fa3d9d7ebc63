"""What a prompt says about a piece of code, and what is cut when it does not fit."""

from __future__ import annotations

import pytest

from lsp_server.context import CodeContext, build, target_span
from lsp_server.document import Span
from tests.unit.context.cases import document, estimate

MODULE = '''from __future__ import annotations

import os
from pathlib import (
    Path,
)

LIMIT = 10
TABLE = {
    "a": 1,
}


class Reader(Base):
    """Reads."""

    size: int = 4

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(
        self,
        short: bool = False,
    ) -> str:
        import local
        return self.path.name

    def read(self) -> bytes:
        return self.path.read_bytes()


def helper(x):
    def inner():
        return x
    return inner


async def main() -> None:
    print(helper(1))
'''


def context_of(text: str, needle: str, budget: int = 2000, language: str = "python") -> CodeContext:
    doc = document(text, language)
    at = text.index(needle)
    return build(doc, target_span(doc, Span(at, at)), budget, estimate)


def test_a_method_is_described_with_its_file() -> None:
    code = context_of(MODULE, "read_bytes")

    assert code.name == "read"
    assert code.values["subject"] == "method `read`"
    assert code.values["signature"] == "def read(self) -> bytes:"
    assert code.values["scope"] == "class Reader(Base)"
    assert code.values["selection"] == "def read(self) -> bytes:\n    return self.path.read_bytes()"
    assert (code.values["file"], code.values["language"], code.values["fence"]) == (
        "pkg/mod.py",
        "Python",
        "python",
    )
    assert code.values["imports"] == (
        "from __future__ import annotations\nimport os\nfrom pathlib import (\n    Path,\n)"
    )
    assert code.dropped == {}


def test_the_outline_has_one_line_for_each_declaration() -> None:
    outline = context_of(MODULE, "read_bytes").values["outline"]

    assert outline == (
        "LIMIT = 10\n"
        "TABLE = { ...\n"
        "class Reader(Base):\n"
        "  size: int = 4\n"
        "  def __init__(self, path: Path) -> None:\n"
        "  def name(self, short: bool = False) -> str:\n"
        "  def read(self) -> bytes:\n"
        "def helper(x):\n"
        "async def main() -> None:"
    )


def test_the_outline_is_the_same_for_every_selection_of_a_file() -> None:
    needles = ("read_bytes", "self.path = path", "print(helper", "return x")

    assert len({context_of(MODULE, needle).values["outline"] for needle in needles}) == 1


def test_nearby_code_leaves_out_the_selection() -> None:
    nearby = str(context_of(MODULE, "read_bytes").values["nearby"])

    assert "read_bytes" not in nearby
    assert nearby.startswith("class Reader(Base):\n    def __init__")
    assert "def helper(x):\n    def inner" in nearby


def test_the_constructor_and_the_nearest_functions_stay_longest() -> None:
    methods = "".join(f"    def m{i}(self):\n        return {i} + {'1' * 40}\n\n" for i in range(40))
    text = f"class A:\n    def __init__(self):\n        self.x = 1\n\n{methods}"

    code = context_of(text, "return 20", budget=400)

    nearby = str(code.values["nearby"])
    assert "def __init__" in nearby and "def m19(" in nearby and "def m21(" in nearby
    assert "def m1(" not in nearby and "def m39(" not in nearby
    assert "functions folded" in code.dropped["file"]


def test_a_class_is_not_repeated_in_its_context() -> None:
    code = context_of(MODULE, "class Reader")

    outline = str(code.values["outline"])
    assert "class Reader(Base):" in outline and "def read" not in outline
    assert "read_bytes" not in str(code.values["nearby"])
    assert code.values["subject"] == "class `Reader`"


def test_a_part_of_a_function_is_shown_in_its_place() -> None:
    text = "def f(a):\n    x = a + 1\n    y = x * 2\n    return y\n"
    at = text.index("y = x")
    doc = document(text)

    code = build(doc, target_span(doc, Span(at, at + 9)), 500, estimate)

    assert code.values["selection"] == "y = x * 2"
    assert code.values["nearby"] == "def f(a):\n    x = a + 1\n    # (the selected code)\n    return y"
    assert (code.name, code.values["subject"], code.values["scope"]) == ("", "code", "def f(a)")


def test_a_selected_whole_file_needs_no_context() -> None:
    doc = document(MODULE)

    code = build(doc, target_span(doc, Span(0, len(MODULE))), 2000, estimate)

    assert (code.values["imports"], code.values["outline"], code.values["nearby"]) == ("", "", "")


@pytest.mark.parametrize("budget", [0, 1, 20, 100, 400, 1200, 10_000])
def test_the_budget_holds(budget: int) -> None:
    text = MODULE + "".join(f"\n\ndef f{i}(a, b):\n    return {'x' * (i % 90)}\n" for i in range(400))

    code = context_of(text, "read_bytes", budget=budget)

    parts = [str(code.values[name]) for name in ("imports", "outline", "nearby")]
    assert estimate("".join(parts)) <= budget
    assert code.dropped["file"]


def test_what_was_cut_is_said_in_words() -> None:
    text = "".join(f"import module_{i}\n" for i in range(50)) + MODULE

    code = context_of(text, "read_bytes", budget=60)

    assert "imports left out" in code.dropped["file"]
    assert "declarations left out" in code.dropped["file"]
    assert "functions folded" in code.dropped["file"]


def test_large_outlines_are_paged_without_regard_to_the_selection() -> None:
    text = "".join(f"def function_{i}(argument):\n    return {i}\n\n" for i in range(300))

    outlines = [str(context_of(text, f"return {i}\n", budget=400).values["outline"]) for i in range(100, 200)]

    assert len(set(outlines)) <= 5
    assert all(f"function_{i}(" in outline for i, outline in enumerate(outlines, start=100))


@pytest.mark.parametrize(
    ("language", "text", "needle", "documentation"),
    [
        (
            "javascript",
            "const a = 1;\n/**\n * Old.\n */\nexport function f() {}\n",
            "f()",
            "/**\n * Old.\n */",
        ),
        ("rust", "/// Old.\n/// More.\n#[inline]\nfn f() {}\n", "f()", "/// Old.\n/// More."),
        ("go", "// not this\n\n// F is old.\nfunc F() {}\n", "F()", "// F is old."),
        ("cpp", "/** Old. */\ntemplate <class T>\nT f() {}\n", "f()", "/** Old. */"),
        ("java", "class A {\n    /** Old. */\n    void f() {}\n}\n", "f()", "/** Old. */"),
        ("python", "# not documentation\n\ndef f(): pass\n", "f()", ""),
    ],
)
def test_documentation_above_a_definition_is_found(
    language: str, text: str, needle: str, documentation: str
) -> None:
    assert context_of(text, needle, language=language).values["documentation"] == documentation


def test_languages_without_a_grammar_show_the_lines_around() -> None:
    text = "a = 1\n\ndef f\n  2\nend\n\nb = 3\n"

    code = context_of(text, "2", language="ruby")

    assert code.values["selection"] == "def f\n  2\nend"
    assert (code.values["prefix"], code.values["suffix"]) == ("a = 1\n\n", "\nb = 3\n")
    assert code.values["nearby"] == "a = 1\n\n# (the selected code)\n\nb = 3"
    assert code.values["language"] == "Ruby"


def test_line_ends_and_indentation_are_normal_in_prompts() -> None:
    text = "class A:\r\n\tdef f(self):\r\n\t\tif 1:\r\n\t\t\treturn '👍🏽'\r\n\r\n\tdef g(self): pass\r\n"

    code = context_of(text, "return")

    assert code.values["selection"] == "def f(self):\n\tif 1:\n\t\treturn '👍🏽'"
    assert not any("\r" in str(value) for value in code.values.values())


@pytest.mark.parametrize("budget", [0, 10, 60, 200])
def test_a_part_of_a_long_function_is_shown_with_its_header_within_the_budget(budget: int) -> None:
    body = "".join(f"    step_{i}()\n" for i in range(200))
    doc = document(f"def long(a):\n{body}")
    at = doc.text.index("step_100()")

    code = build(doc, target_span(doc, Span(at, at + 10)), budget, estimate)

    nearby = str(code.values["nearby"])
    assert estimate(nearby) <= budget
    if budget == 200:
        assert nearby.startswith("def long(a):\n    ...\n")
        assert "step_99()\n    # (the selected code)\n    step_101()" in nearby


def test_without_nearby_code_every_target_of_a_file_has_the_same_file_part() -> None:
    doc = document(MODULE, "python")
    targets = [
        target_span(doc, Span(at, at)) for at in map(MODULE.index, ("def helper", "def main", "def read"))
    ]

    found = [build(doc, target, 300, estimate, with_nearby=False) for target in targets]

    parts = {tuple(code.values[name] for name in ("file", "imports", "outline", "nearby")) for code in found}
    ((_, imports, outline, nearby),) = parts
    assert "pathlib" in imports and "def read(self) -> bytes:" in outline
    assert nearby == ""
    assert not any("folded" in code.dropped.get("file", "") for code in found)
