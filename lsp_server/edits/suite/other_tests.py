"""Tests in languages other than Python, by syntax tree: copies dropped, imports completed, appended or put in a module."""

from __future__ import annotations

import re

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import grammar, imports
from lsp_server.edits.extract import cut, import_nodes, leading_code
from lsp_server.edits.indent import dedent
from lsp_server.edits.layout import indent_unit
from lsp_server.edits.leftovers import leftover
from lsp_server.edits.suite import javascript_imports, rust_tests
from lsp_server.edits.suite.draft import Draft, appended
from lsp_server.edits.suite.moved import in_braces, indented, outdented
from lsp_server.edits.suite.other_names import apart
from lsp_server.edits.suite.plan import TestPlan
from lsp_server.edits.suite.unimported import java_lines, problem
from lsp_server.edits.types import Check, Replacement
from lsp_server.errors import EditRefused

TESTS = {
    "go": re.compile(r"^func ((?:Test|Benchmark|Fuzz|Example)\w*)\(", re.MULTILINE),
    "rust": rust_tests.TEST,
    "java": re.compile(r"@(?:Test|ParameterizedTest|RepeatedTest)\b[^{;]*?\bvoid\s+(\w+)\s*\("),
    "c": re.compile(r"\b(?:TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO)\s*\(([^)]*)\)"),
    "cpp": re.compile(r"\b(?:TEST|TEST_F|TEST_P|TEST_CASE|SCENARIO)\s*\(([^)]*)\)"),
}
SCRIPT_TEST = re.compile(r"\b(?:test|it)(?:\.\w+)*\s*\(\s*[\"'`]([^\"'`]*)")


def draft(document: Document, code: str, plan: TestPlan) -> Draft:
    language = "cpp" if document.language == "c" and plan.path.suffix != ".c" else document.language
    code = dedent(code).strip("\n")
    tree = grammar.parse_once(language, code)
    if tree is None:
        raise EditRefused(f"Tests for {document.language} need its grammar, which is not installed yet.")
    if tree.has_error:
        code = leading_code(code)
        tree = grammar.parse_once(language, code)
        if tree is None or tree.has_error:
            raise EditRefused("The model's tests do not parse.")
    found = javascript_imports.nodes_of(tree) if _is_script(language) else import_nodes(tree)
    lines = [grammar.text_of(node).strip() for node in found]
    copies = _copies(tree, document)
    body = cut(code, tree, [*found, *copies, *_headers(tree, language)])
    if language == "rust":
        return rust_tests.draft(plan, body, lines)
    count = len(tests_in(language, body))
    if not count:
        raise EditRefused("The model's answer holds no test.")
    body = apart(language, _renamed(body, plan.existing_text or "", language), plan.existing_text or "")
    wanted = tuple(dict.fromkeys(_imports(document, plan, body, lines)))
    return Draft(body, wanted, _replacements(document, plan, body, wanted, language), count)


def _is_script(language: str) -> bool:
    return language.startswith(("javascript", "typescript"))


def tests_in(language: str, code: str) -> list[str]:
    return TESTS.get(language, SCRIPT_TEST).findall(code)


def _copies(tree: syntax.Tree, document: Document) -> list[grammar.Node]:
    """Top-level nodes of the reply that define again what the source defines, or only show how to run the tests."""
    source = syntax.parse(document.language, document.text)
    scopes = source.scopes() if source is not None else []
    tops = {scope.name for scope in scopes if scope.parent is None} | {"main"}
    inner = {scope.name for scope in scopes} - tops
    found = [s for s in tree.scopes() if s.parent is None]
    spans = [s.span for s in found if s.name in tops or (s.name in inner and _is_method(tree, s.span))]
    nodes = []
    for node in tree.root.children:
        span = tree.span(node)
        if any(s.start <= span.start and span.end <= s.end for s in spans):
            nodes.append(node)
    return nodes


def _is_method(tree: syntax.Tree, span: Span) -> bool:
    """Whether a function is a method copied without its class, and no helper or test that is called like one."""
    text = tree.text[span.start : span.end]
    if tree.language == "java":
        return TESTS["java"].search(text) is None
    return re.search(r"\b(?:this|self)\b", text) is not None


def _headers(tree: syntax.Tree, language: str) -> list[grammar.Node]:
    return [node for node in tree.root.children if node.type in ("package_clause", "package_declaration")]


def _imports(document: Document, plan: TestPlan, body: str, lines: list[str]) -> list[str]:
    language = document.language
    if _is_script(language):
        return javascript_imports.lines_of(document, plan, body, lines)
    wanted = list(lines)
    if language == "go":
        wanted = _go_imports(body, lines)
    if plan.import_line and not any(_same_include(line, plan.import_line) for line in wanted):
        wanted = [line for line in wanted if not _names_source(line, document)] + [plan.import_line]
    if plan.framework == "GoogleTest" and not any("gtest" in line for line in wanted):
        wanted.insert(0, "#include <gtest/gtest.h>")
    if plan.framework == "Catch2" and not any("catch" in line.lower() for line in wanted):
        wanted.insert(0, "#include <catch2/catch_test_macros.hpp>")
    if language == "java":
        have = "\n".join([*wanted, plan.existing_text or ""])
        wanted = [*java_lines(body, have, plan.framework), *wanted]
    return wanted


def _go_imports(body: str, lines: list[str]) -> list[str]:
    block = "\n".join(line.removeprefix("import") for line in lines)
    packages = re.findall(r"(?:[\w.]+[ \t]+)?\"[^\"]+\"", block)
    used = [p for p in packages if re.search(rf"\b{re.escape(_go_name(p))}\.", body) or re.match(r"[._] ", p)]
    known = (
        "errors",
        "fmt",
        "math",
        "os",
        "reflect",
        "sort",
        "strconv",
        "strings",
        "testing",
        "time",
        "bytes",
    )
    have = {_go_name(p) for p in used}
    used += [f'"{name}"' for name in known if name not in have and re.search(rf"\b{name}\.[A-Z]", body)]
    return [f"import {package}" for package in dict.fromkeys(used)]


def _go_name(package: str) -> str:
    alias, _, path = package.rpartition(" ")
    return alias or path.strip('"').rsplit("/", 1)[-1]


def _same_include(line: str, wanted: str) -> bool:
    return re.sub(r"\s", "", line) == re.sub(r"\s", "", wanted)


def _names_source(line: str, document: Document) -> bool:
    stem = document.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return re.search(rf"[\"<]\S*\b{re.escape(stem)}\.\w+[\">]", line) is not None


def _renamed(body: str, existing: str, language: str) -> str:
    """Give Go and C++ tests whose names are taken names of their own."""
    if language not in ("go", "cpp", "c"):
        return body
    taken = set(tests_in(language, existing))
    for match in reversed(list(TESTS[language].finditer(body))):
        name = match.group(1)
        if name in taken:
            new = next(f"{name}{n}" for n in range(2, 1000) if f"{name}{n}" not in taken)
            body = body[: match.start(1)] + new + body[match.end(1) :]
            taken.add(new)
        taken.add(name)
    return body


def _replacements(
    document: Document, plan: TestPlan, body: str, wanted: tuple[str, ...], language: str
) -> tuple[Replacement, ...]:
    existing = plan.existing_text
    if existing is not None and existing.strip():
        if language == "java":
            return _into_class(existing, body, wanted)
        tree = syntax.parse(language, existing)
        added = imports.hoist(existing, tree, wanted) if tree is not None else None
        addition = appended(existing, len(existing), body, 1)
        return (added, addition) if added is not None else (addition,)
    head = "\n".join(wanted)
    package = _package(document, language)
    parts = [part for part in (package, head, _in_class(body, plan, language)) if part]
    return (Replacement(Span(0, len(existing or "")), "\n\n".join(parts) + "\n"),)


def _package(document: Document, language: str) -> str:
    found = (
        re.search(r"^package\s+[\w.]+;?", document.text, re.MULTILINE) if language in ("go", "java") else None
    )
    return found.group() if found else ""


def _in_class(body: str, plan: TestPlan, language: str) -> str:
    if language != "java":
        return body
    tree = grammar.parse_once("java", body)
    tops = [scope for scope in tree.scopes() if scope.parent is None] if tree is not None else []
    if tops and tops[0].kind == "class":
        name = tops[0].name
        return re.sub(rf"\b{re.escape(name)}\b", plan.path.stem, body) if name != plan.path.stem else body
    lines = indented("java", body, "    ")
    return f"class {plan.path.stem} {{\n{lines}\n}}"


def _into_class(existing: str, body: str, wanted: tuple[str, ...]) -> tuple[Replacement, ...]:
    """Add the methods of a Java test class to the one that is there."""
    tree, new = syntax.parse("java", existing), grammar.parse_once("java", body)
    if tree is None or new is None:
        raise EditRefused("Tests for java need its grammar, which is not installed yet.")
    owner = next((scope for scope in tree.scopes() if scope.parent is None and scope.body is not None), None)
    if owner is None or owner.body is None:
        raise EditRefused("The test file has no class to add tests to.")
    tops = [scope for scope in new.scopes() if scope.parent is None]
    inner = body
    if tops and tops[0].kind == "class" and tops[0].body is not None:
        inner = outdented("java", body[tops[0].body.start + 1 : tops[0].body.end - 1].strip("\n"))
    taken = set(tests_in("java", existing))
    for match in reversed(list(TESTS["java"].finditer(inner))):
        if match.group(1) in taken:
            name = next(f"{match.group(1)}{n}" for n in range(2, 1000) if f"{match.group(1)}{n}" not in taken)
            inner = inner[: match.start(1)] + name + inner[match.end(1) :]
            taken.add(name)
        taken.add(match.group(1))
    added = imports.hoist(existing, tree, wanted)
    code = indented("java", inner.strip("\n"), indent_unit(existing))
    addition = in_braces(existing, owner.body.end - 1, code)
    return (added, addition) if added is not None else (addition,)


def checks(document: Document, plan: TestPlan, draft: Draft, new_text: str) -> list[Check]:
    language = "cpp" if document.language == "c" and plan.path.suffix != ".c" else document.language
    before, after = (
        grammar.parse_once(language, plan.existing_text or ""),
        grammar.parse_once(language, new_text),
    )
    worse = before is not None and after is not None and len(after.errors()) > len(before.errors())
    left = leftover(language, draft.code, "")
    imported = "\n".join([*draft.imports, plan.existing_text or ""])
    foreign = problem(language, plan.framework, draft.code, imported)
    return [
        Check("parses", not worse, "the test file would not be valid" if worse else ""),
        Check("complete code", not left, f"it leaves out code or holds other text: “{left}”" if left else ""),
        Check("tests", not foreign, foreign),
        Check("tests run", None, "the tests were not run"),
    ]
