"""Scopes: what counts as a definition in each language, its name, its extent and its header."""

from __future__ import annotations

import pytest

from lsp_server.document import Span
from lsp_server.syntax import Scope, Tree, info_for, parameters, parse
from lsp_server.syntax.languages import LANGUAGES


def tree_of(language: str, text: str) -> Tree:
    tree = parse(language, text)
    assert tree is not None
    return tree


def described(tree: Tree) -> list[str]:
    """Each scope as "kind name" under its parents: "class A > function f"."""

    def chain(scope: Scope) -> str:
        own = f"{scope.kind} {scope.name}"
        return f"{chain(scope.parent)} > {own}" if scope.parent else own

    return [chain(scope) for scope in tree.scopes()]


def test_every_language_of_the_table_has_its_grammar() -> None:
    for language in LANGUAGES:
        assert parse(language, "") is not None, language


def test_unknown_languages_have_no_tree() -> None:
    assert parse("ruby", "def f\nend\n") is None


@pytest.mark.parametrize("alias", ["py", "jsx", "tsx", "c++", "rs", "golang"])
def test_aliases_are_known(alias: str) -> None:
    assert info_for(alias) is not None
    assert parse(alias, "") is not None


NAMES = [
    (
        "python",
        "class A:\n    def f(self):\n        def g(): pass\n",
        ["class A", "class A > function f", "class A > function f > function g"],
    ),
    ("python", "f = lambda x: x\n", []),
    (
        "javascript",
        "const f = (x) => x;\nexport default function () {}\n",
        ["function f", "function default"],
    ),
    ("javascript", "a.b = function () {};\nlist.map((x) => x);\n", ["function b"]),
    ("javascript", "const o = { p: () => 1, 'q-r'() {} };\n", ["function p", "function q-r"]),
    (
        "javascript",
        "class A { x = () => 1; #m() {} }\n",
        ["class A", "class A > function x", "class A > function #m"],
    ),
    ("javascript", "const A = class { m() {} };\n", ["class A", "class A > function m"]),
    (
        "typescript",
        "interface I { f(): void }\ndeclare function g(): string;\n",
        ["class I", "class I > function f", "function g"],
    ),
    (
        "typescriptreact",
        "export const App = () => <div>{list.map((x) => <b>{x}</b>)}</div>;\n",
        ["function App"],
    ),
    (
        "go",
        "type P struct{}\nfunc (p *P) M() { f := func() {} }\n",
        ["class P", "function M", "function M > function f"],
    ),
    ("rust", "impl<T> Tr for S<T> { fn f(&self) { |x| x; } }\n", ["class S<T>", "class S<T> > function f"]),
    (
        "c",
        "typedef struct { int a; } t;\nint (*fp(int))(void) { return 0; }\nstruct s *g();\n",
        ["class t", "function fp"],
    ),
    ("c", "int (}(*signal(int, void (*)(int)))(int) { return 0; }", ["function "]),
    (
        "cpp",
        "n::A<T>::~A() {}\nbool operator==(A a, B b) {}\nA::operator bool() const {}\n",
        ["function ~A", "function operator==", "function operator bool"],
    ),
    (
        "java",
        "record R(int x) { R {} interface I { void q(); } }\n",
        ["class R", "class R > function R", "class R > class I", "class R > class I > function q"],
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), NAMES)
def test_scopes_are_named_and_nested(language: str, text: str, expected: list[str]) -> None:
    assert described(tree_of(language, text)) == expected


EXTENTS = [
    (
        "python",
        "x = 1\n@a\n@b(1)\ndef f(a,\n      b):  # note\n    pass\n",
        "@a\n@b(1)\ndef f(a,\n      b):  # note\n    pass",
        "def f(a,\n      b):",
    ),
    ("python", "async def f(): return 1", "async def f(): return 1", "async def f():"),
    (
        "javascript",
        "export const f = async (x) => { return x };\n",
        "export const f = async (x) => { return x };",
        "export const f = async (x) =>",
    ),
    ("javascript", "const f = () => 1, g = 2;\n", "f = () => 1", "f = () =>"),
    (
        "typescript",
        "@Component({ a: 1 })\nexport class C {}\n",
        "@Component({ a: 1 })\nexport class C {}",
        "export class C",
    ),
    (
        "rust",
        "#[inline]\n#[cold]\npub fn f() -> u8 { 1 }\n",
        "#[inline]\n#[cold]\npub fn f() -> u8 { 1 }",
        "pub fn f() -> u8",
    ),
    ("go", "var f = func() int { return 1 }\n", "var f = func() int { return 1 }", "var f = func() int"),
    ("c", "struct s { int a; };\n", "struct s { int a; };", "struct s"),
    (
        "cpp",
        "template <typename T>\nT f(T a) { return a; }\n",
        "template <typename T>\nT f(T a) { return a; }",
        "template <typename T>\nT f(T a)",
    ),
    ("java", "@Foo class A { }\n", "@Foo class A { }", "@Foo class A"),
]


@pytest.mark.parametrize(("language", "text", "extent", "header"), EXTENTS)
def test_a_scope_spans_what_wraps_it(language: str, text: str, extent: str, header: str) -> None:
    (scope, *_) = tree_of(language, text).scopes()

    assert text[scope.span.start : scope.span.end] == extent
    assert text[scope.header.start : scope.header.end] == header


def test_typescript_method_decorators_belong_to_the_method() -> None:
    text = "class A { @dec() m(): void {} }"
    method = tree_of("typescript", text).scopes()[1]

    assert text[method.span.start : method.span.end] == "@dec() m(): void {}"
    assert text[method.header.start : method.header.end] == "m(): void"


def test_innermost_finds_the_smallest_scope() -> None:
    text = "class A:\n    def f(self):\n        pass\n\n    x = 1\n\ndef g(): pass\n"
    tree = tree_of("python", text)

    def at(needle: str) -> str | None:
        scope = tree.innermost(Span(text.index(needle), text.index(needle)))
        return scope.name if scope else None

    assert at("pass\n\n") == "f"
    assert at("x = 1") == "A"
    assert at("g()") == "g"
    whole = tree.innermost(Span(0, len(text)))
    assert whole is None


def test_a_cursor_behind_the_closing_brace_is_inside() -> None:
    text = "function f() {}\n"
    tree = tree_of("javascript", text)

    assert tree.innermost(Span(15, 15)) == tree.scopes()[0]


def test_inside_lists_whole_scopes_only() -> None:
    text = "def a(): pass\ndef b(): pass\ndef c(): pass\n"
    tree = tree_of("python", text)

    assert [s.name for s in tree.inside(Span(0, 27))] == ["a", "b"]
    assert [s.name for s in tree.inside(Span(0, 20))] == ["a"]


def test_errors_are_where_the_text_does_not_parse() -> None:
    good = tree_of("python", "def f():\n    return 1\n")
    bad = tree_of("python", "def f():\n    return (1\n\ndef g():\n    pass\n")

    assert not good.has_error and good.errors() == []
    assert bad.has_error and bad.errors()


def test_definitions_survive_an_error_elsewhere() -> None:
    tree = tree_of("python", "def f():\n    x = = 1\n\ndef g():\n    return 2\n")

    assert "g" in [scope.name for scope in tree.scopes()]


def test_imports_and_data_stand_outside_functions() -> None:
    text = "import a\nX = 1\nclass C:\n    y: int = 2\n    def f(self):\n        import b\n        z = 3\n"
    tree = tree_of("python", text)

    assert [text[s.start : s.end] for s in tree.imports()] == ["import a"]
    assert [text[s.start : s.end] for s in tree.data()] == ["X = 1", "y: int = 2"]


def test_the_same_text_is_parsed_once() -> None:
    text = "def only_once(): pass\n"

    assert parse("python", text) is parse("python", text)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", 'def f(self, a, b=1, *c, d: int, e: str = "x", **g): pass', "a b c d e g"),
        ("python", "def f(*a: int, **k: str): pass", "a k"),
        ("typescript", "function f(a: string, b = 1, ...c: number[]) {}", "a b c"),
        ("javascript", "const f = x => x;", "x"),
        ("go", "func (p *P) F(a, b int, c ...string) {}", "a b c"),
        ("rust", "fn f(&self, a: u8, mut b: &str) {}", "a b"),
        ("c", "int *f(int a, char **b, int (*cb)(int)) {}", "a b cb"),
        ("cpp", "template<class T> T A::f(const T& a, int b = 1) {}", "a b"),
        ("java", "class A { void f(final int a, String... b) {} }", "a b"),
    ],
)
def test_parameters_are_named_without_the_receiver(language: str, text: str, expected: str) -> None:
    assert parameters(tree_of(language, text).scopes()[-1].node) == expected.split()
