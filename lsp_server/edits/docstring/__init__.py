"""Documentation of one definition: text from the model, place and proof from the syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from attrs import evolve

from lsp_server.document import Document, Span
from lsp_server.edits.docstring import comment, python, wording
from lsp_server.edits.docstring.claims import only_repeats, without_unknown_parameters
from lsp_server.edits.docstring.text import documentation
from lsp_server.edits.types import Proposal
from lsp_server.errors import EditRefused

NO_CHANGE = "The model proposed no change."


def propose_docstring(document: Document, target: Span, reply: str) -> Proposal:
    """Turn a reply into an edit that gives the definition at `target` its documentation and changes nothing else."""
    propose = _python if document.language == "python" else _comment
    try:
        proposal = propose(document, target, reply)
    except EditRefused as refusal:
        refusal.detail = refusal.detail or reply
        raise
    if proposal.new_text == document.text:
        raise EditRefused(NO_CHANGE, detail=reply)
    return proposal


def _python(document: Document, target: Span, reply: str) -> Proposal:
    region, node = python.find(document, target)
    code = python.undocumented(document.text, region, node)
    text = _claimed(documentation(reply, "python", node.name, code), node.name, python.parameters(node))
    if text == (ast.get_docstring(node) or ""):
        raise EditRefused(NO_CHANGE)
    draft = Proposal(
        "docstring",
        document.uri,
        document.text,
        (python.place(document, region, node, text),),
        f"Docstring of `{node.name}`",
    )
    return evolve(draft, checks=python.verify(document, region, node, text, draft.new_text))


def _comment(document: Document, target: Span, reply: str) -> Proposal:
    tree, scope = comment.find(document, target)
    text = documentation(reply, document.language, scope.name, document.slice(scope.span))
    text = _claimed(
        text, scope.name, _parameters(document.language, document.slice(scope.header), scope.kind)
    )
    replacement = comment.place(document, tree, scope, text)
    draft = Proposal(
        "docstring",
        document.uri,
        document.text,
        (replacement,),
        f"Documentation of `{scope.name}`",
    )
    return evolve(draft, checks=comment.verify(document, replacement, draft.new_text))


def _parameters(language: str, header: str, kind: str) -> set[str] | None:
    """Words of a function's header; None where what it takes may be called otherwise, as an object taken apart is."""
    if kind != "function" or ("{" in header and language.startswith(("javascript", "typescript"))):
        return None
    return set(re.findall(r"\w+", header))


def _claimed(text: str, name: str, parameters: Collection[str] | None) -> str:
    """The text without what cannot be true of the code; `parameters` None: they are not known."""
    if wording.ECHO.search(text):
        raise EditRefused("The model repeated its task instead of writing documentation.")
    text = wording.plain(text)
    text = without_unknown_parameters(text, parameters) if parameters is not None else text
    if only_repeats(text, name):
        raise EditRefused(f"The documentation says no more than the name `{name}`.")
    return text
