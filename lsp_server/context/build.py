"""The template variables of one piece of code, within a token budget.

Order of stability: what depends on the file alone (path, imports, outline) comes before what depends on the place of
the selection (the code nearby). Neither depends on the text of the selection, so typing in it changes nothing before
it. What is known of a piece of a file is kept with its tree: an edit costs what the edited piece costs.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from attrs import frozen

from lsp_server.context import lines, outline
from lsp_server.context.nearby import nearby, surroundings
from lsp_server.context.place import Place, place_of
from lsp_server.document import Document, Span
from lsp_server.syntax import Scope, Tree, fence_name, info_for, once_per_tree, parameters, title

Estimate = Callable[[str], int]

IMPORTS_SHARE = 4
"""Imports take at most one part in this many of the budget."""
OUTLINE_SHARE = 2
NEARBY_SHARE = 2
MARK = "# (the selected code)"
DOCSTRING = re.compile(r"\s*[rR]?(\"{3}|'{3}).*?(?<!\\)\1", re.DOTALL)


@frozen
class CodeContext:
    """What the model may know about one piece of code."""

    target: Span
    name: str
    """The target's own name; "" when it is not one definition."""
    values: dict[str, object]
    """Template variables; docs/prompts.md lists them."""
    dropped: dict[str, str]
    """Part of the prompt -> what was cut from it, in words."""


def build(
    document: Document, target: Span, budget: int, estimate: Estimate, *, with_nearby: bool = True
) -> CodeContext:
    """Gather what a prompt says about `target`; the file's part stays within `budget` tokens.

    Without the code nearby, that part is the same for all targets in a file of the usual size.
    """
    place = place_of(document, target)
    scope = place.scope if place else None
    around = place.around if place else None
    info = info_for(document.language)
    parts, cuts = (
        _file_parts(place, budget, estimate, with_nearby)
        if place
        else _text_parts(document, target, budget, estimate)
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
        "opening": _opening(document, target, place, scope) if place and scope else "",
        "parameters": parameters(scope.node) if scope else [],
        "scope": _chain(place.tree, around) if place else "",
        "documentation": _documentation(place.tree, place.target) if place and scope else "",
        "doc_style": info.doc.name if info else "comment",
        "selection": selection_text(document.text, target),
        "prefix": before,
        "suffix": after,
    }
    dropped = {"file": "; ".join(cuts)} if cuts else {}
    return CodeContext(target, name, values, dropped)


def selection_text(text: str, target: Span) -> str:
    """The target without its common indentation, lines ended by "\\n"."""
    start = lines.at(text, target.start).start
    indent = text[start : target.start]
    piece = (indent if not indent.strip() else "") + text[target.start : target.end]
    return textwrap.dedent(piece.replace("\r\n", "\n"))


def _file_parts(
    place: Place, budget: int, estimate: Estimate, with_nearby: bool
) -> tuple[dict[str, object], list[str]]:
    """Imports, outline and nearby code, and what was cut from them."""
    imports, no_imports = _imports(place, budget // IMPORTS_SHARE, estimate)
    declared, no_declarations = outline.page(place, budget // OUTLINE_SHARE, estimate)
    text = "\n".join(declared) if len(declared) > 1 else ""
    left = min(budget - estimate(imports) - estimate(text), budget // NEARBY_SHARE)
    code, folded = nearby(place, left, estimate) if with_nearby else ("", 0)
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


def _opening(document: Document, target: Span, place: Place, scope: Scope) -> str:
    """The definition up to its body, with a docstring, as it is written; "" when the target is more than it."""
    text = place.tree.text
    unfinished = text[place.target.start : place.target.end] != document.slice(target)
    if scope.body is None or unfinished or scope.span.start != place.target.start:
        return ""
    docstring = DOCSTRING.match(text, scope.header.end, scope.body.end)
    end = docstring.end() if docstring and place.tree.language == "python" else scope.header.end
    return selection_text(text, Span(place.target.start, end)).rstrip()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _imports(place: Place, budget: int, estimate: Estimate) -> tuple[str, int]:
    kept: list[str] = []
    everything = [(tree, span) for tree in place.trees for span in _imports_of(tree)]
    for tree, span in everything:
        text = textwrap.dedent(tree.text[span.start : span.end].replace("\r\n", "\n")).rstrip()
        budget -= estimate(text + "\n")
        if budget < 0:
            break
        if tree is not place.tree or not place.target.start <= span.start < place.target.end:
            kept.append(text)
    cut = len(everything) - len(kept) if budget < 0 else 0
    return "\n".join(kept), cut


@once_per_tree
def _imports_of(tree: Tree) -> list[Span]:
    return tree.imports()


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
