"""Replacing selected code by what a model proposes: only the selection changes, and only if every check holds."""

from __future__ import annotations

import re

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.edits import checks, extract, grammar, imports, substance
from lsp_server.edits.extract import Code
from lsp_server.edits.indent import reindent
from lsp_server.edits.layout import indent_unit, line_end, unify_line_ends, with_line_end
from lsp_server.edits.selection import Selection, select
from lsp_server.edits.types import Check, Proposal, Replacement
from lsp_server.errors import EditRefused

NO_CHANGE = "The model proposed no change."
LAYOUT_ALONE = "The model changed nothing but comments and layout."
MODIFIERS = frozenset(
    [
        "export",
        "default",
        "declare",
        "public",
        "private",
        "protected",
        "internal",
        "static",
        "final",
        "abstract",
        "pub",
        "inline",
        "extern",
        "virtual",
        "const",
    ]
)

BLOCKS = re.compile(
    r"(?:if|for|for_in|enhanced_for|while|switch|try|try_with_resources|synchronized|compound)_statement|for_range_loop|"
    r"(?:statement_)?block|switch_expression|(?:(?:generator_)?function|class|method)_declaration|function_definition"
)


@frozen
class Site:
    """Where the replacement happens and under which rules."""

    selection: Selection
    keep_signature: bool
    change_code: bool

    @property
    def document(self) -> Document:
        return self.selection.document


def propose_replacement(
    document: Document, target: Span, reply: str, *, keep_signature: bool = True, change_code: bool = False
) -> Proposal:
    """Turn a reply into an edit of the code at `target`, or refuse with the reason of its best candidate.

    `change_code`: a change of comments and layout alone is not what was asked for.
    """
    try:
        selection = select(document, target)
        site = Site(selection, keep_signature, change_code)
        refusals: list[EditRefused] = []
        for code in extract.candidates(reply, selection):
            try:
                return _proposal(site, code)
            except EditRefused as refusal:
                refusals.append(refusal)
        raise refusals[0]
    except EditRefused as refusal:
        refusal.detail = refusal.detail or reply
        raise


def _proposal(site: Site, code: Code) -> Proposal:
    document, selection = site.document, site.selection
    old = checks.whole(document, selection.span)
    headed = _with_headers(code.text, selection)
    if not site.keep_signature and headed.strip() == old.strip() and not _begins_below_decorators(selection):
        headed = code.text
    text = substance.without_remark(headed, selection)
    if document.language == "python" and site.keep_signature:
        text = substance.with_docstrings(old, text)
    layout_alone = site.change_code and substance.same_code(document.language, old, text)
    text = reindent(text, selection.indent, indent_unit(document.text), document.language, selection.old)
    text = _same_end(text, selection)
    if unify_line_ends(text) == selection.old:
        raise EditRefused(NO_CHANGE)
    if layout_alone:
        raise EditRefused(LAYOUT_ALONE)
    replacements = [
        Replacement(selection.span, with_line_end(text, line_end(document.text, selection.span.start)))
    ]
    added = (
        imports.hoist(document.text, selection.tree, code.imports)
        if selection.tree and code.imports
        else None
    )
    if added is not None and added.span.start > selection.span.start:
        raise EditRefused("The proposed code needs imports, and the selection stands before them.")
    changes = tuple([*([added] if added is not None else []), *replacements])
    return Proposal(
        "replace",
        document.uri,
        document.text,
        changes,
        _summary(selection),
        checks.require(_checks(site, text, changes)),
    )


def _summary(selection: Selection) -> str:
    return (
        f"Change of `{selection.names[0]}`" if selection.names else f"Change in `{selection.document.path}`"
    )


def _checks(site: Site, text: str, changes: tuple[Replacement, ...]) -> list[Check]:
    document, span = site.document, site.selection.span
    found = [
        checks.nothing_left_in(document, span, text),
        checks.parses(document, changes),
        checks.same_signature(document, span, text, site.keep_signature),
        checks.no_undefined_names(document, changes),
        checks.no_dead_end(document, span, text),
    ]
    new_text = checks.apply(document.text, changes)
    outside = new_text.endswith(document.text[span.end :])
    return [*found, Check("nothing else changed", outside, "")]


def _with_headers(text: str, selection: Selection) -> str:
    """Put back decorators and modifiers that the model dropped; take off decorators the selection did not have."""
    tree = grammar.parse_once(selection.document.language, text)
    if tree is None or selection.tree is None or len(selection.scopes) != 1:
        return text
    old = selection.scopes[0]
    new = next((scope for scope in tree.scopes() if scope.name == old.name), None)
    if new is None:
        return text
    source = selection.document.text
    if _begins_below_decorators(selection):
        return text[: new.span.start] + text[new.header.start :]
    lost = _lost_modifiers(source[old.header.start : old.header.end], text[new.header.start : new.header.end])
    text = text[: new.header.start] + lost + text[new.header.start :]
    if new.header.start == new.span.start and old.header.start > old.span.start:
        above = unify_line_ends(source[old.span.start : old.header.start])
        if selection.indent:
            above = above.replace("\n" + selection.indent, "\n")
        text = text[: new.span.start] + above + text[new.span.start :]
    return text


def _begins_below_decorators(selection: Selection) -> bool:
    return len(selection.scopes) == 1 and selection.scopes[0].span.start < selection.span.start


def _lost_modifiers(old: str, new: str) -> str:
    """The words `export`, `pub` … that begin the old header and are missing before the otherwise equal new one."""
    words = re.match(r"(?:[a-z]+(?:\(\w+\))?[ \t]+)*", old)
    first = new.split(None, 1)[0] if new.split() else ""
    for at in [m.end() for m in re.finditer(r"\s+", words.group())] if words else []:
        lead = old[:at]
        if {re.sub(r"\(.*", "", word) for word in lead.split()} <= MODIFIERS and old[at:].split(None, 1)[
            :1
        ] == [first]:
            return lead
    return ""


def _same_end(text: str, selection: Selection) -> str:
    """End with a semicolon or comma exactly where the old code did, or where the file continues with one."""
    following = selection.document.text[selection.span.end : selection.span.end + 1]
    if following and following in ";," and text.endswith(following):
        return text[:-1]
    old, language = selection.old, selection.document.language
    if language == "python" or old[-1] not in ";," or text.endswith((old[-1], ";", ",")):
        return text
    return text if old[-1] == ";" and _ends_in_block(language, text) else text + old[-1]


def _ends_in_block(language: str, text: str) -> bool:
    """Whether the last statement is one that ends with its block: a loop, a function."""
    tree = grammar.parse_once(language, text)
    last = tree.root.named_children[-1] if tree is not None and tree.root.named_children else None
    if last is not None and last.type == "export_statement":
        last = last.child_by_field_name("declaration") or last
    return last is not None and text.endswith("}") and BLOCKS.fullmatch(last.type) is not None
