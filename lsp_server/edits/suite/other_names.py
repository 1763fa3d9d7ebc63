"""Helpers of a reply's tests beside those of the test file: in languages other than Python, two of a name do not compile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsp_server.edits import grammar
from lsp_server.edits.extract import cut
from lsp_server.errors import EditRefused

LANGUAGES = re.compile(r"(?:java|type)script(?:react)?|go|rust")
"""Where top-level names are told by the grammar, and may not be given twice."""
PARTS = re.compile(r".*(?:declarator|_spec|_spec_list)")
NAMES = ("identifier", "type_identifier")


def apart(language: str, body: str, existing: str) -> str:
    """The reply's tests without helpers that the file has word for word, and with other names for those it has otherwise."""
    if not LANGUAGES.fullmatch(language):
        return body
    there = {name: _words(node) for node, name in _named(language, existing)}
    repeated = [node for node, name in _named(language, body) if there.get(name) == _words(node)]
    tree = grammar.parse_once(language, body)
    if tree is not None and repeated:
        starts = {node.start_byte for node in repeated}
        nodes = [node for node in tree.root.children if node.start_byte in starts]
        body = cut(body, tree, [one for node in nodes for one in _with_attributes(node)])
    for name in dict.fromkeys(name for _, name in _named(language, body) if name in there):
        body = _renamed(language, body, name, f"{existing}\n{body}")
    return body


def _named(language: str, code: str) -> list[tuple[grammar.Node, str]]:
    """The top-level definitions and each name they give."""
    tree = grammar.parse_once(language, code)
    tops = tree.root.children if tree is not None else []
    return [(node, name) for node in tops if node.type != "method_declaration" for name in _names(node)]


def _names(node: grammar.Node) -> Iterator[str]:
    own = node.children_by_field_name("name")
    yield from (grammar.text_of(name) for name in own if name.type in NAMES)
    if not own:
        for child in node.named_children:
            if PARTS.fullmatch(child.type):
                yield from _names(child)


def _words(node: grammar.Node) -> str:
    return " ".join(grammar.text_of(node).split()).rstrip(";")


def _with_attributes(node: grammar.Node) -> Iterator[grammar.Node]:
    above: grammar.Node | None = node
    while above is not None and (above is node or above.type == "attribute_item"):
        yield above
        above = above.prev_sibling


def _renamed(language: str, body: str, name: str, taken: str) -> str:
    """The code with another name for `name`; refused where one of its places may mean something else."""
    tree = grammar.parse_once(language, body)
    leaves = [n for n in grammar.walk(tree.root) if grammar.text_of(n) == name] if tree is not None else []
    places = [node for node in leaves if node.type in NAMES and not _is_member(node)]
    if tree is None or any(_is_key(node) for node in leaves) or re.search(rf"\{{{re.escape(name)}\b", body):
        raise EditRefused(f"`{name}` is something else in the test file already; use another name.")
    new = next(f"{name}{n}" for n in range(2, 1000) if not re.search(rf"\b{re.escape(name)}{n}\b", taken))
    for span in sorted((tree.span(node) for node in places), key=lambda span: -span.start):
        body = body[: span.start] + new + body[span.end :]
    return body


def _is_member(node: grammar.Node) -> bool:
    """Whether it follows a dot where the grammar does not say so: in the arguments of a Rust macro."""
    return node.prev_sibling is not None and node.prev_sibling.type == "."


def _is_key(node: grammar.Node) -> bool:
    """Whether it names a field and a variable at once, or may do so."""
    around = node.parent.parent if node.parent is not None else None
    return "shorthand" in node.type or (around is not None and around.type == "keyed_element")
