"""A code block of a chat answer, placed into a document: over what it redefines, over the selection, or at the cursor."""

from __future__ import annotations

import itertools
import re

from attrs import evolve

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import checks, extract, grammar, imports
from lsp_server.edits.indent import dedent, reindent
from lsp_server.edits.layout import (
    indent_unit,
    indentation,
    line_end,
    line_start,
    line_stop,
    with_line_end,
)
from lsp_server.edits.replace import propose_replacement
from lsp_server.edits.types import Proposal, Replacement
from lsp_server.errors import EditRefused


def propose_code(document: Document, cursor: Span, code: str) -> Proposal:
    """Turn a chat answer's code block into an edit of `document`, whose selection or cursor is `cursor`."""
    try:
        code = extract.blocks_of(code, document.language)[0]
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


def _redefined(document: Document, code: str, cursor: Span) -> list[tuple[Span, str]]:
    """Definitions of the document that the code defines again, each with the code that replaces it."""
    plain = dedent(code).strip("\n")
    tree, new = syntax.parse(document.language, document.text), grammar.parse_once(document.language, plain)
    if tree is None or new is None:
        return []
    tops = [scope for scope in new.scopes() if scope.parent is None and scope.name]
    pairs = [(scope, old) for scope in tops if (old := _namesake(tree, scope, cursor)) is not None]
    if len(pairs) == 1:
        return [(pairs[0][1].span, plain)]
    head = "\n".join(grammar.text_of(node) for node in extract.import_nodes(new))
    return [(old.span, f"{head}\n{plain[scope.span.start : scope.span.end]}") for scope, old in pairs]


def _namesake(tree: syntax.Tree, scope: syntax.Scope, cursor: Span) -> syntax.Scope | None:
    """The one definition of that name: at the cursor, else at the top level, else anywhere if there is only one."""
    same = [old for old in tree.scopes() if old.name == scope.name and old.kind == scope.kind]
    around = [old for old in same if old.span.start <= cursor.start and cursor.end <= old.span.end]
    top = [old for old in same if old.parent is None]
    if around:
        return around[-1]
    if len(top) == 1:
        return top[0]
    return same[0] if len(same) == 1 and not top else None


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
    added = None
    if tree is not None and new is not None and text.strip():
        nodes = extract.import_nodes(new)
        body = extract.cut(code, new, nodes)
        if body:
            added = imports.hoist(text, tree, tuple(grammar.text_of(node) for node in nodes))
            code = body
    insertion = _at_line(document, cursor.start, code)
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
    return Proposal("replace", document.uri, text, document.version, changes, name, proven)


def _at_line(document: Document, offset: int, code: str) -> Replacement:
    """Fill the blank line at `offset`, or follow the line there; inside a block that the line opens."""
    text = document.text
    start, stop = line_start(text, offset), line_stop(text, offset)
    line, end = text[start:stop], line_end(text, offset)
    unit = indent_unit(text)
    indent = indentation(text, start)
    if not line.strip():
        indent = indent or _indent_above(text, start)
        written = indent + reindent(code, indent, unit, document.language, "")
        return Replacement(Span(start, stop), with_line_end(written, end))
    if re.search(r"[:{(\[]\s*(?:#.*|//.*)?$", line):
        indent += unit
    written = end + indent + reindent(code, indent, unit, document.language, "")
    return Replacement(Span(stop, stop), with_line_end(written, end))


def _indent_above(text: str, start: int) -> str:
    """Indentation of a block whose header is directly above an unindented blank line."""
    above = text[:start].rstrip("\r\n").rsplit("\n", 1)[-1]
    if above.rstrip().endswith((":", "{")):
        return indentation(above, 0) + indent_unit(text)
    return ""
