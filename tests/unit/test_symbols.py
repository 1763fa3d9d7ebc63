"""A name under the mouse leads to its definition, in another piece of a long file too."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.features.symbols import symbol_at
from lsp_server.idle.functions import function_around, functions_in

COUNT = 400
TEXT = "# 👍\n\n" + "\n\n".join(
    f"def function_{i}(x):\n    return function_{(i * 7 + 3) % COUNT}(x) + {i}\n" for i in range(COUNT)
)
DOCUMENT = Document("file:///a.py", "a.py", "python", TEXT)


@pytest.mark.parametrize("caller", [0, 57, 399])
def test_a_call_leads_to_the_definition(caller: int) -> None:
    called = (caller * 7 + 3) % COUNT
    offset = TEXT.index("return", TEXT.index(f"def function_{caller}(")) + len("return fun")

    symbol = symbol_at(DOCUMENT, offset)

    assert symbol is not None
    assert symbol.signature == f"```python\ndef function_{called}(x):\n```"
    assert DOCUMENT.slice(symbol.span).startswith(f"def function_{called}(x):")
    assert DOCUMENT.slice(symbol.hovered) == f"function_{called}"


def test_a_definition_is_its_own() -> None:
    symbol = symbol_at(DOCUMENT, TEXT.index("function_200("))

    assert symbol is not None and DOCUMENT.slice(symbol.span).startswith("def function_200(x):")


def test_a_name_of_nothing_here_has_no_symbol() -> None:
    assert symbol_at(DOCUMENT, TEXT.index("return") + 1) is None


PYTHON = """\
import re
from numbers import total as sum_of


class Cart:
    def total(self, tax=0): ...
    def pay(self):
        # of its total
        return OWN


class Bill(Cart):
    def total(self): ...
    def only(self): ...
    def compile(self):
        def inner(): ...
        return OTHER


def parse(line): ...


LATER
"""
JAVA = (
    "class A {\n  int f() { return 1; }\n  int g() { return CODE; }\n}\nclass B { int h() { return 2; } }\n"
)
GO = 'package a\nimport "net/http"\nfunc (p *P) Get(k int) {}\nfunc g() { CODE }\n'
TYPESCRIPT = "import { a } from './cart';\nclass A { f(x) {} g() { CODE } }\nconst o = { p: (y) => 1 };\n"
RUST = "impl A { fn new(x: u8) -> A {} }\nimpl B { fn new() -> B {} }\nmod m { fn f() {} }\nfn g() { CODE }\n"
CPP = "namespace n { int f(int a) { return 1; } }\nclass A { int g(); int h() { CODE } };\n"


@pytest.mark.parametrize(
    ("language", "text", "place", "code", "signature"),
    [
        ("python", PYTHON, "OWN", "self.^total()", "def total(self, tax=0):"),
        ("python", PYTHON, "OTHER", "self.^total()", "def total(self):"),
        ("python", PYTHON, "OTHER", "cls.^total", "def total(self):"),
        ("python", PYTHON, "OTHER", "super().^total()", "def total(self, tax=0):"),
        ("python", PYTHON, "OTHER", "super().^only()", None),
        ("python", PYTHON, "OTHER", "self.^pay()", "def pay(self):"),
        ("python", PYTHON, "OTHER", "self.cart.^total()", None),
        ("python", PYTHON, "OTHER", "^total", None),
        ("python", PYTHON, "OTHER", "^inner()", "def inner():"),
        ("python", PYTHON, "LATER", "^inner()", None),
        ("python", PYTHON, "LATER", "x.^only()", "def only(self):"),
        ("python", PYTHON, "LATER", "x[0].^only()", "def only(self):"),
        ("python", PYTHON, "LATER", "x.^total()", None),
        ("python", PYTHON, "LATER", "Bill.^total(x)", "def total(self):"),
        ("python", PYTHON, "LATER", "^only()", None),
        ("python", PYTHON, "LATER", "x.^parse()", None),
        ("python", PYTHON, "LATER", "^parse(x)", "def parse(line):"),
        ("python", PYTHON, "LATER", "^Cart()", "class Cart:"),
        ("python", PYTHON, "LATER", "re.^compile(x)", None),
        ("python", PYTHON, "LATER", "re.x.^compile(x)", None),
        ("python", PYTHON, "LATER", "numbers.^compile(x)", "def compile(self):"),
        ("python", PYTHON, "LATER", "', '.^compile(x)", None),
        ("python", PYTHON, "LATER", "x = '^parse'", None),
        ("python", PYTHON, "LATER", "x = f'{^parse(x)}'", "def parse(line):"),
        ("python", PYTHON, "LATER", "x = 1  # ^parse", None),
        ("java", JAVA, "CODE", "^f()", "int f()"),
        ("java", JAVA, "CODE", "this.^f()", "int f()"),
        ("java", JAVA, "CODE", "^h()", None),
        ("java", JAVA, "CODE", "b.^h()", "int h()"),
        ("go", GO, "CODE", "p.^Get(1)", "func (p *P) Get(k int)"),
        ("go", GO, "CODE", "http.^Get(1)", None),
        ("go", GO, "CODE", "^Get(1)", None),
        ("typescript", TYPESCRIPT, "CODE", "this.^f()", "f(x)"),
        ("typescript", TYPESCRIPT, "CODE", "a.^f()", None),
        ("typescript", TYPESCRIPT, "CODE", "cart?.^f()", "f(x)"),
        ("typescript", TYPESCRIPT, "CODE", "[...^f()]", None),
        ("typescript", TYPESCRIPT, "CODE", "o.^p()", "p: (y) =>"),
        ("typescript", TYPESCRIPT, "CODE", "^p()", None),
        ("rust", RUST, "CODE", "A::^new(1)", "fn new(x: u8) -> A"),
        ("rust", RUST, "CODE", "x::^new(1)", None),
        ("rust", RUST, "CODE", "m::^f()", "fn f()"),
        ("rust", RUST, "CODE", "std::^f()", None),
        ("cpp", CPP, "CODE", "n::^f(1);", "int f(int a)"),
        ("cpp", CPP, "CODE", "this->^h();", "int h()"),
    ],
)
def test_a_name_leads_to_what_it_can_mean(
    language: str, text: str, place: str, code: str, signature: str | None
) -> None:
    """It led to the first definition of that name, of whatever class, from comments and strings, too."""
    text = text.replace(place, code, 1)
    offset = text.index("^")

    symbol = symbol_at(Document("file:///a", "a", language, text.replace("^", "", 1)), offset)

    assert (symbol and symbol.signature.splitlines()[1]) == signature


def test_a_method_of_a_class_in_pieces_is_found_in_another_piece() -> None:
    def method(name: str, i: int) -> str:
        return f"\n    def m{i}(self, {name}):\n        return self.m{(i * 7 + 3) % 400}() + {i}\n"

    text = "".join(f"class {n}:\n" + "".join(method(n, i) for i in range(400)) + "\n\n" for n in "AB")
    document = Document("file:///a.py", "a.py", "python", text)

    for name, class_ in (("A", 0), ("B", text.index("class B"))):
        offset = text.index(f"self.m{(57 * 7 + 3) % 400}(", class_) + len("self.m")
        symbol = symbol_at(document, offset)

        assert symbol is not None and f"def m2(self, {name}):" in symbol.signature


def test_functions_in_view_are_found_in_their_pieces() -> None:
    start, end = TEXT.index("def function_100("), TEXT.index("def function_140(") - 3

    found = functions_in(DOCUMENT, [Span(start, end)], start)

    assert [DOCUMENT.slice(f.span).partition("(")[0] for f in found] == [
        f"def function_{i}" for i in range(100, 140)
    ]
    inside = Span(found[5].span.start + 30, found[5].span.start + 30)
    assert function_around(DOCUMENT, inside) == found[5].span
