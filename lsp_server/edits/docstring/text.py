"""The text a model meant as documentation, out of whatever it answered.

It is asked for text only; it also sends the text in quotes, in a comment, in a fence, or inside a copy of the code.
"""

from __future__ import annotations

import ast
import re

from lsp_server.edits import grammar, python_source
from lsp_server.edits import reply as replies
from lsp_server.edits.docstring.wrap import clean, dedent
from lsp_server.errors import EditRefused

INTRODUCTION = re.compile(
    r"\A(?:sure|certainly|of course|okay|ok|absolutely|here(?:'s| is| are)|below is|this is|the following|"
    r"the (?:docstring|documentation|comment)|i(?:'ve| have| will|'ll)|you can|docstring|answer|output)\b[^\n]{0,160}?"
    r"[:!.]\s*(?:\n|\Z)",
    re.IGNORECASE,
)
EPILOGUE = re.compile(
    r"\n\s*\n(?:(?:this|the) (?:docstring|documentation|comment)\b|(?:please )?let me know|i hope|hope this|feel free|"
    r"note that (?:i|this docstring)\b|if you (?:need|want|have))[\s\S]*\Z",
    re.IGNORECASE,
)
APOLOGY = re.compile(
    r"\A\s*(?:i(?:'m| am) (?:sorry|unable)|sorry,|i (?:cannot|can't)|as an ai\b)", re.IGNORECASE
)
QUOTED = re.compile(r'^[ \t]*([rRuUbBfF]{0,2})("""|\'\'\')(.*?)(?<!\\)\2', re.DOTALL | re.MULTILINE)
OPENED = re.compile(r'^[ \t]*(?:[rRuU]{0,2})("""|\'\'\')', re.MULTILINE)
STARS = re.compile(r"/\*[*!]?(.*?)\*+/", re.DOTALL)
FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:\n[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
CODE_LINE = re.compile(
    r"[;{}]\Z|:=|\A\w+ = |\Areturn \w+(?:,|\Z)|\A#\s*include\b|\A[})\]]|"
    r"\A(?:func|fn|def|class|struct|template|pub|public|private|protected|static|const|let|var|import|package|use|impl|return)\b"
    r".*[({<=;]"
)
PYTHON_HEADER = re.compile(r"(?:async )?def \w+\(.*\).*:\s*$|class \w+(?:\(.*\))?:\s*$", re.MULTILINE)
LINE_MARK = re.compile(r"[ \t]*(?://[/!]?|#)(?: |$)")


def documentation(raw: str, language: str, name: str, code: str) -> str:
    """Return the clean text meant for the definition `name`, whose source is `code`; refuse when there is none."""
    reply = replies.read(raw)
    if not reply.text.strip():
        raise EditRefused("The model's answer is empty.", detail=raw)
    found = _from_code(reply, name) if language == "python" else None
    text = clean(dedent(_unwrapped(found if found is not None else _written(reply, code, language, name))))
    if not text:
        raise EditRefused("The model's answer holds no text for the documentation.", detail=raw)
    if APOLOGY.match(text):
        raise EditRefused("The model wrote no documentation.", detail=raw)
    if _is_code(text, language, code):
        raise EditRefused("The model answered with code instead of documentation.", detail=raw)
    return text


def _from_code(reply: replies.Reply, name: str) -> str | None:
    """The docstring inside a copy of the code, where some part of the reply parses."""
    for source in [*(block.text for block in reply.blocks), reply.text]:
        tree = python_source.parse(dedent_code(source)) or python_source.parse(_completed(source))
        if tree is None:
            continue
        definitions = python_source.definitions(tree)
        named = [node for node in definitions if node.name == name] or definitions
        for node in named:
            if python_source.docstring_of(node) is not None:
                return ast.get_docstring(node)
        only = tree.body[0] if len(tree.body) == 1 else None
        if (
            isinstance(only, ast.Expr)
            and isinstance(only.value, ast.Constant)
            and isinstance(only.value.value, str)
        ):
            return only.value.value
    return None


def dedent_code(text: str) -> str:
    lead = min((len(line) - len(line.lstrip()) for line in text.split("\n") if line.strip()), default=0)
    return "\n".join(line[lead:] for line in text.split("\n")).strip("\n")


def _completed(source: str) -> str:
    """A header and docstring without the body it announces."""
    return dedent_code(source) + "\n    pass" if source.rstrip().endswith(('"""', "'''")) else ""


def _written(reply: replies.Reply, code: str, language: str, name: str) -> str:
    """The text itself: in the block that is the answer, or around the blocks that belong to it."""
    text = INTRODUCTION.sub("", reply.text.strip(), count=1).strip("\n")
    if reply.blocks and (INTRODUCTION.match(reply.text.strip()) or not reply.before.strip()):
        first = reply.blocks[0]
        if _holds_text(first.text, language) or not (reply.before.strip() or reply.after.strip()):
            text = first.text
    quoted = QUOTED.search(text)
    if quoted is not None:
        return _value(quoted)
    opened = OPENED.search(text)
    if opened is not None:
        return text[opened.end() :]
    return _without_code_lines(_without_copies(EPILOGUE.sub("", text), code, language, name), code)


def _holds_text(block: str, language: str) -> bool:
    if OPENED.search(block) or STARS.search(block) or LINE_MARK.match(block):
        return True
    tree = grammar.parse_once(language, block)
    return python_source.parse(block) is None and (tree is None or not tree.scopes())


def _value(quoted: re.Match[str]) -> str:
    prefix, mark, body = quoted.groups()
    try:
        value = ast.literal_eval(f"{prefix}{mark}{body}{mark}")
    except (SyntaxError, ValueError):
        return body
    return value if isinstance(value, str) else body


def _without_copies(text: str, code: str, language: str, name: str) -> str:
    """Drop fenced blocks that mostly repeat the code, or define it again; an example in a fence stays."""
    known = {line.strip() for line in code.split("\n") if line.strip()}

    def kept(block: re.Match[str]) -> str:
        lines = [line.strip() for line in block.group(2).split("\n") if line.strip()]
        copied = sum(line in known for line in lines)
        tree = grammar.parse_once(language, block.group(2))
        again = tree is not None and any(scope.name == name for scope in tree.scopes())
        return "" if again or (lines and 2 * copied >= len(lines)) else block.group()

    return FENCED.sub(kept, text)


def _without_code_lines(text: str, code: str) -> str:
    """Drop leading and trailing lines that only repeat the code."""
    known = {line.strip() for line in code.split("\n") if len(line.strip()) > 3}
    lines = text.split("\n")
    while lines and (lines[0].strip() in known or not lines[0].strip()):
        del lines[0]
    while lines and (lines[-1].strip() in known or not lines[-1].strip()):
        del lines[-1]
    return "\n".join(lines)


def _unwrapped(text: str) -> str:
    """Take off comment markers, then one pair of quotes around the whole."""
    stars = STARS.search(text)
    if stars is not None and not text[: stars.start()].strip():
        text = "\n".join(re.sub(r"^[ \t]*\*(?: |$)", "", line) for line in stars.group(1).split("\n"))
    lines = [line for line in text.split("\n") if line.strip()]
    heading = len(lines) == 1 and re.match(r"#+ \w", lines[0])
    if lines and not heading and all(LINE_MARK.match(line) for line in lines):
        text = "\n".join(LINE_MARK.sub("", line, count=1) for line in text.split("\n"))
    bare = text.strip()
    for mark in ('"""', "'''", "```", '"', "'", "`"):
        inner = bare[len(mark) : -len(mark)]
        if len(bare) > 2 * len(mark) and bare.startswith(mark) and bare.endswith(mark) and mark not in inner:
            return inner
    return (
        bare.removesuffix('"""').removesuffix("'''") if bare.count('"""') + bare.count("'''") == 1 else text
    )


def _is_code(text: str, language: str, code: str) -> bool:
    own = {line.strip() for line in code.split("\n")}
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if all(line in own for line in lines) and any(re.search(r"[(){};=:]", line) for line in lines):
        return True
    if language != "python":
        bare = [line.strip() for line in FENCED.sub("", text).split("\n") if line.strip()]
        parsed = grammar.parse_once(language, text)
        whole = parsed is not None and not parsed.has_error and bool(parsed.scopes())
        return whole or 2 * sum(CODE_LINE.search(line) is not None for line in bare) >= len(bare)
    if PYTHON_HEADER.match(text):
        return True
    tree = python_source.parse(text)
    return tree is not None and any(
        not isinstance(s, ast.Expr) or isinstance(s.value, ast.Call) for s in tree.body
    )
