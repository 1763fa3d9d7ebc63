"""What a small model really answers, taken apart: remnants of its chat template, prose, fenced blocks.

Finds; does not judge. The choice among several candidates is `candidates`' order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from lsp_server import syntax
from lsp_server.edits.layout import unify_line_ends

TURN_END = re.compile(
    r"(?<![\"'`\w])(?:<\|(?:im_end|eot_id|eom_id|end|end_of_text|endoftext|im_start|end_of_turn|fim_pad|file_sep|user|"
    r"start_header_id|begin_of_text|eos|pad)\|>|</s>|<end_of_turn>|<eos>|<start_of_turn>|\[/?INST\]|"
    r"<\uff5cend\u2581of\u2581sentence\uff5c>)(?![\"'`])"
)
"""Marks of a chat template that leaked; what follows is another turn."""
TURN_START = re.compile(
    r"\A\s*(?:(?:<\|(?:im_start|start_header_id|begin_of_text|assistant|start)\|>|<s>|<bos>|<start_of_turn>|\[/INST\])\s*"
    r"(?:(?:assistant|model)\b)?\s*(?:<\|(?:end_header_id|message)\|>)?\s*)+"
)
THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([^\n`]*)\Z")


@frozen
class Block:
    """One fenced block. `start` and `stop` are line numbers of its fences; `closed` False when the reply ended first."""

    info: str
    text: str
    start: int
    stop: int
    closed: bool = True


@frozen
class Reply:
    text: str
    """Without remnants; line ends are newlines."""
    blocks: tuple[Block, ...]
    before: str
    """Prose before the first block; everything when there is none."""
    after: str
    """Prose after the last block."""


def read(raw: str, *, markdown: bool = False) -> Reply:
    """Take a reply apart. `markdown`: the wanted text may itself contain fences."""
    text = without_remnants(unify_line_ends(raw))
    lines = text.split("\n")
    blocks = tuple(_nested(lines) if markdown else _blocks(lines))
    if not blocks:
        return Reply(text, (), text, "")
    before = "\n".join(lines[: blocks[0].start])
    return Reply(text, blocks, before, "\n".join(lines[blocks[-1].stop + 1 :]))


def without_remnants(text: str) -> str:
    """Cut what a chat template left around the answer, and reasoning before it."""
    text = THINKING.sub("", TURN_START.sub("", text))
    text = TURN_START.sub("", text)
    end = turn_end(text)
    while end is not None and not text[: end.start()].strip():
        text = text[end.end() :]
        end = turn_end(text)
    return text[: end.start()].rstrip() if end is not None else text


def turn_end(text: str) -> re.Match[str] | None:
    """The first mark that ends a turn; `</s>` is none where it closes an element that was opened."""
    for found in TURN_END.finditer(text):
        before = text[: found.start()]
        if found.group() != "</s>" or before.count("<s>") <= before.count("</s>"):
            return found
    return None


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Fenced blocks as CommonMark reads them: a fence four or more columns deeper does not close."""
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if opening is None:
            at += 1
            continue
        indent, mark, info = opening.groups()
        stop = next((n for n in range(at + 1, len(lines)) if _closes(lines[n], indent, mark)), len(lines))
        body = [_unindent(line, indent) for line in lines[at + 1 : stop]]
        yield Block(info.strip(), "\n".join(body), at, stop, stop < len(lines))
        at = stop + 1


def _closes(line: str, indent: str, mark: str) -> bool:
    found = FENCE.match(line)
    if found is None or found.group(3).strip() or found.group(2)[0] != mark[0]:
        return False
    return (
        len(found.group(2)) >= len(mark)
        and len(found.group(1).expandtabs(4)) <= len(indent.expandtabs(4)) + 3
    )


def _unindent(line: str, indent: str) -> str:
    return (
        line.removeprefix(indent) if line.startswith(indent) else line.lstrip() if not line.strip() else line
    )


def _nested(lines: list[str]) -> Iterator[Block]:
    """The one outer fence of a Markdown answer: first `markdown` fence to the last bare one."""
    for at, line in enumerate(lines):
        opening = FENCE.match(line)
        if opening is None:
            continue
        if opening.group(3).strip().lower() not in ("markdown", "md", "mdx", ""):
            return
        closing = [
            n for n in range(at + 1, len(lines)) if _closes(lines[n], opening.group(1), opening.group(2))
        ]
        if not closing:
            yield Block(opening.group(3), "\n".join(lines[at + 1 :]), at, len(lines), False)
        elif opening.group(3).strip() or (at == 0 and not "\n".join(lines[closing[-1] + 1 :]).strip()):
            yield Block(opening.group(3), "\n".join(lines[at + 1 : closing[-1]]), at, closing[-1])
        return


def speaks(block: Block, language: str) -> bool:
    """Whether a block's fence names `language`, or none at all."""
    words = re.split(r"[\s,{:]", block.info.strip().lower(), maxsplit=1)
    name = words[0] if words else ""
    if not name:
        return True
    mine, its = syntax.info_for(language), syntax.info_for(name)
    if mine is None or its is None:
        return syntax.fence_name(name) == syntax.fence_name(language)
    return mine.id.removesuffix("react") == its.id.removesuffix("react")
