"""Python tests out of a reply: copies of the code dropped, names made unique, imports put right without running anything."""

from __future__ import annotations

import ast
import re
import sys

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import imports, names, python_source
from lsp_server.edits.extract import leading_code
from lsp_server.edits.indent import dedent
from lsp_server.edits.layout import line_start
from lsp_server.edits.leftovers import leftover
from lsp_server.edits.python_source import DEFINITIONS, Positions
from lsp_server.edits.suite.draft import Draft, appended
from lsp_server.edits.suite.plan import TestPlan
from lsp_server.edits.suite.python_names import count_tests, renamed, without_bound, without_repeated
from lsp_server.edits.types import Check, Replacement
from lsp_server.errors import EditRefused

MODULES = sys.stdlib_module_names | {"pytest"}
KNOWN = {
    "Mock": "from unittest.mock import Mock",
    "MagicMock": "from unittest.mock import MagicMock",
    "AsyncMock": "from unittest.mock import AsyncMock",
    "patch": "from unittest.mock import patch",
    "mock": "from unittest import mock",
    "TestCase": "from unittest import TestCase",
    "Path": "from pathlib import Path",
    "Decimal": "from decimal import Decimal",
    "StringIO": "from io import StringIO",
    "BytesIO": "from io import BytesIO",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
}
MAIN = re.compile(r"^if\s+__name__\s*==", re.MULTILINE)


def draft(document: Document, code: str, plan: TestPlan) -> Draft:
    whole = dedent(code).strip("\n")
    tree, code = _parsed(code)
    own = names.analyse(document.text)
    bound = own.bound if own is not None else frozenset()
    existing = plan.existing_text or ""
    kept = _distinct([node for node in tree.body if _belongs(node, bound | _tops(document))])
    kept = without_repeated(kept, existing)
    count = sum(count_tests(node) for node in kept)
    if not count:
        mistake = python_source.compiles(whole) if whole != code and "def test" in whole else ""
        raise EditRefused(
            f"The model's tests do not parse: {mistake.rstrip('.')}."
            if mistake
            else "The model's answer holds no test."
        )
    text = renamed(_source(code, kept), existing)
    brought = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    wanted = [_corrected(node, bound, plan) for node in brought]
    found = [without_bound(line, existing) for line in [*wanted, *_forgotten(text, wanted, bound, plan)]]
    lines = tuple(dict.fromkeys(line for line in found if line))
    return Draft(text, lines, _replacements(plan, text, lines), count)


def _parsed(code: str) -> tuple[ast.Module, str]:
    code = dedent(code).strip("\n")
    tree = python_source.parse(code)
    if tree is None:
        code = leading_code(code)
        tree = python_source.parse(code)
    if tree is None:
        raise EditRefused("The model's tests do not parse.")
    return tree, code


def _tops(document: Document) -> set[str]:
    """Names of the definitions at the top level of a source that may not parse as a whole."""
    source = syntax.parse("python", document.text)
    return {scope.name for scope in source.scopes() if scope.parent is None} if source is not None else set()


def _belongs(node: ast.stmt, bound: frozenset[str]) -> bool:
    """Tests, their helpers, data and optional imports; no copy of the code under test, no usage example, no main block."""
    if isinstance(node, DEFINITIONS):
        return count_tests(node) > 0 or not (node.name in bound or _is_method(node))
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return not any(isinstance(t, ast.Name) and t.id in bound for t in targets)
    return isinstance(node, ast.Try) and any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in node.body)


def _is_method(node: ast.stmt) -> bool:
    """Whether it is a method copied without its class."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return bool(node.args.args) and node.args.args[0].arg in ("self", "cls")


def _distinct(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """Without test functions that do what an earlier one does."""
    seen: set[str] = set()
    kept: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and count_tests(node):
            does = "".join(map(ast.dump, [*node.decorator_list, node.args, *node.body]))
            if does in seen:
                continue
            seen.add(does)
        kept.append(node)
    return kept


def _source(code: str, kept: list[ast.stmt]) -> str:
    """The text of statements with the comments directly above them."""
    at = Positions(code)
    pieces: list[str] = []
    for node in kept:
        start = python_source.definition_start(node, at) if isinstance(node, DEFINITIONS) else at.start(node)
        start = line_start(code, start)
        while start and (above := line_start(code, start - 1)) < start and code[above:start].startswith("#"):
            start = above
        stop = code.find("\n", at.end(node))
        line_rest = code[at.end(node) : stop if stop >= 0 else len(code)]
        pieces.append(code[start : at.end(node)] + (line_rest if line_rest.lstrip().startswith("#") else ""))
    out = pieces[0]
    for before, node, piece in zip(kept, kept[1:], pieces[1:], strict=False):
        close = not isinstance(before, DEFINITIONS) and not isinstance(node, DEFINITIONS)
        out += ("\n" if close else "\n\n\n") + piece
    return out


def _corrected(node: ast.stmt, bound: frozenset[str], plan: TestPlan) -> str:
    """The import statement, with the module under test called by its real name; "" for one that is not needed."""
    module = module_of(plan)
    if isinstance(node, ast.ImportFrom):
        if node.module == "__future__":
            return ""
        imported = [alias.name for alias in node.names]
        named = f"{'.' * node.level}{node.module or ''}"
        mine = [name for name in imported if name in bound]
        standard = (node.module or "").split(".")[0] in sys.stdlib_module_names and not node.level
        if named != module and not standard and (mine == imported or imported == ["*"]) and imported:
            return (
                plan.import_line if imported == ["*"] else ast.unparse(ast.ImportFrom(module, node.names, 0))
            )
    return ast.unparse(node)


def module_of(plan: TestPlan) -> str:
    found = re.match(r"from\s+(\S+)\s+import|import\s+(\S+)", plan.import_line)
    return (found.group(1) or found.group(2)) if found else ""


def _forgotten(text: str, wanted: list[str], bound: frozenset[str], plan: TestPlan) -> list[str]:
    """Imports for names the tests use and nobody defines."""
    missing = (
        names.introduced((plan.existing_text or "") + "\n" + "\n".join(wanted) + "\n", "", text) or set()
    )
    lines: list[str] = []
    for name in sorted(missing):
        if name in KNOWN:
            lines.append(KNOWN[name])
        elif name in MODULES and re.search(rf"\b{name}\.\w", text):
            lines.append(f"import {name}")
        elif name in bound and plan.import_line.startswith("from"):
            lines.append(f"from {module_of(plan)} import {name}")
    return lines


def _replacements(plan: TestPlan, text: str, lines: tuple[str, ...]) -> tuple[Replacement, ...]:
    existing = plan.existing_text
    if existing is None or not existing.strip():
        head = "\n".join(_sorted(imports.python_lines([], lines)))
        end = len(existing or "")
        return (Replacement(Span(0, end), (head + "\n\n\n" if head else "") + text + "\n"),)
    tree = syntax.parse("python", existing)
    added = imports.hoist(existing, tree, lines, late=True) if tree is not None else None
    main = MAIN.search(existing)
    at = main.start() if main else len(existing)
    addition = appended(existing, at, text, 2)
    return (added, addition) if added is not None else (addition,)


def _sorted(lines: list[str]) -> list[str]:
    """Standard library, then others, then a blank line between; the order linters ask for."""
    standard = [line for line in lines if line.split()[1].split(".")[0] in sys.stdlib_module_names]
    others = [line for line in lines if line not in standard]
    key = lambda line: (line.startswith("from"), line)  # noqa: E731
    groups = [sorted(standard, key=key), sorted(others, key=key)]
    return "\n\n".join("\n".join(group) for group in groups if group).split("\n")


def checks(document: Document, plan: TestPlan, draft: Draft, new_text: str) -> list[Check]:
    """Verdicts on the whole test file, by parsing alone."""
    left = leftover("python", draft.code, "")
    error = python_source.compiles(new_text) if not python_source.compiles(plan.existing_text or "") else ""
    missing = names.introduced(
        (plan.existing_text or "") + "\n" + "\n".join(draft.imports) + "\n", "", draft.code
    )
    return [
        Check("parses", not error, error),
        Check("complete code", not left, f"it leaves out code or holds other text: “{left}”" if left else ""),
        Check("tests", _framework_problem(draft, plan) == "", _framework_problem(draft, plan)),
        _imports_work(document, plan, draft),
        Check(
            "no undefined names",
            None if missing is None else not missing,
            ", ".join(f"`{n}`" for n in sorted(missing or ())),
        ),
        Check("tests run", None, "the tests were not run"),
    ]


def _framework_problem(draft: Draft, plan: TestPlan) -> str:
    tree = python_source.parse(draft.code)
    plain = (
        [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and count_tests(n)]
        if tree
        else []
    )
    if plan.framework == "unittest" and plain:
        return "the project uses unittest, which runs methods of a TestCase class, not functions"
    return ""


def _imports_work(document: Document, plan: TestPlan, draft: Draft) -> Check:
    """Whether what is imported from the module under test is there; other modules are looked up only by name."""
    own = names.analyse(document.text)
    unknown: list[str] = []
    for line in draft.imports:
        tree = python_source.parse(line)
        node = tree.body[0] if tree is not None else None
        if isinstance(node, ast.ImportFrom) and node.module == module_of(plan) and own is not None:
            absent = [a.name for a in node.names if a.name not in own.bound and a.name != "*"]
            if absent:
                return Check("imports", False, f"`{absent[0]}` is not in {module_of(plan)}")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or "."]
            around = (
                document.text + (plan.existing_text or "") + plan.example + plan.import_line + plan.framework
            )
            tops = {module.split(".")[0] for module in modules}
            unknown += [
                t
                for t in tops
                if t not in sys.stdlib_module_names and not re.search(rf"\b{re.escape(t)}\b", around)
            ]
    if unknown:
        return Check("imports", None, f"not known here: {', '.join(sorted(set(unknown)))}")
    return Check("imports", True)
