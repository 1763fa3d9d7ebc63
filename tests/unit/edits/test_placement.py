"""Where documentation and code blocks land, in every language and layout."""

# ruff: noqa: E501
from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_code, propose_docstring, propose_replacement
from lsp_server.errors import EditRefused


def documented(language: str, source: str, at: str, reply: str = "Say it.") -> str:
    start = source.index(at)
    return propose_docstring(Document("file:///x", "x", language, source), Span(start, start), reply).new_text


@pytest.mark.parametrize(
    ("language", "source", "at", "expected"),
    [
        ("python", "def f(): return 1", "def", 'def f():\n    """Say it."""\n    return 1'),
        ("python", "class A: pass  # note\n", "class", 'class A:\n    """Say it."""\n    pass  # note\n'),
        ("python", "class A:\n\tdef f(self): ...\n", "def", 'class A:\n\tdef f(self):\n\t\t"""Say it."""\n\t\t...\n'),
        ("python", "@d\ndef f(\n    a,  # x: y\n):  # z\n    # c\n    return a", "@d", '@d\ndef f(\n    a,  # x: y\n):  # z\n    """Say it."""\n    # c\n    return a'),
        ("python", 'def f():\n    "old" " one"; x = 1\n', "def", 'def f():\n    """Say it."""\n    x = 1\n'),
        ("python", "def f():\r\n    f'no'\r\n", "def", "def f():\r\n    \"\"\"Say it.\"\"\"\r\n    f'no'\r\n"),
        ("python", 'x = "😀"; y = 1\n\nasync def f(ä="é"): return "ü"\n', "async", 'x = "😀"; y = 1\n\nasync def f(ä="é"):\n    """Say it."""\n    return "ü"\n'),
        ("python", "\ufeffdef f():\n    return 1\n", "def", '\ufeffdef f():\n    """Say it."""\n    return 1\n'),
        ("python", "def f() -> lambda: 1:\n  return 1\n", "def", 'def f() -> lambda: 1:\n  """Say it."""\n  return 1\n'),
        ("python", "def good():\n    return 1\n\n\ndef bad(:\n", "def good", 'def good():\n    """Say it."""\n    return 1\n\n\ndef bad(:\n'),
        ("javascript", "// a\nfunction f() {}\n", "function", "// a\n/** Say it. */\nfunction f() {}\n"),
        ("typescript", "/** Old. */\nexport const f = () => 1;\n", "f =", "/** Say it. */\nexport const f = () => 1;\n"),
        ("typescript", "class A {\r\n\t@d()\r\n\tf() {}\r\n}", "f()", "class A {\r\n\t/** Say it. */\r\n\t@d()\r\n\tf() {}\r\n}"),
        ("typescriptreact", "export default function App() {\n  return <b>😀</b>;\n}\n", "App", "/** Say it. */\nexport default function App() {\n  return <b>😀</b>;\n}\n"),
        ("go", "package a\n\n// Old.\n//go:noinline\nfunc F() {}\n", "func", "package a\n\n// Say it.\n//go:noinline\nfunc F() {}\n"),
        ("rust", "/// Old.\n#[inline]\npub fn f() {}\n", "fn", "/// Say it.\n#[inline]\npub fn f() {}\n"),
        ("java", "class A {\n    @Override\n    void f() {}\n}\n", "void", "class A {\n    /** Say it. */\n    @Override\n    void f() {}\n}\n"),
        ("c", "/* Copyright */\n/** Old. */\nstatic int f(void) { return 1; }\n", "f(", "/* Copyright */\n/** Say it. */\nstatic int f(void) { return 1; }\n"),
        ("cpp", "template <class T>\nT f(T x) { return x; }\n", "T f", "/** Say it. */\ntemplate <class T>\nT f(T x) { return x; }\n"),
        ("javascript", "const o = { f() {} };", "f()", "const o = { /** Say it. */ f() {} };"),
    ],
)  # fmt: skip
def test_documentation_goes_where_the_language_wants_it(
    language: str, source: str, at: str, expected: str
) -> None:
    assert documented(language, source, at) == expected


def test_go_documentation_begins_with_the_name() -> None:
    new = documented("go", "package a\n\nfunc Total() {}\n", "func", "Returns the total.")

    assert "// Total returns the total.\n" in new


def test_java_unicode_escapes_cannot_end_the_comment() -> None:
    new = documented("java", "class A {}\n", "class", "Ends \\u002a\\u002f here */ evil")

    assert "\\u" not in new and new.count("*/") == 1


def test_bare_fences_are_no_doctests_in_rust() -> None:
    new = documented("rust", "fn f() {}\n", "fn", "Do the work.\n\n```\nf()\n```")

    assert "/// ```text\n/// f()\n/// ```\n" in new


def test_a_long_text_is_wrapped_with_its_summary_first() -> None:
    text = "Return the total of all the prices. It is rounded to cents, and never negative, whatever the discounts may be."

    new = documented("python", "def f():\n    return 1\n", "def", text)

    assert '    """Return the total of all the prices.\n\n    It is rounded' in new
    assert max(map(len, new.splitlines())) <= 88


def test_without_a_definition_there_is_nothing_to_document() -> None:
    for language in ("python", "go", "plaintext"):
        with pytest.raises(EditRefused):
            documented(language, "x = 1\n", "x")


SOURCE = "import os\n\n\ndef a():\n    x = 1\n\n    return x\n\n\ndef b():\n    return 2\n"


def placed(code: str, at: int, end: int | None = None, source: str = SOURCE) -> str:
    return propose_code(
        Document("file:///x.py", "x.py", "python", source), Span(at, end or at), code
    ).new_text


def test_a_block_replaces_the_function_it_redefines() -> None:
    new = placed("```python\nimport re\n\ndef b():\n    return re.compile('')\n```", 0)

    assert new == SOURCE.replace("import os\n", "import os\nimport re\n").replace(
        "return 2", "return re.compile('')"
    )


def test_comments_at_the_ends_of_a_block_are_code() -> None:
    code = "# Counts.\ncount = 1\n\n# Done."

    assert placed(code, len(SOURCE)) == SOURCE + code


def test_prose_at_the_ends_of_a_block_is_no_code() -> None:
    assert placed("Here it is:\ncount = 1", len(SOURCE)) == SOURCE + "count = 1"


def test_a_block_replaces_several_definitions_at_once() -> None:
    new = placed("def a():\n    return 5\n\n\ndef b():\n    return 6\n", 0)

    assert new == "import os\n\n\ndef a():\n    return 5\n\n\ndef b():\n    return 6\n"


def test_a_block_replaces_the_selection() -> None:
    at = SOURCE.index("x = 1")

    assert placed("x = 10\nx += 1", at, at + 5) == SOURCE.replace("x = 1\n", "x = 10\n    x += 1\n")


def test_a_block_goes_to_the_cursor_with_its_indentation() -> None:
    assert placed("y = 2", SOURCE.index("x = 1")) == SOURCE.replace("x = 1\n", "x = 1\n    y = 2\n")
    assert placed("y = 2", SOURCE.index("\n    return x")) == SOURCE.replace(
        "\n\n    return x", "\n    y = 2\n    return x"
    )
    assert placed("def c():\n    pass", len(SOURCE)) == SOURCE + "\n\ndef c():\n    pass"
    assert placed("y = 2", SOURCE.index("a():")) == SOURCE.replace("def a():\n", "def a():\n    y = 2\n")


def replaced(language: str, source: str, old: str, reply: str, *, keep: bool = True) -> str:
    at = source.index(old)
    document = Document("file:///x", "x", language, source)
    return propose_replacement(document, Span(at, at + len(old)), reply, keep_signature=keep).new_text


MIXED = "import os\r\n\r\n\r\ndef a():\r\n    return os.sep\r\n\n\ndef b():\n    return 2\n"
"""The imports and the first function end their lines with CRLF, all below with LF."""
MIXED_WITHIN = "x = 0\n\n\ndef c():\r\n    y = 1\n    return y\r\n"


@pytest.mark.parametrize(
    ("source", "old", "reply", "expected"),
    [
        (MIXED, "    return os.sep", "z = os.sep\nreturn z", MIXED.replace("return os.sep", "z = os.sep\r\n    return z")),
        (MIXED, "    return 2", "z = 3\nreturn z", MIXED.replace("return 2", "z = 3\n    return z")),
        (MIXED, "def b():\n    return 2", "def b():\r\n    z = 3\r\n    return z", MIXED.replace("return 2", "z = 3\n    return z")),
        (MIXED, "def b():\n    return 2", "import re\n\ndef b():\n    return re.I", MIXED.replace("os\r\n", "os\r\nimport re\r\n").replace("return 2", "return re.I")),
        (MIXED_WITHIN, "def c():\r\n    y = 1\n    return y", "def c():\n    y = 2\n    return y", MIXED_WITHIN.replace("y = 1\n", "y = 2\r\n")),
        (MIXED_WITHIN[:-2], "    return y", "y += 1\nreturn y", MIXED_WITHIN[:-2].replace("return y", "y += 1\n    return y")),
    ],
)  # fmt: skip
def test_a_replacement_in_a_file_of_mixed_line_ends_ends_its_lines_as_they_do_there(
    source: str, old: str, reply: str, expected: str
) -> None:
    assert replaced("python", source, old, reply) == expected


@pytest.mark.parametrize(
    ("source", "at", "code", "expected"),
    [
        (MIXED, "return os", "z = 1", MIXED.replace("os.sep\r\n", "os.sep\r\n    z = 1\r\n")),
        (MIXED, "def b", "z = 1", MIXED.replace("b():\n", "b():\n    z = 1\n")),
        (MIXED, "import", "def b():\n    z = 3\n    return z", MIXED.replace("return 2", "z = 3\n    return z")),
        (MIXED, "import", "def a():\n    z = 3\n    return z", MIXED.replace("return os.sep", "z = 3\r\n    return z")),
        (MIXED, "def b", "import re\n\n\ndef c():\n    return re.I", MIXED.replace("os\r\n", "os\r\nimport re\r\n") + "\n\ndef c():\n    return re.I\n"),
    ],
)  # fmt: skip
def test_a_block_in_a_file_of_mixed_line_ends_ends_its_lines_as_they_do_there(
    source: str, at: str, code: str, expected: str
) -> None:
    assert placed(code, source.index(at), source=source) == expected


JS = "function sum(items) {\n  let total = 0;\n  items.forEach(i => total += i);\n}\n"
JAVA = "class A {\n    void f(int[] v) {\n        int t = 0;\n        use(v);\n    }\n}\n"


def test_a_parameter_on_a_line_of_its_own_is_no_level_of_indentation() -> None:
    """Its eight columns were taken for one level, and the loop of the reply was flattened."""
    code = "int add(List<Integer> values,\n        int start) {\n    for (int v : values) {\n        start = v + {};\n    }\n    return start;\n}"
    source = f"class A {{\n    {code.replace(chr(10), chr(10) + '    ')}\n}}\n"
    old = source[source.index("int add") : source.rindex("\n}")]

    assert replaced("java", source, old, code.replace("{};", "start;")) == source.replace("{};", "start;")


def test_strings_inside_reindented_code_keep_their_value() -> None:
    source = 'class A:\n    def f(self):\n        return """\nflush\n  left\n"""\n'
    old = source[source.index("    def") :]

    new = replaced(
        "python", source, old, 'def f(self):\n    text = """\nflush\n  left\n"""\n    return text\n'
    )

    assert '        text = """\nflush\n  left\n"""\n        return text\n' in new


def test_a_branch_alone_is_no_branch_in_place() -> None:
    """It does not parse by itself, and its body was taken for a line that is where the file has it."""
    source = "def f(x):\n    if x:\n        y = 1\n    elif not x:\n        y = 2\n    return y\n"
    old = source[source.index("elif") : source.index("\n    return")]

    new = replaced("python", source, old, "elif x is None:\n    y = 3")

    assert new == source.replace("not x", "x is None").replace("y = 2", "y = 3")


@pytest.mark.parametrize(
    ("language", "source", "begins", "reply", "expected"),
    [
        ("javascript", JS, "items.f", "for (const i of items) {\n  total += i;\n}", "  for (const i of items) {\n    total += i;\n  }\n"),
        ("java", JAVA, "use", "for (int x : v) {\n    use(x);\n}", "        for (int x : v) {\n            use(x);\n        }\n"),
        ("javascript", JS, "items.f", "const o = {\n  total,\n}", "  const o = {\n    total,\n  };\n"),
        ("javascript", JS, "items.f", "items.map((i) => {\n  total += i;\n})", "  items.map((i) => {\n    total += i;\n  });\n"),
    ],
)  # fmt: skip
def test_the_last_statement_of_a_block_becomes_a_block(
    language: str, source: str, begins: str, reply: str, expected: str
) -> None:
    """Its brace was taken for a copy of the line below; where another statement follows, it got a semicolon."""
    old = source[source.index(begins) :].partition("\n")[0]
    line = f"{source.partition(old)[0].rpartition(chr(10))[2]}{old}\n"

    for following in ("", line.replace(old, "done();")):
        document = source.replace(line, line + following)
        assert replaced(language, document, old, reply) == document.replace(line, expected)


@pytest.mark.parametrize(
    ("language", "source", "reply"),
    [
        ("python", "@cache\ndef f(x):\n    return x\n", "def f(x):\n    return x"),
        (
            "typescript",
            "export function f(x: number) {\n  return x;\n}\n",
            "function f(x: number) {\n  return x;\n}",
        ),
    ],
)
def test_a_decorator_or_modifier_may_go_where_that_was_asked_for(
    language: str, source: str, reply: str
) -> None:
    """It was put back, and the model was said to have changed nothing."""
    assert replaced(language, source, source.rstrip(), reply, keep=False) == f"{reply}\n"
    with pytest.raises(EditRefused, match="no change"):
        replaced(language, source, source.rstrip(), reply)


def test_dropped_decorators_and_modifiers_come_back() -> None:
    source = "class A:\n    @property\n    def f(self):\n        return 1\n"
    assert "    @property\n    def f(self):\n        return 2\n" in replaced(
        "python", source, source[source.index("    @") :], "def f(self):\n    return 2"
    )
    assert replaced(
        "rust",
        "#[inline]\npub fn f() -> u8 {\n    1\n}\n",
        "#[inline]\npub fn f() -> u8 {\n    1\n}",
        "fn f() -> u8 { 2 }",
    ) == ("#[inline]\npub fn f() -> u8 { 2 }\n")


def test_imports_go_below_the_future_import_and_not_twice() -> None:
    source = '"""Doc."""\nfrom __future__ import annotations\n\nx = 1\n\n\ndef f():\n    return x\n'

    new = replaced(
        "python",
        source,
        "def f():\n    return x",
        "import re\nimport re\n\ndef f():\n    return re.escape(str(x))",
    )

    assert new.startswith('"""Doc."""\nfrom __future__ import annotations\nimport re\n\nx = 1\n')


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("def f(a, b=2):\n    return nope(a)", "not defined: `nope`"),
        ("def f(a):\n    return a", "parameters of `f` change"),
        ("async def f(a, b=1):\n    return a", "async function"),
        ("def f(a, b=1):\n    ...", "not complete"),
        ("def f(a, b=1):\n    return a +", "does not parse"),
        ("def f(a, b=1):\n    return a", "no change"),
    ],
)
def test_a_refusal_says_why(reply: str, reason: str) -> None:
    source = "def f(a, b=1):\n    return a\n"

    with pytest.raises(EditRefused, match=reason.replace("(", "\\(")):
        replaced("python", source, source, reply.replace("b=2", "b=1"))


def test_a_change_that_was_asked_for_may_change_the_signature() -> None:
    assert replaced(
        "python",
        "def f(a):\n    return a\n",
        "def f(a):\n    return a",
        "def f(b):\n    return b",
        keep=False,
    )


def test_selected_statements_that_later_code_needs_keep_their_names() -> None:
    source = "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n\n"
    old = source[source.index("    n = 0") : source.index("    return")]

    assert replaced("python", source, old, "n = sum(xs)") == "def f(xs):\n    n = sum(xs)\n    return n\n"
    with pytest.raises(EditRefused, match="`n`"):
        replaced("python", source, old, "total = sum(xs)")


def test_a_copy_of_the_code_is_no_part_of_the_docstring() -> None:
    """A small model introduced its text with the whole function in a fence, and all of it was offered."""
    code = "def add(a, b):\n    return a + b\n"
    document = Document("file:///add.py", "add.py", "python", code)

    copied = propose_docstring(
        document, Span(0, len(code) - 1), f"Here is the function:\n```python\n{code}```\nIt adds two numbers."
    )
    example = propose_docstring(
        document, Span(0, len(code) - 1), "It adds two numbers.\n\n```python\nadd(1, 2)\n```"
    )

    assert copied.new_text == 'def add(a, b):\n    """It adds two numbers."""\n    return a + b\n'
    assert "add(1, 2)" in example.new_text
