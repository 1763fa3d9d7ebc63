"""The template variables of one piece of code, within a token budget.

Order of stability: what depends on the file alone (path, imports, outline) comes before what depends on the place of
the selection (the code nearby). Neither depends on the text of the selection, so typing in it changes nothing before
it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from attrs import frozen

from lsp_server.context import lines, outline
from lsp_server.context.nearby import nearby, surroundings
from lsp_server.document import Document, Span
from lsp_server.syntax import Scope, Tree, fence_name, info_for, parse, title

Estimate = Callable[[str], int]

IMPORTS_SHARE = 4
"""Imports take at most one part in this many of the budget."""
OUTLINE_SHARE = 2
NEARBY_SHARE = 2


@frozen
class CodeContext:
    """What the model may know about one piece of code."""

    target: Span
    scope: Scope | None
    """The definition that is the target, else the one around it."""
    name: str
    """The target's own name; "" when it is not one definition."""
    values: dict[str, object]
    """Template variables; docs/prompts.md lists them."""
    dropped: dict[str, str]
    """Part of the prompt -> what was cut from it, in words."""


def build(document: Document, target: Span, budget: int, estimate: Estimate) -> CodeContext:
    """Gather what a prompt says about `target`; the file's part stays within `budget` tokens."""
    tree = parse(document.language, document.text)
    scope = _definition(tree, target) if tree else None
    around = scope.parent if scope else tree.innermost(target) if tree else None
    info = info_for(document.language)
    before, after = surroundings(document.text, target, budget, estimate)
    values: dict[str, object] = {
        "language": title(document.language),
        "fence": fence_name(document.language),
        "file": document.path,
        "selection": selection_text(document.text, target),
        "prefix": before,
        "suffix": after,
        "name": scope.name if scope else "",
        "kind": _kind(scope),
        "scope": _chain(tree, around) if tree else "",
        "documentation": _documentation(tree, target) if tree and scope else "",
        "doc_style": info.doc.name if info else "comment",
        "imports": "",
        "outline": "",
        "nearby": "",
    }
    parts, dropped = _file_parts(tree, target, scope, budget, estimate) if tree else ({}, [])
    values |= parts
    return CodeContext(
        target=target,
        scope=scope or around,
        name=scope.name if scope else "",
        values=values,
        dropped={"file": "; ".join(dropped)} if dropped else {},
    )


def selection_text(text: str, target: Span) -> str:
    """The target without its common indentation, lines ended by "\\n"."""
    start = lines.at(text, target.start).start
    indent = text[start : target.start]
    piece = (indent if not indent.strip() else "") + text[target.start : target.end]
    return textwrap.dedent(piece.replace("\r\n", "\n"))


def _file_parts(
    tree: Tree, target: Span, scope: Scope | None, budget: int, estimate: Estimate
) -> tuple[dict[str, object], list[str]]:
    dropped: list[str] = []
    imports, cut = _imports(tree, target, budget // IMPORTS_SHARE, estimate)
    if cut:
        dropped.append(f"{cut} imports left out")
    listed, cut = outline.page(tree, target, budget // OUTLINE_SHARE, estimate)
    if cut:
        dropped.append(f"{cut} declarations left out")
    own = scope.span if scope else None
    declared = [e for e in listed if e.span == own or not (target.start <= e.span.start < target.end)]
    text = "\n".join(entry.text for entry in declared) if len(declared) > 1 else ""
    left = budget - estimate(imports) - estimate(text)
    code, folded = nearby(tree, target, min(left, budget // NEARBY_SHARE), estimate)
    if folded:
        dropped.append("1 function body folded" if folded == 1 else f"{folded} function bodies folded")
    return {"imports": imports, "outline": text, "nearby": code}, dropped


def _imports(tree: Tree, target: Span, budget: int, estimate: Estimate) -> tuple[str, int]:
    kept: list[str] = []
    spans = tree.imports()
    for span in spans:
        text = textwrap.dedent(tree.text[span.start : span.end].replace("\r\n", "\n")).rstrip()
        budget -= estimate(text + "\n")
        if budget < 0:
            break
        if not target.start <= span.start < target.end:
            kept.append(text)
    cut = len(spans) - len(kept) if budget < 0 else 0
    return "\n".join(kept), cut


def _definition(tree: Tree, target: Span) -> Scope | None:
    """The definition that the target is, or the only outermost one in it."""
    inside = tree.inside(target)
    if not inside or any(scope.span.start >= inside[0].span.end for scope in inside):
        return None
    return inside[0]


def _kind(scope: Scope | None) -> str:
    if scope is None:
        return "code"
    in_class = scope.parent is not None and scope.parent.kind == "class"
    return "method" if scope.kind == "function" and in_class else scope.kind


def _chain(tree: Tree, scope: Scope | None) -> str:
    headers: list[str] = []
    while scope is not None:
        headers.append(outline.signature(tree, scope).rstrip(":{ "))
        scope = scope.parent
    return " > ".join(reversed(headers))


def _documentation(tree: Tree, target: Span) -> str:
    """The comment directly above a definition."""
    byte = tree.to_byte(target.start)
    node = tree.root.descendant_for_byte_range(byte, byte + 1)
    while node is not None and node.parent is not None and node.parent.parent is not None:
        if node.parent.start_byte != byte:
            break
        node = node.parent
    end = target.start
    start = end
    above = node.prev_sibling if node is not None else None
    while above is not None and above.type in tree.info.comments:
        at = tree.span(above)
        if lines.is_blank_between(tree.text, at.end, start):
            break
        start, above = at.start, above.prev_sibling
    return textwrap.dedent(tree.text[start:end].replace("\r\n", "\n")).strip()
