"""What a reply gives beside the definitions: what the selection had is kept, copies of the file and examples are not."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_replacement
from lsp_server.errors import EditRefused

PYTHON = """import sys


def main():
    total = 0
    for i in range(3):
        total = total + i
    sys.stdout.write(str(total))


if __name__ == "__main__":
    main()
"""
BETTER = """import sys


def main():
    sys.stdout.write(str(sum(range(3))))


if __name__ == "__main__":
    main()
"""
TYPESCRIPT = """import fs from "node:fs";

export function load(p: string) {
  const t = fs.readFileSync(p, "utf8");
  return t;
}

register(load);
"""
CALLS = """def f(x):
    y = x
    return y


import atexit
atexit.register(f, 1)


@app.route("/")
def g():
    return f(1)


app.include(g)
"""
SHORTER = CALLS.replace("    y = x\n    return y", "    return x")


def rewritten(language: str, source: str, reply: str, selected: str = "") -> str:
    """The file after a rewrite of some of it; of all of it where nothing is named."""
    start = source.index(selected)
    span = Span(start, start + len(selected or source))
    return propose_replacement(Document("file:///x", "x", language, source), span, reply).new_text


@pytest.mark.parametrize(
    ("language", "source", "new"),
    [
        ("python", PYTHON, BETTER),
        (
            "typescript",
            TYPESCRIPT,
            TYPESCRIPT.replace("const t = fs", "return fs").replace("  return t;\n", ""),
        ),
        ("python", f"app = 1\n{CALLS}", f"app = 1\n{SHORTER}"),
        ("go", "package a\n\nfunc F() int {\n\tx := 1\n\treturn x\n}\n", "package a\n\nfunc F() int {\n\treturn 1\n}\n"),
    ],
)  # fmt: skip
def test_selected_imports_calls_and_guards_stay(language: str, source: str, new: str) -> None:
    """They were deleted as soon as a definition was selected with them, and the edit was said to change nothing else."""
    assert rewritten(language, source, f"```\n{new}```") == new


def test_a_second_import_may_join_a_selected_one() -> None:
    new = BETTER.replace("import sys\n", "import sys\nfrom math import fsum\n").replace("sum(", "fsum(", 1)

    assert rewritten("python", PYTHON, new) == new


def test_an_example_is_dropped_where_nothing_selected_is_called() -> None:
    source = "import sys\n\n\ndef f():\n    x = sys.argv\n    return x\n"
    new = "import sys\n\n\ndef f():\n    return sys.argv\n"

    assert rewritten("python", source, new + "\n\nprint(f())\n") == new


def test_an_example_is_dropped_beside_a_guard_too() -> None:
    assert rewritten("python", PYTHON, f"{BETTER}\n\n# Example\nprint(main())\n") == BETTER


def test_a_guard_may_become_another_statement_but_not_nothing() -> None:
    new = BETTER.replace('if __name__ == "__main__":', "for _ in range(1):")

    assert rewritten("python", PYTHON, new) == new
    with pytest.raises(EditRefused, match="is gone"):
        rewritten("python", PYTHON, BETTER.partition("if __name__")[0] + "main()\n")


def test_a_copy_of_the_file_around_the_selection_is_dropped() -> None:
    source = f"{CALLS}\n\ndef h():\n    return 1\n\n\nif __name__ == '__main__':\n    h()\n"
    new = source.replace(CALLS, SHORTER)

    assert rewritten("python", source, new, CALLS.rstrip()) == new


def test_imports_of_a_reply_join_those_above_the_selection() -> None:
    source = "import os\n\n\ndef f(x):\n    return int(x)\n\n\nprint(f(os.sep))\n"
    selected = source[source.index("def f") :]
    new = selected.replace("int(x)", "math.floor(x)")

    assert (
        rewritten("python", source, f"import math\n\n\n{new}", selected)
        == f"import os\nimport math\n\n\n{new}"
    )


LIMITED = "class A:\n    LIMIT = 3\n\n    def f(self, x):\n        if x > 3:\n            return 3\n        return x\n"
CLASS = """class A {
  limit = 3;

  f(x: number) {
    if (x > 3) return 3;
    return x;
  }
}
"""


@pytest.mark.parametrize(
    ("language", "source", "reply", "selected", "new"),
    [
        (
            "python",
            LIMITED,
            "class A:\n    LIMIT = 4\n    MOST = 3\n    IDLE = 1\n\n    def f(self, x):\n        return min(x, self.MOST)\n",
            LIMITED[LIMITED.index("def") :],
            "class A:\n    LIMIT = 3\n\n    MOST = 3\n\n    def f(self, x):\n        return min(x, self.MOST)\n",
        ),
        (
            "typescript",
            CLASS,
            "class A {\n  limit = 3;\n  most = 3;\n\n  f(x: number) {\n    return Math.min(x, this.most);\n  }\n}\n",
            CLASS[CLASS.index("f(x") : -2],
            "class A {\n  limit = 3;\n\n  most = 3;\n\n  f(x: number) {\n    return Math.min(x, this.most);\n  }\n}\n",
        ),
    ],
)
def test_a_new_constant_of_the_class_around_a_method_comes_along(
    language: str, source: str, reply: str, selected: str, new: str
) -> None:
    """The method alone was taken, and named a constant that was not there."""
    assert rewritten(language, source, reply, selected) == new


CLEAN = "def clean(text):\n    return text.upper()\n\n\n"
PARSE = "def parse(lines):\n    out = [line.strip() for line in lines]\n    return out\n"


def test_a_helper_with_the_name_of_another_function_is_refused() -> None:
    """It was dropped as a copy of that function, and the rewrite called the other one."""
    helper = "def clean(line):\n    return line.strip()\n\n\n"
    calls = "def parse(lines):\n    return [clean(line) for line in lines]\n"

    with pytest.raises(EditRefused, match="another one"):
        rewritten("python", CLEAN + PARSE, helper + calls, PARSE)
    assert rewritten("python", CLEAN + PARSE, CLEAN + calls, PARSE) == CLEAN + calls


@pytest.mark.parametrize(("language", "source"), [("python", PYTHON), ("typescript", TYPESCRIPT)])
def test_an_answer_without_the_selected_calls_is_refused(language: str, source: str) -> None:
    reply = (
        BETTER.partition("\n\n\nif ")[0] if language == "python" else source.replace("register(load);", "")
    )

    with pytest.raises(EditRefused, match="is gone"):
        rewritten(language, source, reply)
