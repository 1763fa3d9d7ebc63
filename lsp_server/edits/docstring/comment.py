"""Documentation comments above a definition: JSDoc, Javadoc, Doxygen, Go, Rust. Placed and proven by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import grammar
from lsp_server.edits.docstring.wrap import split_summary, wrapped
from lsp_server.edits.layout import (
    indentation,
    line_end,
    line_start,
    line_width,
    unify_line_ends,
    with_line_end,
)
from lsp_server.edits.types import Check, Replacement
from lsp_server.errors import EditRefused

if TYPE_CHECKING:
    from tree_sitter import Node

NOT_OF_A_DEFINITION = re.compile(
    r"copyright|licen[cs]e|spdx-|@file\b|@fileoverview|@module\b|@packageDocumentation|\\file\b|eslint-|@ts-",
    re.IGNORECASE,
)
GO_DIRECTIVE = re.compile(r"//(?:go:|nolint|line |export )")
DOC_COMMENT = {
    "godoc": re.compile(r"//"),
    "rustdoc": re.compile(r"///(?!/)|/\*\*(?!\*)"),
    "block": re.compile(r"/\*\*(?!/)"),
    "doxygen": re.compile(r"/\*[*!](?!/)|///|//!"),
}
BROKEN = "The documentation would change the code; nothing is offered."


def find(document: Document, target: Span) -> tuple[syntax.Tree, syntax.Scope]:
    tree = syntax.parse(document.language, document.text)
    if tree is None:
        raise EditRefused(
            f"Documentation for {document.language} needs its grammar, which is not installed yet."
        )
    return tree, _choose(tree, target)


def _choose(tree: syntax.Tree, target: Span) -> syntax.Scope:
    """The definition that begins where the target does, else the innermost around it, else the first inside it."""
    piece = tree.text[target.start : target.end]
    if piece.strip():
        start = target.start + len(piece) - len(piece.lstrip())
        target = Span(start, target.start + len(piece.rstrip()))
    named = [scope for scope in tree.scopes() if scope.name]
    same = [
        s for s in named if s.span.start <= target.start <= s.header.start and s.span.end <= target.end + 1
    ]
    around = [s for s in named if s.span.start <= target.start and target.end <= s.span.end]
    inside = [s for s in named if target.start <= s.span.start and s.span.end <= target.end]
    if same:
        return same[0]
    if around:
        return min(around, key=lambda s: s.span.end - s.span.start)
    if inside:
        return inside[0]
    raise EditRefused("There is no function or class here to document.")


def style_of(tree: syntax.Tree) -> str:
    if tree.language in ("go",):
        return "godoc"
    if tree.language == "rust":
        return "rustdoc"
    return "doxygen" if tree.language in ("c", "cpp") else "block"


def place(document: Document, tree: syntax.Tree, scope: syntax.Scope, text: str) -> Replacement:
    source, style = document.text, style_of(tree)
    start = line_start(source, scope.span.start)
    end = line_end(source, start)
    indent = indentation(source, scope.span.start)
    if source[start : scope.span.start].strip():
        return _inline(scope, style, text)
    written = with_line_end(comment(text, indent, style, tree.language, scope.name, line_width(source)), end)
    old = existing(tree, scope)
    if old is not None:
        return Replacement(old, written)
    return Replacement(Span(scope.span.start, scope.span.start), written + end + indent)


def _inline(scope: syntax.Scope, style: str, text: str) -> Replacement:
    """A definition in the middle of a line: only a comment that ends itself can stand before it."""
    if style in ("godoc", "rustdoc"):
        raise EditRefused(
            "The definition does not begin on a line of its own, where its documentation would go."
        )
    flat = " ".join(text.split())
    return Replacement(Span(scope.span.start, scope.span.start), f"/** {_escaped(flat, 'block')} */ ")


def comment(text: str, indent: str, style: str, language: str, name: str, width: int) -> str:
    """Write the comment; its lines after the first are indented, the first is not."""
    line_mark = {"godoc": "//", "rustdoc": "///"}.get(style, " *")
    room = width - len(indent.expandtabs(4)) - len(line_mark) - 1
    if style == "godoc":
        text = _begun_with_name(text, name)
    if style == "rustdoc":
        text = _no_doctests(text)
    lines = [_escaped(line, language) for line in wrapped(split_summary(text, room), room)]
    if style in ("godoc", "rustdoc"):
        return ("\n" + indent).join(f"{line_mark} {line}".rstrip() for line in lines)
    if len(lines) == 1 and len(lines[0]) + 7 <= width - len(indent.expandtabs(4)):
        return f"/** {lines[0]} */"
    body = [f" * {line}".rstrip() for line in lines]
    return ("\n" + indent).join(["/**", *body, " */"])


def _escaped(line: str, language: str) -> str:
    """No text may end the comment, nor be read as a Unicode escape by Java."""
    if language == "java":
        return line.replace("*/", "*&#47;").replace("\\u", "&#92;u")
    return line.replace("*/", "*\\/") if language not in ("go", "rust") else line


def _begun_with_name(text: str, name: str) -> str:
    """Go's documentation begins with the name; do so where a verb in the third person follows."""
    words = text.split(None, 2)
    if not name or not words or name in words[:2]:
        return text
    begun = re.match(r"(?:This|The) (?:function|method|type|struct|interface)\s+(?=[a-z])", text)
    if begun:
        return f"{name} {text[begun.end() :]}"
    if re.fullmatch(r"(?!This|Its)[A-Z][a-z]+s", words[0]):
        return f"{name} {text[0].lower()}{text[1:]}"
    return text


def _no_doctests(text: str) -> str:
    """Name the language of bare fences, which rustdoc would compile and run."""
    opened = False
    lines = []
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            opened = not opened
            line = line + "text" if opened and line.strip() == "```" else line
        lines.append(line)
    return "\n".join(lines)


def existing(tree: syntax.Tree, scope: syntax.Scope) -> Span | None:
    """The documentation comment directly above a definition, without directives for tools."""
    pattern = DOC_COMMENT[style_of(tree)]
    node = _first_node(tree, scope)
    spans: list[Span] = []
    start = scope.span.start
    while node is not None and (node := node.prev_sibling) is not None and grammar.is_comment(node):
        span = _trimmed(tree, node)
        text = tree.text[span.start : span.end]
        gap = unify_line_ends(tree.text[span.end : start])
        alone = not tree.text[line_start(tree.text, span.start) : span.start].strip()
        if gap.count("\n") != 1 or gap.strip() or not alone or not pattern.match(text):
            break
        if NOT_OF_A_DEFINITION.search(text) or (
            spans and (text.startswith("/*") or _is_block(tree, spans[-1]))
        ):
            break
        start = span.start
        if GO_DIRECTIVE.match(text) and tree.language == "go":
            if spans:
                break
            continue
        spans.append(span)
    return Span(spans[-1].start, spans[0].end) if spans else None


def _is_block(tree: syntax.Tree, span: Span) -> bool:
    return tree.text.startswith("/*", span.start)


def _first_node(tree: syntax.Tree, scope: syntax.Scope) -> Node | None:
    """The outermost node that begins where the definition does."""
    at = tree.to_byte(scope.span.start)
    node: Node | None = scope.node
    if node is not None and node.start_byte != at:
        node = tree.root.descendant_for_byte_range(at, at + 1)
    while (
        node is not None
        and node.parent is not None
        and node.parent.start_byte == at
        and node.parent != tree.root
    ):
        node = node.parent
    return node


def _trimmed(tree: syntax.Tree, node: Node) -> Span:
    """A comment without the line end that some grammars count in."""
    span = tree.span(node)
    return Span(span.start, span.start + len(tree.text[span.start : span.end].rstrip()))


def verify(document: Document, replacement: Replacement, new_text: str) -> tuple[Check, ...]:
    """Prove from both texts that only comments changed, or refuse."""
    old, span = document.text, replacement.span
    before, after = syntax.parse(document.language, old), syntax.parse(document.language, new_text)
    outside = new_text.startswith(old[: span.start]) and new_text.endswith(old[span.end :])
    if before is None or after is None or not outside:
        raise EditRefused(BROKEN)
    changed = Span(span.start, span.start + len(replacement.text))
    if list(_code(before, span)) != list(_code(after, changed)) or len(after.errors()) > len(before.errors()):
        raise EditRefused(BROKEN)
    return (Check("parses", True), Check("code unchanged", True, "equal syntax tree apart from comments"))


def _code(tree: syntax.Tree, changed: Span) -> Iterator[tuple[str, int, str]]:
    """Every node that is no comment, its length and for short ones its text; whole where it does not touch the change."""
    low, high = tree.to_byte(changed.start), tree.to_byte(changed.end)
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if grammar.is_comment(node):
            continue
        apart = node.end_byte < low or node.start_byte > high
        if apart or not node.children:
            text = "" if apart and node.children else grammar.text_of(node)
            yield node.type, node.end_byte - node.start_byte, text
        else:
            waiting += reversed(node.children)
