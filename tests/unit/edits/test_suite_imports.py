"""Imports of generated tests beside those of the test file: a name is bound once, in the file's way, where it works."""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import TestPlan, propose_replacement, propose_tests

SCRIPT = (
    "export function add(a, b) {\n  return a + b;\n}\n\nexport function sub(a, b) {\n  return a - b;\n}\n"
)
IMPORTED = 'import { sub } from "./calc.js";'
REQUIRED = 'const { sub } = require("./calc.js");'
BODY = 'test("takes away", () => {\n  assert.equal(sub(3, 2), 1);\n});'
OLD = '\ntest("adds", () => {\n  assert.equal(add(1, 2), 3);\n});\n'
CALC = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n"
GO = "package calc\n\nfunc Add(a, b int) int { return a + b }\n\nfunc Sub(a, b int) int { return a - b }\n"


def proposed(
    language: str, source: str, at: str, reply: str, framework: str, line: str, existing: str | None = None
) -> str:
    plan = TestPlan(Path("/p/test_calc"), "file:///p/test_calc", existing, framework, line, "")
    document = Document("file:///p/calc", "calc", language, source)
    target = source.index(at)
    return propose_tests(document, Span(target, target), f"```\n{reply}\n```", plan).new_text


def script(
    reply: str, line: str = IMPORTED, existing: str | None = None, language: str = "javascript"
) -> str:
    return proposed(language, SCRIPT, "a - b", reply, "node:test", line, existing)


def head_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith(("import ", "const "))]


NODE = 'const { test } = require("node:test");\nconst assert = require("node:assert/strict");\n'


def test_what_a_commonjs_test_requires_stands_in_it_once() -> None:
    """`require` was no import: it stayed among the tests, was written on top again, and no file could be loaded."""
    new = script(f"{NODE}{REQUIRED}\n\n{BODY}", REQUIRED)

    assert new == f"{NODE}{REQUIRED}\n\n{BODY}\n"


def test_what_a_commonjs_file_requires_already_is_not_required_again() -> None:
    existing = f'{NODE}const {{ add }} = require("./calc.js");\n{OLD}'

    new = script(f"{NODE}{REQUIRED}\n\n{BODY}", REQUIRED, existing)

    assert new == f'{NODE}const {{ add }} = require("./calc.js");\n{REQUIRED}\n{OLD}\n{BODY}\n'


ESM = ['import { test } from "node:test";', 'import assert from "node:assert/strict";', IMPORTED]


@pytest.mark.parametrize(
    ("line", "reply", "expected"),
    [
        (REQUIRED, "\n".join(ESM), [*NODE.strip().split("\n"), REQUIRED]),
        (IMPORTED, NODE + REQUIRED, ESM),
        (IMPORTED, 'const assert = require("node:assert").strict;\n' + REQUIRED, [ESM[0], 'import { strict as assert } from "node:assert";', IMPORTED]),
        (REQUIRED, 'import * as calc from "../calc";\nimport { add as plus, sub } from "../calc";', [*NODE.strip().split("\n"), 'const calc = require("./calc.js");', 'const { add: plus, sub } = require("./calc.js");']),
        ('const sub = require("./calc.js");', "const { sub } = require('../src/calc');", [*NODE.strip().split("\n"), 'const sub = require("./calc.js");']),
        (IMPORTED, "", ESM),
        (REQUIRED, "", [*NODE.strip().split("\n"), REQUIRED]),
    ],
)  # fmt: skip
def test_a_new_file_imports_as_the_code_exports(line: str, reply: str, expected: list[str]) -> None:
    assert head_of(script(f"{reply}\n\n{BODY}", line)) == expected


@pytest.mark.parametrize(
    ("existing", "added"),
    [
        (['import test from "node:test";', 'import assert from "node:assert";', 'import { add } from "./calc.js";'], [IMPORTED]),
        (['import * as assert from "node:assert"', "import { test as it, test } from 'node:test'", 'import {\n  add,\n  sub,\n} from "./calc.js";'], []),
        (['import { test } from "node:test";', 'import { add } from "./calc.js";'], ['import assert from "node:assert/strict";', IMPORTED]),
    ],
)  # fmt: skip
def test_a_name_is_imported_once_whatever_module_it_comes_from(existing: list[str], added: list[str]) -> None:
    """`assert` of "node:assert" and of "node:assert/strict" both stayed, and the file could not be loaded."""
    new = script("\n".join(ESM) + "\n\n" + BODY, IMPORTED, "\n".join(existing) + "\n" + OLD)

    assert new == "\n".join([*existing, *added]) + f"\n{OLD}\n{BODY}\n"


def test_what_the_file_declares_itself_is_not_imported() -> None:
    existing = (
        'import { test } from "node:test";\nimport chai from "chai";\n\nconst { assert } = chai;\n' + OLD
    )

    new = script("\n".join(ESM) + "\n\n" + BODY, IMPORTED, existing)

    assert head_of(new) == [ESM[0], 'import chai from "chai";', IMPORTED, "const { assert } = chai;"]


def test_what_is_used_through_its_module_is_not_imported_alone() -> None:
    new = script(f'const calc = require("./calc");\n\n{BODY}'.replace("sub(", "calc.sub("), REQUIRED)

    assert 'const calc = require("./calc.js");' in new and REQUIRED not in new


def test_what_a_require_calls_by_another_name_is_used() -> None:
    new = script('const { sub: minus } = require("./calc.js");\n\n' + BODY.replace("sub", "minus"), REQUIRED)

    assert 'const { sub: minus } = require("./calc.js");' in new


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ('import (\n\t"testing"\n)', 'import (\n\t"testing"\n\t"fmt"\n)'),
        ('import (\n\t"fmt"\n\tt "testing"\n)', 'import (\n\t"fmt"\n\tt "testing"\n\t"testing"\n)'),
        ('import ("fmt"; "testing")', 'import ("fmt"; "testing")'),
        ('import "testing"', 'import "testing"\nimport "fmt"'),
    ],
)
def test_a_go_package_is_imported_once(existing: str, expected: str) -> None:
    """What stood in `import (…)` was imported again after it, and the package did not compile."""
    old = "\n\nfunc TestAdd(t *testing.T) {}\n"
    reply = 'import "testing"\n\nfunc TestSub(t *testing.T) {\n\tfmt.Println(Sub(3, 2))\n}'

    new = proposed("go", GO, "a - b", reply, "go test", "", f"package calc\n\n{existing}{old}")

    assert new.startswith(f"package calc\n\n{expected}{old}")


def test_a_python_import_goes_behind_what_the_file_does_for_its_imports() -> None:
    """It went before `sys.path.insert`, where the module under test is not found."""
    existing = 'import sys\n\nsys.path.insert(0, "src")\n\nfrom calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n'
    reply = "from calc import sub\n\n\ndef test_sub():\n    assert sub(3, 2) == 1"

    new = proposed("python", CALC, "a - b", reply, "pytest", "from calc import sub", existing)

    assert new.startswith(existing.replace("import add\n", "import add\nfrom calc import sub\n"))


def test_an_import_of_several_lines_ends_them_as_the_file_does() -> None:
    source = "import os\r\n\r\n\r\ndef f(x):\r\n    y = x\r\n    return y\r\n"
    reply = (
        "```python\nfrom typing import (\n    Any,\n    cast,\n)\n\n\ndef f(x):\n    return cast(Any, x)\n```"
    )
    at = source.index("def")

    new = propose_replacement(
        Document("file:///x", "x", "python", source), Span(at, len(source) - 2), reply
    ).new_text

    assert "cast" in new and new.count("\n") == new.count("\r\n")
