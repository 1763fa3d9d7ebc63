"""Which definition a code block from the chat replaces: the one it means, never another of that name."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_code
from lsp_server.errors import EditRefused

GO = 'package a\n\ntype Shape struct{ n int }\n\nfunc (s Shape) String() string {\n\treturn "shape"\n}\n'
CPP = "#include <a.h>\n\nvoid A::run() {\n    start();\n}\n"
ADD = "int add(int a, int b) {\n    return a + b;\n}\n"
JAVA = "class A {\n    int add(int a, int b) {\n        return a + b;\n    }\n}\n"
RUST = "impl From<i32> for P {\n    fn from(_: i32) -> Self {\n        P\n    }\n}\n"
APP = "class App:\n    size = 1\n\n    def run(self):\n        return self.loop()\n\n    def loop(self):\n        return 1\n"
TS = "class A {\n  start() {\n    return 1;\n  }\n}\n"


def placed(language: str, source: str, code: str, at: str = "", end: str = "") -> str:
    """The source with a code block at a cursor: at the end where no place is named."""
    start = source.index(at) if at else len(source)
    stop = source.index(end) + len(end) if end else start
    return propose_code(Document("file:///x", "x", language, source), Span(start, stop), code).new_text


@pytest.mark.parametrize(
    ("language", "source", "at", "code"),
    [
        ("go", GO, "", 'func (c *Color) String() string {\n\treturn "color"\n}'),
        ("cpp", CPP, "", "void B::run() {\n    stop();\n}"),
        ("cpp", ADD, "", "double add(double a, double b) {\n    return a + b;\n}"),
        ("cpp", f"class A {{\n    {ADD}}};\n", "", ADD),
        ("java", JAVA, "return", "int add(int a, int b, int c) {\n    return a + b + c;\n}"),
        ("rust", RUST, "", RUST.replace("i32", "i64")),
        ("python", APP, "", "def run(path):\n    return App().run()"),
        ("python", APP, "return self", "def run(path):\n    return App().run()"),
        ("python", "def run(path):\n    return 1\n", "", "def run(self):\n    return 2"),
        ("typescript", TS, "", "function start() {\n  return new A().start();\n}"),
    ],
)  # fmt: skip
def test_another_definition_of_that_name_stays(language: str, source: str, at: str, code: str) -> None:
    """It was overwritten where it was the only one of that name and kind."""
    new = placed(language, source, code, at)

    assert all(line in new for line in source.splitlines())
    assert all(line.strip() in new for line in code.splitlines())


@pytest.mark.parametrize(
    ("language", "source", "code", "gone"),
    [
        ("go", GO, 'func (other *Shape) String() string {\n\treturn "s"\n}', "shape"),
        ("cpp", CPP, "void A::run() {\n    stop();\n}", "start"),
        ("cpp", ADD, "int add(int x, int y = 1) {\n    return x + y;\n}", "a + b"),
        ("java", JAVA, "int add(final int x, int y) {\n    return x + y;\n}", "a + b"),
        ("rust", RUST, RUST.replace("        P", "        P::new()"), " P\n"),
        ("python", APP, "def run(self, path):\n    return path", "return self.loop()"),
        ("python", APP, "@staticmethod\ndef run():\n    return 2", "return self.loop()"),
        ("python", APP, APP.replace("return 1", "return 3"), "return 1"),
        ("typescript", TS, TS.replace("return 1", "return 2"), "return 1"),
    ],
)
def test_the_definition_that_is_meant_is_replaced(language: str, source: str, code: str, gone: str) -> None:
    assert gone not in placed(language, source, code)


@pytest.mark.parametrize(
    ("language", "source", "code", "name"),
    [
        ("python", APP, "class App:\n    size = 1\n\n    def run(self):\n        return self.loop()", "loop"),
        ("python", APP, APP.replace("    size = 1\n\n", ""), "size"),
        ("typescript", TS, "class A {\n  stop() {\n    return 2;\n  }\n}", "start"),
    ],
)
def test_a_class_that_lacks_members_is_refused(language: str, source: str, code: str, name: str) -> None:
    """The others were deleted: chat answers show the part of a class that they are about."""
    with pytest.raises(EditRefused, match=f"leaves out `{name}`"):
        placed(language, source, code)


def test_a_selected_class_may_lose_members() -> None:
    code = "class App:\n    def run(self):\n        return 1"

    assert placed("python", APP, code, "class App", "return 1") == f"{code}\n"
