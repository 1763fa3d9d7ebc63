"""The code a reply means for a selection: which block, which definitions of it, which imports beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits import beside, grammar
from lsp_server.edits import reply as replies
from lsp_server.edits.indent import dedent
from lsp_server.edits.layout import line_start, next_line, unify_line_ends
from lsp_server.edits.selection import Selection
from lsp_server.edits.substance import same_code
from lsp_server.errors import EditRefused

if TYPE_CHECKING:
    from tree_sitter import Node

PROSE = re.compile(r"[A-Z`*\"'][^;{}()=<>]*[\w)`*\"'][.:!?,]?\s*\Z|\s*\Z|[-*] |\d+\. |#{1,6} |\*\*")
CANDIDATES = 6


@frozen
class Code:
    text: str
    """Dedented, newlines, without the imports."""
    imports: tuple[str, ...] = ()
    """Import statements of the reply that the selection did not have; they belong to the import block."""


def candidates(raw: str, selection: Selection) -> list[Code]:
    """Return what the reply may mean, best first; refuse when there is nothing."""
    language = selection.document.language
    reply = replies.read(raw, markdown=language == "markdown")
    if not reply.text.strip():
        raise EditRefused("The model's answer is empty.", detail=raw)
    texts = list(_texts(reply, language))
    if not texts:
        named = ", ".join(sorted({block.info for block in reply.blocks}))
        raise EditRefused(f"The model answered in another language ({named}).", detail=raw)
    old = dedent(selection.old).strip()
    texts.sort(key=lambda text: (not _defines(text, selection), dedent(text).strip() == old))
    found: list[Code] = []
    for text in texts:
        code = _relevant(text, selection)
        if code.text.strip() and code not in found:
            found.append(code)
    if not found:
        raise EditRefused("The model's answer holds no code.", detail=raw)
    return found[:CANDIDATES]


def _texts(reply: replies.Reply, language: str) -> Iterator[str]:
    if reply.blocks:
        yield from (
            block.text for block in reply.blocks if replies.speaks(block, language) and block.text.strip()
        )
        return
    yield reply.text
    yield from without_prose(reply.text)


def blocks_of(raw: str, language: str) -> list[str]:
    """The code of a reply when nothing says which definition it must hold: fenced blocks, else the text; best first."""
    reply = replies.read(raw)
    if not reply.text.strip():
        raise EditRefused("The model's answer is empty.", detail=raw)
    texts = [text for text in _texts(reply, language) if text.strip()]
    if not texts:
        named = ", ".join(sorted({block.info for block in reply.blocks}))
        raise EditRefused(f"The model answered in another language ({named}).", detail=raw)
    joined = (
        ["\n\n\n".join(dedent(text).strip("\n") for text in texts)] if reply.blocks and len(texts) > 1 else []
    )
    return [*joined, *sorted(texts, key=len, reverse=bool(reply.blocks))]


def leading_code(code: str) -> str:
    """Code that was cut off at the end: up to the last line that begins a new top-level statement."""
    lines = code.split("\n")
    starts = [
        n for n, line in enumerate(lines) if n and line and not line[0].isspace() and line[0] not in ")]}#@/"
    ]
    while starts and lines[starts[-1] - 1].startswith(("@", "#[")):
        starts[-1] -= 1
    return "\n".join(lines[: starts[-1]]).rstrip() if starts else ""


def without_prose(text: str) -> Iterator[str]:
    """The text without lines at its ends that read as prose."""
    lines = text.strip("\n").split("\n")
    first, last = 0, len(lines)
    while first < last and PROSE.match(lines[first]):
        first += 1
    while last > first and PROSE.match(lines[last - 1]):
        last -= 1
    if 0 < last - first < len(lines):
        yield "\n".join(lines[first:last])


def _defines(text: str, selection: Selection) -> bool:
    if not selection.names:
        return False
    tree = grammar.parse_once(selection.document.language, dedent(text))
    return tree is not None and bool({scope.name for scope in tree.scopes()} & set(selection.names))


def _relevant(text: str, selection: Selection) -> Code:
    """Keep what belongs in place of the selection; set imports apart; drop copies of the rest of the file."""
    text = dedent(text).strip("\n")
    tree = grammar.parse_once(selection.document.language, text)
    if tree is None or selection.tree is None:
        return Code(text)
    imports, holds_imports = import_nodes(tree), bool(import_nodes(selection.tree, selection.span))
    taken = [] if holds_imports else imports
    if not selection.names:
        return Code(
            _context_trimmed(cut(text, tree, taken), selection), tuple(grammar.text_of(n) for n in taken)
        )
    return Code(_definitions(text, tree, selection, taken), tuple(grammar.text_of(n) for n in taken))


def import_nodes(tree: syntax.Tree, within: Span | None = None) -> list[Node]:
    """Top-level imports of a reply, or of a span of the file."""
    nodes = [node for node in tree.root.children if node.type in tree.info.imports]
    nodes = [node for node in nodes if node.type not in ("package_clause", "package_declaration")]
    if within is None:
        return nodes
    low, high = tree.to_byte(within.start), tree.to_byte(within.end)
    return [node for node in nodes if low <= node.start_byte and node.end_byte <= high]


def cut(text: str, tree: syntax.Tree, nodes: list[Node]) -> str:
    """Remove the lines of whole top-level nodes."""
    for node in sorted(nodes, key=lambda n: -n.start_byte):
        span = tree.span(node)
        start, end = line_start(text, span.start), next_line(text, max(span.end - 1, span.start))
        text = text[:start] + text[end:]
    return text.strip("\n")


def _definitions(text: str, tree: syntax.Tree, selection: Selection, taken: list[Node]) -> str:
    """The lines of the reply that redefine the selection, with new definitions beside them."""
    wanted = set(selection.names)
    main = next((scope for scope in tree.scopes() if scope.name in wanted), None)
    if main is None or main.node.has_error:
        return cut(text, tree, taken)
    level = main.parent
    around = selection.scopes[0].parent
    known = (
        {s.name for s in selection.tree.scopes() if s.parent is around} - wanted if selection.tree else set()
    )
    siblings = [scope for scope in tree.scopes() if scope.parent is level]
    kept = [scope for scope in siblings if scope.name not in known]
    _require_no_clash(tree, [scope for scope in siblings if scope.name in known], main, selection)
    if level is None and len(kept) == len(siblings) and not taken and _only(tree, kept):
        return text
    if level is None and beside.holds_statements(selection):
        return cut(
            text, tree, [*taken, *(n for n in beside.foreign(tree, kept, selection) if n not in taken)]
        )
    spans = [_with_comments(text, scope.span) for scope in kept]
    spans += beside.new_fields(tree, level, kept, selection) if level else beside.declarations(tree, kept)
    spans.sort(key=lambda span: span.start)
    return _joined(text, spans)


def _require_no_clash(
    tree: syntax.Tree, copies: list[syntax.Scope], main: syntax.Scope, selection: Selection
) -> None:
    """Refuse a new helper that has the name of something else: left out as a copy, the other one would be called."""
    assert selection.tree is not None
    text, used = tree.text, tree.text[main.span.start : main.span.end]
    for copy in copies:
        name = re.compile(rf"\b{re.escape(copy.name)}\b")
        if not name.search(used) or name.search(selection.old):
            continue
        code = text[copy.span.start : copy.span.end]
        there = [s for s in selection.tree.scopes() if s.name == copy.name]
        olds = [dedent(selection.tree.text[s.span.start : s.span.end]) for s in there]
        if not any(same_code(tree.language, unify_line_ends(old), dedent(code)) for old in olds):
            raise EditRefused(f"The proposed code has a new `{copy.name}`, and the file has another one.")


def _only(tree: syntax.Tree, kept: list[syntax.Scope]) -> bool:
    """Whether the reply is nothing but definitions and comments."""
    spans = [scope.span for scope in kept]
    for node in tree.root.children:
        span = tree.span(node)
        inside = any(s.start <= span.start and span.end <= s.end for s in spans)
        if not inside and not grammar.is_comment(node) and node.type not in ("attribute_item", ";"):
            return False
    return True


def _with_comments(text: str, span: Span) -> Span:
    """Take along the comment lines directly above a definition."""
    start = line_start(text, span.start)
    while start > 0:
        above = line_start(text, start - 1)
        line = text[above : start - 1].strip()
        if not line.startswith(("#", "//", "/*", "*", "///")) or line.startswith("#include"):
            break
        start = above
    return Span(start, span.end)


def _joined(text: str, spans: list[Span]) -> str:
    """The lines of several spans, with the blank lines the reply had between neighbours."""
    out: list[str] = []
    end = 0
    for span in spans:
        start = line_start(text, span.start)
        if start < end:
            continue
        gap = text[end:start]
        if out:
            out.append("\n" * max(min(gap.count("\n"), 3), 1) if not gap.strip() else "\n\n")
        out.append(text[start : span.end])
        end = span.end
    return dedent("".join(out)).strip("\n")


def _context_trimmed(text: str, selection: Selection) -> str:
    """Drop lines around a statement that repeat the document's lines around the selection, and are no part of it."""
    source = selection.document.text
    before = [line.strip() for line in source[: selection.span.start].splitlines() if line.strip()]
    after = [line.strip() for line in source[selection.span.end :].splitlines() if line.strip()]
    old = {line.strip() for line in selection.old.split("\n")}
    lines = text.split("\n")
    head = _overlap(lines, before, old)
    tail = _overlap([line for line in reversed(lines[head:])], list(reversed(after)), old)
    trimmed = "\n".join(lines[head : len(lines) - tail])
    language = selection.document.language
    return text if _parses(language, text) and not _parses(language, trimmed) else trimmed


def _parses(language: str, text: str) -> bool:
    tree = grammar.parse_once(language, text)
    return tree is not None and not tree.has_error


def _overlap(lines: list[str], known: list[str], old: set[str]) -> int:
    """How many first lines of `lines` are exactly the last of `known` and no part of the old code."""
    for count in range(min(len(lines), 60), 0, -1):
        stripped = [line.strip() for line in lines[:count] if line.strip()]
        if stripped and stripped == known[-len(stripped) :] and not set(stripped) & old:
            return count
    return 0
