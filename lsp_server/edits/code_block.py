"""A code block of a chat answer, placed into a document: over what it redefines, over the selection, or at the cursor.

A new definition goes beside the one the cursor is in, never into its body.
"""

from __future__ import annotations

import itertools
import re

from attrs import evolve

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import checks, extract, grammar, imports
from lsp_server.edits.indent import dedent, reindent
from lsp_server.edits.layout import (
    LINE_END,
    indent_unit,
    indentation,
    line_end,
    line_start,
    line_stop,
    with_line_end,
)
from lsp_server.edits.namesakes import METHOD, left_out, namesake
from lsp_server.edits.replace import propose_replacement
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.errors import EditRefused

DEFINITION = re.compile(r"(?:async\s+def|def|class|@\w)")
OPENS = re.compile(r"[:{(\[]\s*(?:#.*|//.*)?$")


def propose_code(document: Document, cursor: Span, code: str) -> Proposal:
    """Turn a chat answer's code block into an edit of `document`, whose selection or cursor is `cursor`."""
    try:
        code = _code_of(code, document.language)
        redefined = _redefined(document, code, cursor)
        if redefined:
            return _merged(
                [propose_replacement(document, span, part, keep_signature=False) for span, part in redefined]
            )
        if document.slice(cursor).strip():
            return propose_replacement(document, cursor, code, keep_signature=False)
        return _inserted(document, cursor, dedent(code).strip("\n"))
    except EditRefused as refusal:
        refusal.detail = refusal.detail or code
        raise


def _code_of(block: str, language: str) -> str:
    """All of the block where that parses: a comment at its end reads as prose."""
    texts = extract.blocks_of(block, language)
    whole = max(texts, key=len)
    tree = grammar.parse_once(language, dedent(whole))
    return whole if tree is not None and not tree.root.has_error else texts[0]


def _redefined(document: Document, code: str, cursor: Span) -> list[tuple[Span, str]]:
    """Definitions of the document that the code defines again, each with the code that replaces it."""
    plain = dedent(code).strip("\n")
    tree, new = syntax.parse(document.language, document.text), grammar.parse_once(document.language, plain)
    if tree is None or new is None:
        return []
    tops = [scope for scope in new.scopes() if scope.parent is None and scope.name]
    pairs = [(scope, old) for scope in tops if (old := namesake(tree, new, scope, cursor)) is not None]
    for scope, old in pairs:
        lost = left_out(tree, old, new, scope)
        if lost and not (cursor.start <= old.header.start and old.span.end <= cursor.end):
            raise EditRefused(
                f"The code block leaves out `{lost}` of `{old.name}`. Select all of `{old.name}` to replace it."
            )
    if len(pairs) == 1:
        return [(pairs[0][1].span, plain)]
    head = "\n".join(grammar.text_of(node) for node in extract.import_nodes(new))
    return [(old.span, f"{head}\n{plain[scope.span.start : scope.span.end]}") for scope, old in pairs]


def _merged(proposals: list[Proposal]) -> Proposal:
    """One proposal out of several on the same text."""
    first = proposals[0]
    if len(proposals) == 1:
        return first
    changes = {(r.span.start, r.span.end, r.text): r for p in proposals for r in p.replacements}
    ordered = tuple(changes[key] for key in sorted(changes))
    if any(one.span.end > other.span.start for one, other in itertools.pairwise(ordered)):
        raise EditRefused("The code block changes one place twice.")
    return evolve(first, replacements=ordered, summary=f"Change of {len(proposals)} definitions")


def _inserted(document: Document, cursor: Span, code: str) -> Proposal:
    text = document.text
    tree, new = syntax.parse(document.language, text), grammar.parse_once(document.language, code)
    added, earliest = None, _first_place(tree)
    if tree is not None and new is not None and text.strip():
        nodes = extract.import_nodes(new)
        body = extract.cut(code, new, nodes)
        if body:
            added = imports.hoist(text, tree, tuple(grammar.text_of(node) for node in nodes))
            code = body
        elif nodes:
            earliest = 0
    beside = _definition_around(document, tree, cursor, code)
    place = max(cursor.start, earliest)
    insertion = _below(document, beside, code) if beside else _at_line(document, place, code)
    if added is not None and added.span.start > insertion.span.start:
        insertion = _at_line(document, added.span.start, code)
    changes = (insertion,) if added is None else (added, insertion)
    whole = Span(insertion.span.start, insertion.span.start)
    verdicts = [checks.nothing_left_in(document, whole, code), checks.parses(document, changes)]
    verdicts.append(checks.no_undefined_names(document, changes))
    proven = checks.require(
        [evolve(v, ok=None) if v.name == "no undefined names" and not v.ok else v for v in verdicts]
    )
    name = f"Code for `{document.path}`"
    return Proposal("replace", document.uri, text, changes, name, proven)


def _definition_around(document: Document, tree: syntax.Tree | None, cursor: Span, code: str) -> Span | None:
    """The definition that the code goes below, when all of the code is definitions and the cursor is in one."""
    new = grammar.parse_once(document.language, code)
    if tree is None or new is None or not _defines_only(new):
        return None
    around = [scope for scope in tree.scopes() if scope.span.start <= cursor.start < scope.span.end]
    if not around:
        return None
    functions = [scope for scope in around if scope.kind == "function"]
    first_line = code.partition("{")[0] if "{" in code else code.partition(":\n")[0]
    if document.language == "java" or METHOD.search(first_line):
        members = [scope for scope in functions if scope.parent is not None and scope.parent.kind == "class"]
        return members[-1].span if members else None
    return around[0].span


def _defines_only(tree: syntax.Tree) -> bool:
    tops = [scope.span for scope in tree.scopes() if scope.parent is None]
    others = [
        node
        for node in tree.root.named_children
        if not grammar.is_comment(node)
        and not any(span.start <= tree.span(node).start and tree.span(node).end <= span.end for span in tops)
    ]
    return bool(tops) and not others


def _below(document: Document, definition: Span, code: str) -> Replacement:
    """Follow a definition with another at its indentation, as far apart as is usual."""
    text = document.text
    stop, end = line_stop(text, definition.end), line_end(text, definition.end)
    indent = indentation(text, line_start(text, definition.start))
    lines = 2 if document.language == "python" and not indent else 1
    written = "\n" * (lines + 1) + indent
    written += reindent(code, indent, indent_unit(text), document.language, "")
    below = text[stop:]
    following = stop + len(below) - len(below.lstrip())
    if below.strip() and len(indentation(text, line_start(text, following))) >= len(indent):
        there = len(LINE_END.findall(text[stop:following])) - 1
        written += "\n" * max(lines - there, 0)
    return Replacement(Span(stop, stop), with_line_end(written, end))


def _first_place(tree: syntax.Tree | None) -> int:
    """Where code may stand at the earliest: behind the imports that begin the file."""
    end = 0
    if tree is None:
        return end
    for node in tree.root.children:
        if node.type in tree.info.imports:
            end = tree.span(node).end
        elif not grammar.is_comment(node) and not _is_text(node):
            break
    return end


def _is_text(node: grammar.Node) -> bool:
    """A module's documentation or a directive."""
    return node.type == "expression_statement" and "string" in "".join(n.type for n in node.named_children)


def _at_line(document: Document, offset: int, code: str) -> Replacement:
    """Fill the blank line at `offset`, or follow the line there; inside a block that the line opens."""
    text = document.text
    start, stop = line_start(text, offset), line_stop(text, offset)
    line, end, unit = text[start:stop], line_end(text, offset), indent_unit(text)
    if not line.strip():
        indent = indentation(text, start) or _indent_around(text, start, stop)
        lead = _distance(document, start, indent, code)
        written = lead + indent + reindent(code, indent, unit, document.language, "")
        written += _distance_below(document, stop, indent, code)
        return Replacement(Span(start, stop), with_line_end(written, end))
    indent = indentation(text, start) + (unit if OPENS.search(line) else "")
    written = "\n" + _distance(document, stop, indent, code) + indent
    written += reindent(code, indent, unit, document.language, "")
    written += _distance_below(document, stop, indent, code)
    return Replacement(Span(stop, stop), with_line_end(written, end))


def _indent_around(text: str, start: int, stop: int) -> str:
    """Indentation that a statement on a blank line has: of the block that begins above, else of what goes on below."""
    above, below = text[:start].rstrip(), text[stop:].lstrip("\r\n")
    after = indentation(below, 0) if below.strip() else ""
    if not above:
        return after
    before = indentation(above, len(above))
    if OPENS.search(above[line_start(above, len(above)) :]):
        return before + indent_unit(text)
    return min(before, after, key=len)


def _distance(document: Document, offset: int, indent: str, code: str) -> str:
    """Line ends that keep a definition apart from what stands directly above it."""
    above = document.text[:offset]
    if indent or not above.strip() or not DEFINITION.match(code):
        return ""
    blank = len(LINE_END.findall(above[len(above.rstrip()) :])) - 1
    return "\n" * max(2 - max(blank, 0), 0) if document.language == "python" else ""


def _distance_below(document: Document, offset: int, indent: str, code: str) -> str:
    """Line ends that keep a definition apart from what follows below."""
    below = document.text[offset:]
    if indent or document.language != "python" or not below.strip() or not DEFINITION.match(code):
        return ""
    blank = len(LINE_END.findall(below[: len(below) - len(below.lstrip())])) - 1
    return "\n" * max(2 - max(blank, 0), 0)
