"""Imports of generated JavaScript tests: in the file's way, `import` or `require`, from where the code under test is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from lsp_server import syntax
from lsp_server.document import Document
from lsp_server.edits import script_imports
from lsp_server.edits.script_imports import ScriptImport
from lsp_server.edits.suite.plan import TestPlan

if TYPE_CHECKING:
    from tree_sitter import Node

GLOBALS = {
    "vitest": (
        ("afterAll", "afterEach", "beforeAll", "beforeEach", "describe", "expect", "it", "test", "vi"),
        "vitest",
    ),
    "node:test": (
        ("after", "afterEach", "before", "beforeEach", "describe", "it", "mock", "test"),
        "node:test",
    ),
}
ELSEWHERE = (".", "/", "@/", "your", "path")
"""How modules of the project begin, and how models call those they do not know the place of."""


def nodes_of(tree: syntax.Tree) -> list[Node]:
    """The statements of a reply that import something."""
    return script_imports.nodes(tree)


def lines_of(document: Document, plan: TestPlan, body: str, lines: list[str]) -> list[str]:
    """The reply's imports with the module under test called by its real path, and the framework's where it needs them."""
    language, existing = document.language, plan.existing_text or ""
    required = script_imports.requires(language, existing)
    required = "require(" in plan.import_line if required is None else required
    defined, subject = _defined(document), script_imports.read(plan.import_line)
    there = script_imports.declared(language, existing)
    wanted: list[str] = []
    for line in lines:
        one = script_imports.read(line)
        if one is None:
            wanted.append(line)
            continue
        if subject is not None and _is_subject(one, subject, defined):
            one = _like(evolve(one, module=subject.module, rest=""), subject)
        one = one.without(there)
        as_it_is = one == script_imports.read(line) and one.required == required
        wanted += [line] if as_it_is else one.written(required=required)
    known = script_imports.bound(wanted) | there
    if subject is not None and _needs(body, subject, known):
        wanted += subject.written(required=required)
    framework = [one for line in _framework_lines(plan, body, known) if (one := script_imports.read(line))]
    return [*(line for one in framework for line in one.written(required=required)), *wanted]


def _defined(document: Document) -> set[str]:
    own = syntax.parse(document.language, document.text)
    return {scope.name for scope in own.scopes() if scope.parent is None} if own is not None else set()


def _is_subject(one: ScriptImport, subject: ScriptImport, defined: set[str]) -> bool:
    """Whether a statement of the reply means the module under test, whatever it calls it."""
    stem = subject.module.rsplit("/", 1)[-1].split(".")[0].strip("\"'")
    named = {name for name, _ in one.names} | one.bound
    same = named & defined or re.search(rf"\b{re.escape(stem)}\b", one.module)
    return one.module.strip("\"'").startswith(ELSEWHERE) and bool(same)


def _like(one: ScriptImport, subject: ScriptImport) -> ScriptImport:
    """Without what is exported in another way than the reply takes it: the plan's own line brings it."""
    other = subject.default != one.default or {name for name, _ in subject.names} - {n for n, _ in one.names}
    return one.without(subject.bound) if other else one


def _needs(body: str, subject: ScriptImport, known: set[str]) -> bool:
    """Whether the tests use the code under test by its own name, and nothing brings it yet."""
    return any(
        name not in known and re.search(rf"(?<![\w.$]){re.escape(name)}\b", body) for name in subject.bound
    )


def _framework_lines(plan: TestPlan, body: str, known: set[str]) -> list[str]:
    words, module = GLOBALS.get(plan.framework, ((), ""))
    used = [w for w in words if w not in known and re.search(rf"(?<![\w.$]){w}(?:\.\w+)*\s*[(.]", body)]
    lines = [f'import {{ {", ".join(used)} }} from "{module}";'] if used else []
    if plan.framework == "node:test" and re.search(r"\bassert\b", body) and "assert" not in known:
        lines.append('import assert from "node:assert/strict";')
    return lines
