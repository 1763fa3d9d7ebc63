"""Rust tests out of a reply: into the file's test module, or a new one at its end, with the `use` they need there."""

from __future__ import annotations

import re

from lsp_server import syntax
from lsp_server.edits import grammar
from lsp_server.edits.layout import indent_unit
from lsp_server.edits.suite.draft import Draft, appended
from lsp_server.edits.suite.moved import in_braces, indented, outdented
from lsp_server.edits.suite.other_names import apart
from lsp_server.edits.suite.plan import TestPlan
from lsp_server.errors import EditRefused

TEST = re.compile(r"#\[(?:\w+::)*test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:pub\s+)?(?:async\s+)?fn\s+(\w+)")
USE = re.compile(r"^[ \t]*(use [^;]+;)", re.MULTILINE)
ALL_ABOVE = "use super::*;"


def draft(plan: TestPlan, body: str, lines: list[str]) -> Draft:
    """The edit of the source file; `lines` are the top-level `use` of the reply, `body` is the rest of it."""
    text = plan.existing_text or ""
    source = syntax.parse("rust", text)
    inner = _inner(body)
    asked = [*lines, *re.findall(r"^use [^;]+;", inner, re.MULTILINE)]
    inner = re.sub(r"^use [^;]+;\n*", "", inner, flags=re.MULTILINE).strip("\n")
    count = len(TEST.findall(inner))
    if not count:
        raise EditRefused("The model's answer holds no test.")
    above = _names(source) if source is not None else set()
    module = next((n for n in source.root.children if _is_tests(n)), None) if source is not None else None
    block = module.child_by_field_name("body") if module is not None else None
    if source is None or block is None:
        head = "\n".join([ALL_ABOVE, *_missing(asked, above, [])])
        written = indented("rust", f"{head}\n\n{inner}", indent_unit(text))
        code = f"#[cfg(test)]\nmod tests {{\n{written}\n}}"
        return Draft(code, (), (appended(text, len(text), code, 1),), count)
    span = source.span(block)
    have = text[span.start : span.end]
    inner = apart("rust", _unique(inner, set(re.findall(r"\bfn\s+(\w+)", have))), have[1:-1])
    present = USE.findall(have)
    uses = [*_all_above(inner, above, present), *_missing(asked, above, present)]
    code = "\n".join([*uses, "", inner]) if uses else inner
    edit = in_braces(text, span.end - 1, indented("rust", code, indent_unit(text)))
    return Draft(code, (), (edit,), count)


def _inner(body: str) -> str:
    """What is inside the first module of the reply; all of it where there is none."""
    tree = grammar.parse_once("rust", body)
    for node in tree.root.children if tree is not None else ():
        block = node.child_by_field_name("body") if node.type == "mod_item" else None
        if tree is not None and block is not None:
            span = tree.span(block)
            return outdented("rust", body[span.start + 1 : span.end - 1].strip("\n"))
    return body


def _names(source: syntax.Tree) -> set[str]:
    """What `use super::*` brings into a test module: the file's items, and what it uses itself."""
    found = {_bound(path) for node in source.root.children for path in _paths_in(grammar.text_of(node))}
    named = [node.child_by_field_name("name") for node in source.root.children]
    return found | {grammar.text_of(name) for name in named if name is not None}


def _all_above(code: str, above: set[str], present: list[str]) -> list[str]:
    """`use super::*` where the module has it not, and the tests use more of the file than it brings."""
    paths = [path for use in present for path in _paths_in(use)]
    needed = (set(re.findall(r"(?<![\w:.])\w+", code)) & above) - {_bound(path) for path in paths}
    return [ALL_ABOVE] if needed and "super::*" not in paths else []


def _missing(asked: list[str], above: set[str], present: list[str]) -> list[str]:
    """What the tests use of other modules; names of the file come from above, whatever path the reply gives them."""
    known = {_bound(path) for use in present for path in _paths_in(use)}
    lines: list[str] = []
    for use in dict.fromkeys(asked):
        paths = _paths_in(use)
        kept = [path for path in paths if _bound(path) not in known and not _comes_from_above(path, above)]
        known |= {_bound(path) for path in kept} - {"*", "_"}
        lines += [use] if kept == paths else [f"use {path};" for path in kept]
    return lines


def _comes_from_above(path: str, above: set[str]) -> bool:
    if path.startswith("std::"):
        return False
    return path.endswith("*") or _bound(path) in above


def _paths_in(use: str) -> list[str]:
    """The paths of a `use` one by one: `use a::{b, c as d};` → `a::b`, `a::c as d`."""
    found = re.fullmatch(r"(?:pub(?:\([^)]*\))?\s+)?use\s+(.*?);?", use.strip(), re.DOTALL)
    return _paths(found.group(1), "") if found is not None else []


def _paths(tree: str, prefix: str) -> list[str]:
    head, brace, rest = (prefix + tree.strip()).partition("{")
    if not brace:
        return [re.sub(r"::self$", "", head)] if tree.strip() else []
    parts, depth = [""], 0
    for character in rest.rstrip().removesuffix("}"):
        depth += {"{": 1, "}": -1}.get(character, 0)
        parts = [*parts, ""] if character == "," and not depth else [*parts[:-1], parts[-1] + character]
    return [path for part in parts for path in _paths(part, head)]


def _bound(path: str) -> str:
    return re.split(r"::|\s+as\s+", path)[-1]


def _unique(code: str, taken: set[str]) -> str:
    for match in reversed(list(TEST.finditer(code))):
        name = match.group(1)
        if name in taken:
            new = next(f"{name}_{n}" for n in range(2, 1000) if f"{name}_{n}" not in taken)
            code = code[: match.start(1)] + new + code[match.end(1) :]
            taken.add(new)
        taken.add(name)
    return code


def _is_tests(node: grammar.Node) -> bool:
    name = node.child_by_field_name("name") if node.type == "mod_item" else None
    return name is not None and grammar.text_of(name) in ("tests", "test")
