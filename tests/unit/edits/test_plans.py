"""Test files go where the project keeps its tests, and add to what is there without touching it."""

# ruff: noqa: E501
from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import TestPlan, propose_tests, test_plan
from lsp_server.errors import EditRefused

CODE = "import math\n\n\ndef area(r):\n    return math.pi * r * r\n"


def plan(
    root: Path, path: str, text: str, files: dict[str, str], *, at: str = "area", language: str = "python"
) -> TestPlan:
    for name, content in {path: text, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    document = Document((root / path).as_uri(), path, language, text)
    start = text.index(at)
    return test_plan(document, Span(start, start), root)


@pytest.mark.parametrize(
    ("path", "files", "expected", "framework", "line"),
    [
        ("shapes.py", {}, "tests/test_shapes.py", "pytest", "from shapes import area"),
        ("pkg/shapes.py", {"pkg/__init__.py": ""}, "tests/test_shapes.py", "pytest", "from pkg.shapes import area"),
        ("src/pkg/shapes.py", {"src/pkg/__init__.py": ""}, "tests/test_shapes.py", "pytest", "from pkg.shapes import area"),
        ("app/shapes.py", {"tests/unit/test_a.py": "import pytest\n"}, "tests/unit/test_shapes.py", "pytest", "from app.shapes import area"),
        ("a/shapes.py", {"test/test_b.py": "import unittest\n"}, "test/test_shapes.py", "unittest", "from a.shapes import area"),
        ("a/shapes.py", {"a/x_test.py": "def test_x(): pass\n"}, "a/shapes_test.py", "pytest", "from a.shapes import area"),
        ("a/shapes.py", {"tests/test_shapes.py": "from a.shapes import area\n"}, "tests/test_shapes.py", "pytest", "from a.shapes import area"),
        ("my files/shapes.py", {}, "tests/test_shapes.py", "pytest", "from shapes import area"),
    ],
)  # fmt: skip
def test_python_tests_follow_the_project(
    tmp_path: Path, path: str, files: dict[str, str], expected: str, framework: str, line: str
) -> None:
    found = plan(tmp_path, path, CODE, {"pyproject.toml": "", **files})

    assert (found.path.relative_to(tmp_path).as_posix(), found.framework, found.import_line) == (
        expected,
        framework,
        line,
    )
    assert found.uri == found.path.as_uri()
    assert (found.existing_text is not None) == (expected in files)


def test_a_method_of_a_class_too_long_to_be_parsed_at_once_is_tested_through_the_class(
    tmp_path: Path,
) -> None:
    methods = "".join(f"    def area_{n}(self, r):\n        return {n} * r * r\n\n" for n in range(500))

    found = plan(tmp_path, "shapes.py", "class Shape:\n" + methods, {"pyproject.toml": ""}, at="area_400")

    assert found.import_line == "from shapes import Shape"


SCRIPT = "export function area(r: number): number {\n  return r * r;\n}\n"


@pytest.mark.parametrize(
    ("files", "expected", "framework", "line"),
    [
        ({"package.json": '{"devDependencies": {"vitest": "3"}}'}, "src/shapes.test.ts", "vitest", 'import { area } from "./shapes";'),
        ({"package.json": '{"devDependencies": {"jest": "30"}}', "tests/a.test.ts": ""}, "tests/shapes.test.ts", "jest", 'import { area } from "../src/shapes";'),
        ({"package.json": '{"scripts": {"test": "node --test"}}'}, "src/shapes.test.ts", "node:test", 'import { area } from "./shapes.ts";'),
        ({"package.json": "{}", "src/a.spec.ts": "vitest"}, "src/shapes.spec.ts", "vitest", 'import { area } from "./shapes";'),
        ({"package.json": "not json", "src/__tests__/a.test.ts": "jest.fn()"}, "src/__tests__/shapes.test.ts", "jest", 'import { area } from "../shapes";'),
    ],
)  # fmt: skip
def test_script_tests_follow_the_project(
    tmp_path: Path, files: dict[str, str], expected: str, framework: str, line: str
) -> None:
    found = plan(tmp_path, "src/shapes.ts", SCRIPT, files, language="typescript")

    assert (found.path.relative_to(tmp_path).as_posix(), found.framework, found.import_line) == (
        expected,
        framework,
        line,
    )


def test_code_that_is_not_exported_cannot_be_tested(tmp_path: Path) -> None:
    with pytest.raises(EditRefused, match="not exported"):
        plan(tmp_path, "a.ts", SCRIPT.removeprefix("export "), {"package.json": "{}"}, language="typescript")


@pytest.mark.parametrize(
    ("language", "path", "text", "files", "expected", "framework"),
    [
        ("go", "stock/a.go", "package stock\n\nfunc area() {}\n", {}, "stock/a_test.go", "go test"),
        ("rust", "src/a.rs", "fn area() {}\n", {}, "src/a.rs", "cargo"),
        ("java", "src/main/java/p/A.java", "package p;\nclass A { void area() {} }\n", {"pom.xml": "jupiter"}, "src/test/java/p/ATest.java", "JUnit 5"),
        ("cpp", "src/a.cpp", "int area() { return 1; }\n", {"tests/b_test.cpp": "#include <catch2/catch.hpp>", ".git/x": ""}, "tests/a_test.cpp", "Catch2"),
    ],
)  # fmt: skip
def test_other_languages_follow_their_tools(
    tmp_path: Path, language: str, path: str, text: str, files: dict[str, str], expected: str, framework: str
) -> None:
    found = plan(tmp_path, path, text, files, language=language)

    assert (found.path.relative_to(tmp_path).as_posix(), found.framework) == (expected, framework)


def test_an_unsaved_document_is_refused() -> None:
    with pytest.raises(EditRefused, match="Save the file"):
        test_plan(Document("untitled:Untitled-1", "Untitled-1", "python", CODE), Span(20, 20), None)


REPLY = "```python\nfrom shapes import area\n\n\ndef test_unit():\n    assert area(1) == pytest.approx(math.pi)\n```"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tests_are_appended_without_touching_those_that_exist(tmp_path: Path, end: str) -> None:
    existing = '"""Tests."""\nfrom shapes import area\n\n\ndef test_unit():\n    assert area(0) == 0'.replace(
        "\n", end
    )
    found = plan(tmp_path, "shapes.py", CODE, {"pyproject.toml": ""})
    found = TestPlan(found.path, found.uri, existing, "pytest", found.import_line, "")
    document = Document((tmp_path / "shapes.py").as_uri(), "shapes.py", "python", CODE)

    proposal = propose_tests(document, Span(20, 20), REPLY, found)

    new = proposal.new_text
    assert all(r.span.empty for r in proposal.replacements)
    assert "def test_unit_2" in new and "import math" in new and "import pytest" in new
    assert new.count("from shapes import area") == 1
    assert existing.split(end)[-1] in new and new.count("\n") == new.count(end)
    ast.parse(new)


def test_a_unittest_project_refuses_functions(tmp_path: Path) -> None:
    found = plan(tmp_path, "shapes.py", CODE, {"pyproject.toml": "", "tests/test_a.py": "import unittest\n"})

    with pytest.raises(EditRefused, match="unittest"):
        propose_tests(Document("file:///s.py", "s.py", "python", CODE), Span(20, 20), REPLY, found)


def test_what_is_not_in_the_module_is_not_imported_from_it(tmp_path: Path) -> None:
    found = plan(tmp_path, "shapes.py", CODE, {"pyproject.toml": ""})
    reply = "from shapes import area, volume\n\n\ndef test_a():\n    assert volume(1) == area(1)\n"

    with pytest.raises(EditRefused, match="volume"):
        propose_tests(Document("file:///s.py", "s.py", "python", CODE), Span(20, 20), reply, found)


def test_a_test_that_does_what_an_earlier_one_does_is_left_out(tmp_path: Path) -> None:
    """A small model that goes round in circles writes the same test under another name, or under the same."""
    found = plan(tmp_path, "shapes.py", CODE, {"pyproject.toml": ""})
    document = Document("file:///s.py", "s.py", "python", CODE)
    same, other = "():\n    assert area(0) == 0\n\n\n", "():\n    assert area(1) > 3\n"
    reply = f"def test_one{same}def test_one{same}def test_two{same}def test_three{other}"

    new = propose_tests(document, Span(20, 20), reply, found).new_text

    assert [line for line in new.split("\n") if line.startswith("def ")] == [
        "def test_one():",
        "def test_three():",
    ]
