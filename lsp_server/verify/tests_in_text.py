"""The tests in the text of a test file: what they are called, where they are, and the text without some of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsp_server.document import Span
from lsp_server.syntax.tree import Scope, Tree, parse

if TYPE_CHECKING:
    from tree_sitter import Node

SOME = "…"
"""In the name of a test, what is only known when it runs."""
SCRIPTS = {"javascript", "javascriptreact", "typescript", "typescriptreact"}
SEPARATORS = dict.fromkeys(SCRIPTS, " > ")
"""Between the parts of a qualified name; elsewhere "::"."""
TESTS, GROUPS = {"test", "it"}, {"describe", "suite", "context"}


def test_names(language: str, text: str) -> set[str]:
    """Qualified names of the tests in a file: functions named as tests, and calls such as `test("adds", …)`."""
    return set(_counted(language, text))


test_names.__test__ = False  # type: ignore[attr-defined]


def added_tests(language: str, text: str, base: str) -> frozenset[str]:
    """Names of tests that `text` has and `base` has not, or has less often."""
    return frozenset(_counted(language, text) - _counted(language, base))


def _counted(language: str, text: str) -> Counter[str]:
    tree = parse(language, text)
    return Counter(name for name, _ in tests_in(tree)) if tree is not None else Counter()


def drop_tests(language: str, text: str, names: frozenset[str], base: str = "") -> str:
    """Remove the named tests from a test file, and a class that holds nothing else; every other line stays.

    A test that `base` has word for word stays, too.
    """
    tree = parse(language, text)
    if tree is None:
        return text
    found = [span for name, span in tests_in(tree) if name in names]
    spans = [span for span in found if not base or text[span.start : span.end] not in base]
    for scope in tree.scopes():
        if scope.kind == "class" and _holds_only(tree, scope, spans):
            spans = [span for span in spans if not _within(span, scope.span)] + [scope.span]
    for span in sorted(spans, key=lambda s: -s.start):
        text = _without(text, span)
    return text


def _holds_only(tree: Tree, scope: Scope, spans: list[Span]) -> bool:
    """Whether a class would be left without a body: in Python that is no class."""
    inside = [span for span in spans if _within(span, scope.span)]
    methods = [s.span for s in tree.scopes() if s.parent is scope]
    return bool(inside) and all(any(_within(m, span) for span in inside) for m in methods)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _without(text: str, span: Span) -> str:
    """Cut the lines of a definition; what stood around it keeps the larger of the two distances."""
    end = "\r\n" if "\r\n" in text else "\n"
    start = text.rfind("\n", 0, span.start) + 1
    if text[start : span.start].strip():
        start = span.start
    above, below = text[:start].rstrip(), text[span.end :]
    below = below.lstrip(" \t;") if below.lstrip(" \t;")[:1] in ("\r", "\n", "") else below
    following = below.lstrip()
    if not following:
        return above + end if above else ""
    gaps = text[len(above) : start], below[: len(below) - len(following)]
    blank = max(gap.count("\n") for gap in gaps) - 1
    if above.endswith((":", "{")) or following.startswith("}"):
        blank = 0
    indent = gaps[1].rpartition("\n")[2]
    return (above + end * (max(blank, 0) + 1) if above else "") + indent + following


def tests_in(tree: Tree) -> Iterator[tuple[str, Span]]:
    """Qualified name and place of each test."""
    calls = list(_calls(tree)) if tree.language in SCRIPTS else []
    groups = [(text, span) for called, text, span in calls if called in GROUPS]
    groups += [(scope.name, scope.span) for scope in tree.scopes() if scope.kind == "class"]
    groups += _modules(tree) if tree.language == "rust" else []

    def qualified(name: str, span: Span) -> str:
        around = [group for group, outer in groups if _within(span, outer) and span != outer]
        return SEPARATORS.get(tree.language, "::").join([*around, name])

    groups.sort(key=lambda group: group[1].start)
    for scope in tree.scopes():
        if scope.kind == "function" and _is_test(tree, scope):
            yield qualified(scope.name, scope.span), scope.span
    for called, text, span in calls:
        if called in TESTS:
            yield qualified(text, span), span


def _is_test(tree: Tree, scope: Scope) -> bool:
    above = tree.text[scope.span.start : scope.header.start]
    if tree.language in SCRIPTS:
        return False
    if tree.language == "rust":
        return re.search(r"#\[[\w:]*test(?:_case)?\b", above) is not None
    if tree.language == "go":
        header = tree.text[scope.header.start : scope.header.end]
        return re.match(r"func Test(?![a-z])(?!Main\()", header) is not None
    named = scope.name.lower().startswith("test") or tree.language == "java"
    return named and not _is_part(tree, scope)


def _is_part(tree: Tree, scope: Scope) -> bool:
    """A function inside another one, or a fixture: named like a test, but run by none."""
    inside = scope.parent is not None and scope.parent.kind == "function"
    return inside or "fixture" in tree.text[scope.span.start : scope.header.start]


def _calls(tree: Tree) -> Iterator[tuple[str, str, Span]]:
    """Statements that call something of a test framework: what is called, the name given to it, and the place."""
    for node in _nodes(tree):
        if (
            node.type != "call_expression"
            or node.parent is None
            or node.parent.type != "expression_statement"
        ):
            continue
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if function is None or first is None:
            continue
        parts = re.findall(r"^\w+|(?<=\.)\w+", re.sub(r"[(`].*", "", _text(tree, function), flags=re.S))
        called = parts[-1] if parts and parts[-1] in GROUPS else parts[0] if parts else ""
        each = "each" in parts
        if first.type in ("string", "template_string"):
            yield called, _given(tree, first, each), tree.span(node.parent)
        elif each or len(parts) == 1:
            yield called, SOME, tree.span(node.parent)


def _given(tree: Tree, node: Node, each: bool) -> str:
    """The value of a string, with SOME for what is only known when it runs."""
    text = ""
    for part in node.named_children:
        if part.type == "template_substitution":
            text += SOME
        elif part.type == "escape_sequence":
            text += _value(_text(tree, part))
        else:
            text += _text(tree, part)
    text = re.sub(r"\s", " ", text)
    return re.sub(r"%[a-z#$]|\$[\w.]+", SOME, text) if each else text


def _value(escape: str) -> str:
    if code := re.fullmatch(r"\\(?:u\{?([0-9a-fA-F]+)\}?|x([0-9a-fA-F]{2}))", escape):
        return chr(int(code[1] or code[2], 16))
    return " " if escape[1:] in "nrtbfv" else escape[1:].strip("\r\n")


def _modules(tree: Tree) -> list[tuple[str, Span]]:
    found = [(node, node.child_by_field_name("name")) for node in _nodes(tree) if node.type == "mod_item"]
    return [(_text(tree, name), tree.span(node)) for node, name in found if name is not None]


def _nodes(tree: Tree) -> Iterator[Node]:
    stack = [tree.root]
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.children))
        yield node


def _text(tree: Tree, node: Node) -> str:
    span = tree.span(node)
    return tree.text[span.start : span.end]
