"""Whether generated tests use what they are to test: a suite that never names it says nothing about it."""

from __future__ import annotations

import re

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import grammar
from lsp_server.edits.suite.draft import Draft
from lsp_server.edits.types import Check

CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "constructor", "new")
DEFAULT_EXPORT = "subject"


def touches(document: Document, target: Span, draft: Draft) -> Check:
    """The tests name the code under test somewhere in their code, strings and comments not counted."""
    known = names_of(document, target)
    if not known:
        return Check("tests use the code", None, "the selection is no function or class")
    aliases = {alias for line in draft.imports for alias in _aliases(line, known)}
    used = _identifiers(document.language, draft.code)
    touched = bool(used & (known | aliases))
    return Check("tests use the code", touched, "" if touched else f"none of them uses `{min(known)}`")


def names_of(document: Document, target: Span) -> set[str]:
    """What a test may call the code at `target`: a class also stands for its constructor and operators."""
    tree = syntax.parse(document.language, document.text)
    if tree is None:
        return set()
    end = target.start + len(document.slice(target).rstrip())
    scope = tree.innermost(Span(target.start, end))
    while scope is not None and not scope.name:
        scope = scope.parent
    inside = [s for s in tree.scopes() if target.start <= s.span.start and s.span.end <= target.end + 1]
    scopes = [scope] if scope is not None else [s for s in inside if s.name]
    found: set[str] = set()
    for one in scopes:
        special = one.name in CONSTRUCTORS or re.fullmatch(r"__\w+__|operator\W.*", one.name)
        found.add(DEFAULT_EXPORT if one.name == "default" else one.name)
        if special and one.parent is not None:
            found.add(one.parent.name)
    return {name for name in found if name}


def _aliases(line: str, known: set[str]) -> list[str]:
    """Other names an import gives to what is known: `import clamp as c`, `{ clamp as c }`, `{ clamp: c }`."""
    return [alias for name, alias in re.findall(r"\b(\w+)(?:\s+as\s+|\s*:\s*)(\w+)", line) if name in known]


def _identifiers(language: str, code: str) -> set[str]:
    tree = grammar.parse_once(language, code)
    if tree is None:
        return set(re.findall(r"\w+", code))
    return {grammar.text_of(node) for node in grammar.walk(tree.root) if "identifier" in node.type}
