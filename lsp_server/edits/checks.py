"""Checks of a replacement in place. Each returns a verdict with a reason; which ones must hold is `require`'s to say."""

from __future__ import annotations

from lsp_server import syntax
from lsp_server.document import Document, Span
from lsp_server.edits import grammar, names, python_source, signature
from lsp_server.edits.beside import lost_call
from lsp_server.edits.dead_ends import dead_end
from lsp_server.edits.indent import dedent
from lsp_server.edits.layout import line_start, unify_line_ends
from lsp_server.edits.leftovers import leftover
from lsp_server.edits.types import Check, Replacement
from lsp_server.errors import EditRefused

UNREAD = "the code does not parse by itself"


def apply(text: str, replacements: tuple[Replacement, ...]) -> str:
    for r in reversed(replacements):
        text = text[: r.span.start] + r.text + text[r.span.end :]
    return text


def parses(document: Document, replacements: tuple[Replacement, ...]) -> Check:
    """Whether the whole file parses at least as well as before."""
    new_text = apply(document.text, replacements)
    before, after = syntax.parse(document.language, document.text), None
    if before is not None:
        after = syntax.parse(document.language, new_text)
    if before is None or after is None:
        if document.language == "python":
            return _compiles(document, replacements)
        return Check("parses", None, f"no grammar for {document.language} is installed")
    if after.has_error:
        old_errors, new_errors = before.errors(), after.errors()
        moved = {_moved(span, replacements) for span in old_errors}
        new_ones = [span for span in new_errors if span not in moved]
        if len(new_errors) > len(old_errors) or (new_ones and _touches(new_ones, replacements)):
            line = new_text.count("\n", 0, (new_ones or new_errors)[0].start) + 1
            return Check("parses", False, f"line {line} is not valid {document.language}")
    if document.language == "python":
        return _compiles(document, replacements)
    return Check("parses", True)


def _moved(span: Span, replacements: tuple[Replacement, ...]) -> Span:
    by = sum(len(r.text) - (r.span.end - r.span.start) for r in replacements if r.span.end <= span.start)
    return Span(span.start + by, span.end + by)


def _touches(spans: list[Span], replacements: tuple[Replacement, ...]) -> bool:
    for r in replacements:
        by = sum(len(o.text) - (o.span.end - o.span.start) for o in replacements if o.span.end < r.span.start)
        start, end = r.span.start + by, r.span.start + by + len(r.text)
        if any(span.start <= end and start <= span.end for span in spans):
            return True
    return False


def _compiles(document: Document, replacements: tuple[Replacement, ...]) -> Check:
    old, new, _ = affected(document, replacements)
    error = python_source.compiles(new)
    if error and not python_source.compiles(old):
        return Check("parses", False, error)
    if error:
        return Check("parses", True, "as well as before; the file has other mistakes")
    return Check("parses", True)


def affected(document: Document, replacements: tuple[Replacement, ...]) -> tuple[str, str, str]:
    """The top-level statements that change, as they were and as they will be, and the rest of the file."""
    text = document.text
    touched = Span(replacements[0].span.start, replacements[-1].span.end)
    region = python_source.statements(text, touched).span
    moved = tuple(
        Replacement(Span(r.span.start - region.start, r.span.end - region.start), r.text)
        for r in replacements
    )
    old = text[region.start : region.end]
    return old, apply(old, moved), text[: region.start] + text[region.end :]


def same_signature(document: Document, span: Span, new: str, wanted: bool) -> Check:
    if not wanted:
        return Check("same signature", None, "a change was asked for")
    old, new = whole(document, span), whole(document, span, new)
    if not _can_be_read(document.language, old, new):
        return Check("same signature", None, UNREAD)
    changed = signature.difference(document.language, old, new)
    tree = syntax.parse(document.language, document.text)
    if not changed and tree is not None and tree.innermost(span) is None:
        lost = lost_call(document.language, old, new)
        changed = f"`{lost}` is gone" if lost else ""
    return Check("same signature", not changed, changed)


def _can_be_read(language: str, *codes: str) -> bool:
    """Whether codes parse by themselves, as checks by Python's `ast` need; of others, whether there is a grammar."""
    if language == "python":
        return all(python_source.parse(code) is not None for code in codes)
    return syntax.info_for(language) is None or grammar.parse_once(language, "") is not None


def whole(document: Document, span: Span, new: str | None = None) -> str:
    """The code of `span`, or what replaces it there, with its first line's indentation, dedented."""
    start = line_start(document.text, span.start)
    lead = document.text[start : span.start]
    lead = lead if not lead.strip() else ""
    code = unify_line_ends(lead + (document.slice(span) if new is None else new))
    plain = dedent(code)
    if lead and plain == code and document.language == "python":
        return _outdented(code, lead)
    return plain


def _outdented(code: str, lead: str) -> str:
    """Take `lead` off the lines that have it, where lines of a string have less."""
    return "\n".join(line.removeprefix(lead) for line in code.split("\n"))


def no_undefined_names(document: Document, replacements: tuple[Replacement, ...]) -> Check:
    if document.language != "python":
        return Check("no undefined names", None, f"not checked for {document.language}")
    old, new, rest = affected(document, replacements)
    found = names.introduced(rest, old, new)
    if found is None:
        return Check(
            "no undefined names", None, "a star import or a mistake elsewhere in the file hides names"
        )
    return Check("no undefined names", not found, ", ".join(f"`{name}`" for name in sorted(found)))


def no_dead_end(document: Document, span: Span, new: str) -> Check:
    found = dead_end(document.language, whole(document, span), whole(document, span, new))
    return Check("no dead end", not found, found)


def nothing_left_in(document: Document, span: Span, new: str) -> Check:
    old, new = whole(document, span), whole(document, span, new)
    found = leftover(document.language, new, old)
    if found:
        return Check("complete code", False, f"it leaves out code or holds other text: “{found}”")
    if not _can_be_read(document.language, old, new):
        return Check("complete code", None, UNREAD)
    return Check("complete code", True)


SENTENCES = {
    "parses": "The proposed code does not parse: {}.",
    "same signature": "The proposed code changes what others rely on: {}.",
    "no undefined names": "The proposed code uses names that are not defined: {}.",
    "no dead end": "The proposed code cannot be right: {}.",
    "complete code": "The proposed code is not complete: {}.",
    "tests": "The answer holds no usable test: {}.",
    "tests use the code": "The answer holds no usable test: {}.",
    "imports": "The proposed test imports what is not there: {}.",
}


def require(checks: list[Check]) -> tuple[Check, ...]:
    """Return the checks when none failed; else refuse with the first failure in a sentence."""
    for check in checks:
        if check.ok is False:
            raise EditRefused(SENTENCES[check.name].format(check.detail.rstrip(".")))
    return tuple(checks)
