"""What a model leaves in code that is no code: placeholders, fences, prose, remnants of its chat template."""

from __future__ import annotations

import ast
import re

from lsp_server.edits import grammar, python_source
from lsp_server.edits.reply import TURN_END

COMMENT = r"(?:#|//|/\*+|\*|--|<!--|\{/\*)"
ELLIPSIS = r"(?:\.{3}|\u2026)"
MEANS_OMITTED = (
    r"(?:rest|remainder|remaining|existing|previous|original|other|same|unchanged|omitted|skipped|truncated|abbreviated|"
    r"as before|as above|more (?:code|methods|functions|cases)|and so on|code|implementation|logic|body|etc)"
)
END = rf"\s*{ELLIPSIS}?[.!)\]>]*\s*(?:\*/\}}?|-->)?\s*$"
"""Of a comment. Words that also begin a sentence about the code mean that some is left out only where nothing follows."""
CODE = r"(?:code|implementation|logic|methods?|functions?|body|lines|everything)"
TAIL = (
    rf"(?:\s+(?:(?:of|in|for|from) (?:the|this) (?:{CODE}|class|file)|as|is|are|remains?|stays?|goes?|follows?|the|for|from|"
    r"in|same|unchanged|omitted|before|above|below|here|original|previous|version|brevity|needed))*"
)
"""Words that say that what was named is left out."""
PLACEHOLDERS = (
    re.compile(rf"{COMMENT}\s*[\[(<]?\s*{ELLIPSIS}\s*[\])>]?\s*(?:\*/\}}?|-->)?\s*$", re.IGNORECASE),
    re.compile(rf"{COMMENT}\s*[\[(<]?\s*{ELLIPSIS}.*\b{MEANS_OMITTED}\b", re.IGNORECASE),
    re.compile(
        rf"{COMMENT}.*\b{MEANS_OMITTED}\b.*{ELLIPSIS}\s*[\])>]?\s*(?:\*/\}}?|-->)?\s*$", re.IGNORECASE
    ),
    re.compile(
        rf"{COMMENT}\s*[\[(<]?\s*(?:the\s+)?(?:rest|remainder) (?:of|is|remains|stays|unchanged|goes|here)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{COMMENT}\s*[\[(<]?\s*(?:the\s+)?(?:existing|remaining|previous|original|other) "
        rf"(?:(?!(?:is|are)\b)\w+ ){{0,3}}{CODE}\b(?:(?<=code) (?:to|for)(?: \w+){{1,4}}|{TAIL}){END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{COMMENT}.*\b{CODE}\b.*\b(?:remains?|is|are|stays?)\s+(?:the same|unchanged|as before|as is)\b{TAIL}{END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{COMMENT}\s*[\[(<]?\s*(?:(?:add |put |insert |write )?(?:your|actual|real) (?:\w+ )?"
        r"(?:code|implementation|logic)|"
        r"implementation (?:goes )?here|todo:?\s+implement|omitted for brevity|for brevity|"
        r"(?:same|unchanged) (?:as|in|from) (?:the )?(?:before|above|original|previous))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{COMMENT}\s*[\[(<]?\s*(?:implement(?:ation)? (?:this|here|details|me|as)|same|unchanged|omitted)\b"
        rf"(?:\s+(?:{CODE}|parts?))?{TAIL}{END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{COMMENT}\s*[\[(<]?\s*implement (?:the (?:\w+ )?{CODE}|the (?:rest|remainder|actual|real|missing|remaining))\b",
        re.IGNORECASE,
    ),
)
FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*[\w+#-]*\s*\Z")


def leftover(language: str, new: str, old: str) -> str:
    """Return the first line of `new` that is no code and was not in `old`; "" when there is none."""
    known = {line.strip() for line in old.split("\n")}
    for line in new.split("\n"):
        plain = line.replace("</s>", "") if new.count("<s>") == new.count("</s>") else line
        if line.strip() in known or not line.strip():
            continue
        if any(pattern.search(line) for pattern in PLACEHOLDERS) or TURN_END.search(plain):
            return line.strip()
        if FENCE.match(line) and language != "markdown" and not _in_string(language, new, line):
            return line.strip()
    if language == "python":
        return _stub(new, old)
    return _bare_word(language, new, old) or _lost_body(language, new, old)


def _in_string(language: str, text: str, line: str) -> bool:
    tree = grammar.parse_once(language, text)
    at = text.index(line)
    if tree is None:
        return False
    node = tree.root.descendant_for_byte_range(tree.to_byte(at), tree.to_byte(at + len(line)))
    while node is not None:
        if "string" in node.type or grammar.is_comment(node):
            return True
        node = node.parent
    return False


def _stub(new: str, old: str) -> str:
    """An `...`, a lone word or data, or an unfinished body where the old code had a body."""
    before, after = python_source.parse(old), python_source.parse(new)
    if before is None or after is None:
        return ""
    stubs = {node.name for node in python_source.definitions(before) if _is_stub(node)}
    complete = {node.name for node in python_source.definitions(before)} - stubs
    for node in python_source.definitions(after):
        if node.name in complete and _is_stub(node):
            return f"the empty body of {node.name}"
    had = sum(map(_is_ellipsis, ast.walk(before)))
    ellipses = [node for node in ast.walk(after) if _is_ellipsis(node)]
    in_stubs = {id(s) for node in python_source.definitions(after) if _is_stub(node) for s in node.body}
    if len([node for node in ellipses if id(node) not in in_stubs]) > had:
        return "..."
    bare = [s.value for s in after.body if isinstance(s, ast.Expr)]
    words = [
        ast.unparse(value) for value in bare if isinstance(value, (ast.Name, ast.Dict, ast.List, ast.Set))
    ]
    return next((word for word in words if word not in old), "")


def _is_ellipsis(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _is_stub(node: python_source.Definition) -> bool:
    body = node.body[1:] if python_source.docstring_of(node) is not None else node.body
    return all(isinstance(statement, ast.Pass) or _is_ellipsis(statement) for statement in body)


def _bare_word(language: str, new: str, old: str) -> str:
    """A statement that is a name alone: "Sure"."""
    tree = grammar.parse_once(language, new)
    for node in tree.root.children if tree is not None else ():
        if node.type == "expression_statement" and node.named_child_count == 1:
            child = node.named_children[0]
            name = grammar.text_of(child)
            is_value = language == "rust" and node.next_named_sibling is None and new.count(name) > 1
            if child.type in ("identifier", "non_null_expression") and name not in old and not is_value:
                return grammar.text_of(node)
    return ""


def _lost_body(language: str, new: str, old: str) -> str:
    """A function that is only declared, as an answer that was cut off leaves it."""
    before, after = grammar.parse_once(language, old), grammar.parse_once(language, new)
    if before is None or after is None:
        return ""
    had = {scope.name for scope in before.scopes() if scope.body is not None and scope.name}
    has = {scope.name for scope in after.scopes() if scope.body is not None}
    lost = [s.name for s in after.scopes() if s.body is None and s.name in had and s.name not in has]
    return f"{lost[0]} without a body" if lost else ""
