"""An edit of a definition cut out of a long file is the edit in the file."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import cut_out, propose_docstring
from lsp_server.idle.functions import functions_in

METHODS = "".join(
    f"    def sum_{n}(self, rows: list[Row]) -> int:\n        kept = [row.size for row in rows if row.size > {n}]\n"
    f"        return sum(kept)\n\n"
    for n in range(300)
)
TYPESCRIPT_METHODS = "".join(
    f"    sum{n}(rows: Row[]): number {{\n        return rows.filter((row) => row.size > {n}).length;\n    }}\n\n"
    for n in range(300)
)


@pytest.mark.parametrize(
    "language, text",
    [
        ("python", "from rows import Row\n\n\n" + METHODS.replace("    def", "def").replace("\n    ", "\n")),
        ("python", "from rows import Row\n\n\nclass Totals:\n    limit = 3\n\n" + METHODS),
        ("typescript", "export class Totals {\n    limit = 3;\n\n" + TYPESCRIPT_METHODS + "}\n"),
    ],
    ids=["functions", "a class", "a class in braces"],
)
def test_a_docstring_is_the_same_in_the_file_and_cut_out_of_it(language: str, text: str) -> None:
    """Idle work judged its drafts in whole files: a hover meanwhile took 0.4 s where the file had 100,000 lines."""
    document = Document("file:///a", "a", language, text)
    functions = functions_in(document, [Span(0, len(text))], 0)
    assert len(functions) == 300

    for function in functions[::7]:
        part, span = cut_out(document, function.span)
        (alone,) = propose_docstring(part, span, "Sum the sizes above a limit.").replacements
        (whole,) = propose_docstring(document, function.span, "Sum the sizes above a limit.").replacements

        assert len(part.text) < len(text) / 3
        assert part.slice(span) == document.slice(function.span)
        assert alone.text == whole.text
        assert alone.span.shifted(function.span.start - span.start) == whole.span
