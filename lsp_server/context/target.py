"""Which code an action is about: the selection put in order, or the definition at the cursor."""

from __future__ import annotations

from lsp_server.context import blocks, lines
from lsp_server.context.unfinished import emptied
from lsp_server.document import Document, Span
from lsp_server.errors import NothingSelected, UnsuitableDocument
from lsp_server.syntax import Scope, Tree, pieces

MAX_CHARACTERS = 10_000_000
CONTAINERS = frozenset({"declaration_list", "statement_block", "class_body", "field_declaration_list"})
"""Nodes whose children are statements or members of their own."""


def target_span(document: Document, span: Span) -> Span:
    """Turn a selection or a cursor into the code to act on.

    A selection is trimmed to whole lines and whole statements; one definition is taken as it is. A cursor means the
    innermost function or class; in languages without a grammar, the innermost block by indentation. Raises
    NothingSelected, UnsuitableDocument.
    """
    check_suitable(document)
    text = document.text
    span = Span(min(max(span.start, 0), len(text)), min(max(span.end, 0), len(text)))
    selected = lines.stripped(text, span)
    found = pieces(document.language, text)
    if found is None:
        return _block(text, span.start) if selected.empty else lines.whole(text, selected)
    meant = Span(span.start, span.start) if selected.empty else selected
    for first, last in found.outwards(meant):
        tree, start = found.joined(first, last), found.start(first)
        local = meant.shifted(-start)
        target = _at_cursor(tree, local.start) if selected.empty else _whole_nodes(tree, local)
        if tree.is_whole(target):
            break
    return target.shifted(start)


def check_suitable(document: Document) -> None:
    """Raise UnsuitableDocument for a file that no action can use."""
    if "\0" in document.text:
        raise UnsuitableDocument(f"{document.path} is a binary file: open a text file and try again.")
    if len(document.text) > MAX_CHARACTERS:
        size = len(document.text) / 1_000_000
        raise UnsuitableDocument(
            f"{document.path} is too large ({size:.1f} million characters; the limit is "
            f"{MAX_CHARACTERS // 1_000_000}): move the code into a smaller file."
        )
    if not document.text or document.text.isspace():
        raise UnsuitableDocument(f"{document.path} is empty: write some code and try again.")


def _block(text: str, cursor: int) -> Span:
    found = blocks.block(text, cursor)
    if found is None:
        raise NothingSelected("There is no code at the cursor: select the lines you mean.")
    return found


def _at_cursor(tree: Tree, cursor: int) -> Span:
    text = tree.text
    line = lines.stripped(text, lines.at(text, cursor))
    probe = min(max(cursor, line.start), line.end)
    unfinished = emptied(tree, probe)
    if unfinished is not None:
        return unfinished.span
    scope = (None if line.empty else _below_comment(tree, line.start)) or tree.innermost(Span(probe, probe))
    if scope is not None:
        return scope.span
    if not line.empty:
        return _statement(tree, line)
    raise NothingSelected("The cursor is not in a function or class: move it into one, or select some code.")


def _below_comment(tree: Tree, offset: int) -> Scope | None:
    """The definition right below the comment at `offset`, without a blank line between them."""
    node = tree.node_at(offset)
    while node is not None and node.type not in tree.info.comments:
        node = node.parent
    while node is not None and node.type in tree.info.comments:
        end = tree.span(node).end
        following = lines.next_code(tree.text, end)
        if lines.is_blank_between(tree.text, end, following):
            return None
        scope = tree.starting_at(following)
        if scope is not None:
            return scope
        node = node.next_sibling
    return None


def _statement(tree: Tree, line: Span) -> Span:
    """The outermost statement on a line that is in no definition."""
    node = tree.node_at(line.start)
    while node is not None and node.parent is not None:
        if node.parent.parent is None or node.parent.type in CONTAINERS:
            return _whole_nodes(tree, tree.span(node))
        node = node.parent
    return line


def _whole_nodes(tree: Tree, selected: Span) -> Span:
    """Grow a selection to the smallest run of statements that fills whole lines, unless it is a definition."""
    text = tree.text
    scope = tree.innermost(selected)
    if scope is not None and scope.span == selected:  # another one may be on its line
        return selected
    wanted = lines.whole(text, selected)
    first, last = tree.to_byte(wanted.start), tree.to_byte(wanted.end)
    node = tree.root.descendant_for_byte_range(first, last)
    while node is not None:
        inside = [child for child in node.children if child.end_byte > first and child.start_byte < last]
        if node.is_error or any(child.is_error for child in inside):
            return wanted
        candidates = [Span(inside[0].start_byte, inside[-1].end_byte)] if inside else []
        for candidate in [*candidates, Span(node.start_byte, node.end_byte)]:
            span = Span(tree.to_offset(candidate.start), tree.to_offset(candidate.end))
            grown = lines.stripped(text, span)
            if lines.whole(text, grown) == grown and grown.start <= wanted.start and wanted.end <= grown.end:
                return _with_wrapper(tree, grown)
        node = node.parent
    return wanted


def _with_wrapper(tree: Tree, span: Span) -> Span:
    """Take the whole definition when a selection reaches from its signature into its body."""
    scope = tree.innermost(span)
    while scope is not None and scope.parent is not None and span.start <= tree.span(scope.parent.node).start:
        scope = scope.parent
    if scope is None or span.start > tree.span(scope.node).start:
        return span
    return Span(min(span.start, scope.span.start), max(span.end, scope.span.end))
