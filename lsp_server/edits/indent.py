"""Indentation of a model's code, made the file's: its column, its tabs or spaces, and no string changed on the way."""

from __future__ import annotations

import re

from lsp_server.edits import grammar, python_source
from lsp_server.edits.layout import indent_unit

LEAD = re.compile(r"[ \t]*")


def reindent(code: str, indent: str, unit: str, language: str, old: str) -> str:
    """Return `code` (newlines) with all lines but the first indented for a place at `indent`.

    `unit` is one level of the file's indentation; `old` is the code it replaces, whose strings tell whether the
    model moved the inner lines of a string with the code.
    """
    code = _aligned(code.strip("\n"), indent, unit, language)
    fixed = _inside_strings(code, language, indent, old)
    own = indent_unit(code, unit)
    lines = code.split("\n")
    shifted = [_shift(line, indent, own, unit) for line in lines]
    return "\n".join(lines[n] if n in fixed else shifted[n] for n in range(len(lines))).removeprefix(indent)


def _shift(line: str, indent: str, own: str, unit: str) -> str:
    bare = line.lstrip(" \t")
    if not bare:
        return ""
    lead = line[: len(line) - len(bare)]
    if own != unit:
        lead = _convert(lead, own, unit)
    return indent + lead + bare


def _convert(lead: str, own: str, unit: str) -> str:
    if own == "\t":
        tabs = len(lead) - len(lead.lstrip("\t"))
        return unit * tabs + lead[tabs:]
    width = len(own)
    columns = len(lead.expandtabs(width))
    return unit * (columns // width) + " " * (columns % width)


def width_of(line: str) -> int:
    return len(LEAD.match(line).group().expandtabs(4))  # type: ignore[union-attr]


def dedent(code: str) -> str:
    """Remove the indentation that all lines share, counting tabs and spaces as they are."""
    lines = code.split("\n")
    leads = [LEAD.match(line).group() for line in lines if line.strip()]  # type: ignore[union-attr]
    if not leads:
        return code
    shared = min(leads, key=len)
    while not all(lead.startswith(shared) for lead in leads):
        shared = shared[:-1]
    return "\n".join(line.removeprefix(shared) for line in lines)


def _aligned(code: str, indent: str, unit: str, language: str) -> str:
    """Bring the first line and the others to one base: models begin at column 0 and go on in place, or the reverse."""
    plain = dedent(code)
    first, _, rest = plain.partition("\n")
    base = len(indent.expandtabs(4))
    margins = [width_of(line) for line in rest.split("\n") if line.strip()]
    if not margins:
        return plain
    moved = first.lstrip() + "\n" + _unindent_lines(rest, base)
    if (
        width_of(first) == 0
        and base
        and _in_place(first, margins, base, len(unit.expandtabs(4)), plain, language)
    ):
        return moved
    if width_of(first) > 0 and min(margins) == 0:
        return first.lstrip() + "\n" + rest
    return plain


def _in_place(first: str, margins: list[int], base: int, step: int, plain: str, language: str) -> bool:
    """Whether the lines after the first are already where the file has them."""
    if language == "python":
        if first.rstrip().endswith(":") and margins[0] <= base:
            return False
        if first.rstrip().endswith(":") and min(margins) >= base + step:
            return True
        return min(margins) >= base and python_source.parse(plain) is None
    return (
        min(margins) == base
        and margins[-1] == base
        and plain.rsplit("\n", 1)[-1].lstrip()[:1] in ("}", ")", "]")
    )


def _unindent_lines(text: str, columns: int) -> str:
    out = []
    for line in text.split("\n"):
        bare = line.lstrip(" \t")
        left = max(width_of(line) - columns, 0)
        out.append(("\t" * (left // 4) if line.startswith("\t") else " " * left) + bare if bare else "")
    return "\n".join(out)


def _inside_strings(code: str, language: str, indent: str, old: str) -> set[int]:
    """Lines that begin inside a string and must stay as they are."""
    tree = grammar.parse_once(language, code)
    if tree is None:
        return set()
    known = {grammar.text_of(node) for node in grammar.multiline_strings(grammar.parse_once(language, old))}
    fixed: set[int] = set()
    for node in grammar.multiline_strings(tree):
        if grammar.is_docstring(node):
            continue
        text = grammar.text_of(node)
        head, *tail = text.split("\n")
        moved = "\n".join([head, *(indent + line if line.strip() else line for line in tail)])
        if text in known or moved not in known:
            fixed.update(range(node.start_point[0] + 1, node.end_point[0] + 1))
    return fixed
