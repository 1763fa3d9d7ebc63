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
from lsp_server.context.unfinished import emptied
from lsp_server.document import Document, Span
from lsp_server.syntax import Scope, Tree, fence_name, info_for, parameters, parse, title

Estimate = Callable[[str], int]

IMPORTS_SHARE = 4
"""Imports take at most one part in this many of the budget."""
OUTLINE_SHARE = 2
NEARBY_SHARE = 2
MARK = "# (the selected code)"


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
    place = _place(tree, target) if tree else None
    scope = place.scope if place else None
    around = place.around if place else None
    info = info_for(document.language)
    parts, cuts = (
        _file_parts(place, budget, estimate) if place else _text_parts(document, target, budget, estimate)
    )
    before, after = surroundings(document.text, target, budget, estimate)
    name, kind = scope.name if scope else "", _kind(scope)
    values: dict[str, object] = {
        "language": title(document.language),
        "fence": fence_name(document.language),
        "file": document.path,
        **parts,
        "name": name,
        "kind": kind,
        "subject": f"{kind} `{name}`" if name else kind,
        "signature": outline.signature(place.tree, scope) if place and scope else "",
        "parameters": parameters(scope.node) if scope else [],
        "scope": _chain(place.tree, around) if place else "",
        "documentation": _documentation(place.tree, place.target) if place and scope else "",
        "doc_style": info.doc.name if info else "comment",
        "selection": selection_text(document.text, target),
        "prefix": before,
        "suffix": after,
    }
    dropped = {"file": "; ".join(cuts)} if cuts else {}
    return CodeContext(target, scope or around, name, values, dropped)


@frozen
class Place:
    """A target in a tree; in the tree without it when the target is unfinished."""

    tree: Tree
    target: Span
    scope: Scope | None
    """The definition that the target is."""
    around: Scope | None
    """The definition around the target."""


def _place(tree: Tree, target: Span) -> Place:
    unfinished = emptied(tree, target.start)
    if unfinished is not None and unfinished.span == target:
        scope = unfinished.scope
        return Place(unfinished.tree, scope.span, scope, scope.parent)
    definition = _definition(tree, target)
    return Place(tree, target, definition, definition.parent if definition else tree.innermost(target))


def selection_text(text: str, target: Span) -> str:
    """The target without its common indentation, lines ended by "\\n"."""
    start = lines.at(text, target.start).start
    indent = text[start : target.start]
    piece = (indent if not indent.strip() else "") + text[target.start : target.end]
    return textwrap.dedent(piece.replace("\r\n", "\n"))


def _file_parts(place: Place, budget: int, estimate: Estimate) -> tuple[dict[str, object], list[str]]:
    """Imports, outline and nearby code, and what was cut from them."""
    tree, target = place.tree, place.target
    imports, no_imports = _imports(tree, target, budget // IMPORTS_SHARE, estimate)
    listed, no_declarations = outline.page(tree, target, budget // OUTLINE_SHARE, estimate)
    own = place.scope.span if place.scope else None
    declared = [e for e in listed if e.span == own or not (target.start <= e.span.start < target.end)]
    text = "\n".join(entry.text for entry in declared) if len(declared) > 1 else ""
    left = min(budget - estimate(imports) - estimate(text), budget // NEARBY_SHARE)
    code, folded = nearby(tree, target, left, estimate)
    cuts = [_count(no_imports, "import") + " left out"] if no_imports else []
    cuts += [_count(no_declarations, "declaration") + " left out"] if no_declarations else []
    cuts += [_count(folded, "function") + " folded"] if folded else []
    return {"imports": imports, "outline": text, "nearby": code}, cuts


def _text_parts(
    document: Document, target: Span, budget: int, estimate: Estimate
) -> tuple[dict[str, object], list[str]]:
    """The lines around the target, where there is no grammar."""
    before, after = surroundings(document.text, target, budget // NEARBY_SHARE, estimate)
    code = f"{before}{MARK}\n{after}".strip("\n") if before.strip() or after.strip() else ""
    above = document.text.count("\n", 0, lines.at(document.text, target.start).start)
    below = document.text.count("\n", lines.at(document.text, target.end).end + 1)
    left_out = above - before.count("\n") + below - after.count("\n")
    cut = [_count(left_out, "line") + " left out"] if left_out else []
    return {"imports": "", "outline": "", "nearby": code}, cut


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
    node = tree.node_at(target.start)
    while node is not None and node.parent is not None and node.parent.parent is not None:
        if node.parent.start_byte != node.start_byte:
            break
        node = node.parent
    start = end = target.start
    above = node.prev_sibling if node is not None else None
    while above is not None and above.type in tree.info.comments:
        at = tree.span(above)
        if lines.is_blank_between(tree.text, at.end, start):
            break
        start, above = at.start, above.prev_sibling
    return textwrap.dedent(tree.text[start:end].replace("\r\n", "\n")).strip()
