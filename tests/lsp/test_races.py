"""A thousand races of typing against a pending edit: a client over stdio types while the answer streams, while the edit
waits, and while it is accepted. The edit lands where it belongs or is refused; before that nothing is touched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from lsp_server import protocol
from lsp_server.document import Span
from tests.lsp.asking import run_params, until
from tests.lsp.conftest import Client
from tests.typist import BASE, Typist

RACES = 250
"""In each of the four kinds below."""
DOCSTRING = "Say what it does."


class Editor(Typist):
    """An editor's buffer: keeps one kind of line end, and tells the server of every change."""

    def __init__(self, client: Client, uri: str, text: str, span: Span, seed: int) -> None:
        super().__init__(text, span, seed)
        self.client, self.uri, self.version = client, uri, 1
        self.first, self.from_ = text, span
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def replace(self, start: int, end: int, text: str) -> None:
        text = re.sub(r"\r?\n", self.line_end, text)
        start -= self.text[start - 1 : start + 1] == "\r\n"
        end += self.text[end - 1 : end + 1] == "\r\n"
        changed = lsp.Range(self.position(start), self.position(end))
        super().replace(start, end, text)
        self.version += 1
        self.client.type_text(self.uri, self.version, changed, text)

    def position(self, offset: int) -> lsp.Position:
        line_start = self.text.rfind("\n", 0, offset) + 1
        units = len(self.text[line_start:offset].encode("utf-16-le")) // 2
        return lsp.Position(self.text.count("\n", 0, offset), units)

    def offset(self, position: lsp.Position) -> int:
        start = 0
        for _ in range(position.line):
            start = self.text.index("\n", start) + 1
        line = self.text[start:].split(self.line_end, 1)[0].encode("utf-16-le")
        return start + len(line[: position.character * 2].decode("utf-16-le"))

    def type_times(self, times: int) -> None:
        for _ in range(times):
            self.type()

    def is_right(self, edits: Sequence[lsp.TextEdit], new: str) -> bool:
        """Whether the edits put `new` where the span is by now; where that was typed over, on lines that read as before."""
        (edit,) = edits
        start, end = self.offset(edit.range.start), self.offset(edit.range.end)
        applied = self.text[:start] + edit.new_text + self.text[end:]
        if applied == self.text[: self.start] + new + self.text[self.end :]:
            return True
        old = self.first[self.first.rfind("\n", 0, self.from_.start - 1) + 1 : self.from_.end]
        return self.touched and edit.new_text == new and self.text[:end].endswith(old)


def functions() -> list[Span]:
    """Every function of the text, from its `def` to its last line's end."""
    return [Span(m.start(1), m.end()) for m in re.finditer(r"^ *(def .*(?:\n +.*)+)", BASE, re.MULTILINE)]


def docstring_of(function: Span) -> tuple[Span, str, str]:
    below = BASE.index("\n", function.start) + 1
    indent = re.match(" *", BASE[below:])
    assert indent is not None
    return Span(below, below), f'{indent.group()}"""{DOCSTRING}"""\n', DOCSTRING


def refactored(function: Span) -> tuple[Span, str, str]:
    """The function with one more line; the answer says so without its indentation."""
    lead = function.start - BASE.rindex("\n", 0, function.start) - 1
    text = BASE[function.start : function.end]
    header, body = text.split("\n", 1)
    indent = " " * (lead + 4)
    changed = f"{header}\n{indent}unused = None\n{body}"
    answer = re.sub(rf"^ {{{lead}}}", "", changed, flags=re.MULTILINE)
    return function, changed, f"```python\n{answer}\n```"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("edit", [docstring_of, refactored])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
async def test_an_edit_lands_where_it_belongs_or_is_refused(
    extension: Client, workspace: Path, line_end: str, edit: Callable[[Span], tuple[Span, str, str]]
) -> None:
    action = "docstring" if edit is docstring_of else "refactor"
    text, file = BASE.replace("\n", line_end), workspace / "shop.py"
    file.write_bytes(text.encode())
    landed = 0
    for seed in range(RACES):
        function = functions()[seed % len(functions())]
        place, new, answer = edit(function)
        new = new.replace("\n", line_end)
        uri = extension.open(file, text)
        editor = Editor(extension, uri, text, _moved(place, line_end), seed)
        await extension.script([{"prefill": [1, 2]}, {"gate": f"{seed}"}, answer])
        cursor = editor.position(_moved(function, line_end).start + len("def f"))
        run = asyncio.ensure_future(
            extension.ask(protocol.RUN, run_params(uri, action, lsp.Range(cursor, cursor), fresh=True))
        )
        await until(lambda: any(event.kind == "prefill" for event in extension.events))
        extension.events.clear()

        editor.type_times(seed % 3)
        await extension.script(open=[f"{seed}"])
        result = await run
        assert result.proposal is not None, result.refused
        assert result.proposal.new_text == text[: editor.from_.start] + new + text[editor.from_.end :]
        editor.type_times(1 + seed % 2)
        assert file.read_bytes() == text.encode() and extension.applied == []
        accept = asyncio.ensure_future(
            extension.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))
        )
        await asyncio.sleep(0)  # it is sent
        editor.type_times(seed % 5 == 0)
        accepted = await accept

        if accepted.edit is None:
            assert accepted.refused
        elif accepted.edit.document_changes[0].text_document.version == editor.version:
            landed += 1
            assert editor.is_right(accepted.edit.document_changes[0].edits, new), f"seed {seed}"
        else:
            assert seed % 5 == 0  # an editor applies no edit of an older text
        extension.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
    assert extension.applied == [] and file.read_bytes() == text.encode()
    assert [path.name for path in workspace.iterdir()] == [file.name]
    assert landed > RACES // 5


def _moved(span: Span, line_end: str) -> Span:
    """A span of the text with another kind of line end."""
    start, end = (len(BASE[:at].replace("\n", line_end)) for at in (span.start, span.end))
    return Span(start, end)
