"""One parsed text: its scopes, its errors, and offsets between tree-sitter's bytes and code points.

A text that is like one parsed before is not parsed from the start: tree-sitter is told what changed and keeps the rest.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property, wraps
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from attrs import field, frozen

from lsp_server.document import Span
from lsp_server.syntax import definitions
from lsp_server.syntax.difference import common_ends
from lsp_server.syntax.languages import LanguageInfo, LoadedGrammar, info_for, load
from lsp_server.syntax.recent import Recent

if TYPE_CHECKING:
    import tree_sitter

CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that do not begin a character."""
STEP = 1024
"""Code points between two entries of the offset table."""
READ = 1 << 15
"""Bytes that the parser asks for at a time, where other threads get their turn."""
SHORT = 1 << 14
"""Characters; up to here a text is parsed as fast as compared."""
KEPT_TREES = 8
KEPT_CHARACTERS = 8_000_000


@frozen
class Scope:
    """A function, method or class."""

    kind: Literal["function", "class"]
    name: str
    """Empty for an anonymous struct; "default" for an unnamed default export."""
    span: Span
    """With decorators, `export`, `const name =`, a leading template<> and attributes."""
    header: Span
    """The signature, without decorators, up to the body."""
    body: Span | None
    parent: Scope | None = field(eq=False, repr=False)
    node: tree_sitter.Node = field(eq=False, repr=False)
    """The definition itself, without what wraps it."""


def is_in_function(scope: Scope | None) -> bool:
    """Whether a scope is a function or lies in one."""
    while scope is not None and scope.kind != "function":
        scope = scope.parent
    return scope is not None


class Tree:
    """The syntax tree of one text. Offsets are code points."""

    def __init__(
        self,
        text: str,
        info: LanguageInfo,
        loaded: LoadedGrammar,
        like: Tree | None = None,
        part: Span | None = None,
    ) -> None:
        """Parse `text`, from the tree of a `like` text where there is one; the result is the same.

        What stands around an error depends on what was there before it, so that neither begins nor ends with one.
        """
        self.text = text
        self.part = part or Span(0, len(text))
        """What stands in the file; around it are the lines that open and close what holds it there."""
        self.language = info.id
        self.info = info
        self.derived: dict[object, Any] = {}
        """What `once_per_tree` functions made of this tree."""
        self._bytes = text.encode("utf-8", "surrogatepass")
        self._declarations = loaded.declarations
        updated = like is not None and not like.has_error
        self._tree = _parse_bytes(
            loaded, self._bytes, like._edited(self._bytes) if like and updated else None
        )
        if updated and self._tree.root_node.has_error:
            self._tree = _parse_bytes(loaded, self._bytes)
        self.root: tree_sitter.Node = self._tree.root_node
        self.has_error: bool = self.root.has_error

    def _edited(self, data: bytes) -> tree_sitter.Tree:
        """The syntax tree, told where `data` differs from its own text."""
        prefix, suffix = common_ends(self._bytes, data)
        while prefix > 0 and (_is_inside(self._bytes, prefix) or _is_inside(data, prefix)):
            prefix -= 1
        while _is_inside(data, len(data) - suffix):
            suffix -= 1
        old_end, new_end = len(self._bytes) - suffix, len(data) - suffix
        tree = self._tree.copy()
        tree.edit(
            prefix,
            old_end,
            new_end,
            _point(data, prefix),
            _point(self._bytes, old_end),
            _point(data, new_end),
        )
        return tree

    @cached_property
    def _table(self) -> list[int]:
        """Byte offset of every STEP-th code point; empty where bytes and code points are the same."""
        if len(self._bytes) == len(self.text):
            return []
        lengths = (
            len(self.text[at : at + STEP].encode("utf-8", "surrogatepass"))
            for at in range(0, len(self.text) - STEP + 1, STEP)
        )
        return list(accumulate(lengths, initial=0))

    def to_byte(self, offset: int) -> int:
        if not self._table:
            return offset
        step, rest = divmod(offset, STEP)
        start = offset - rest
        return self._table[step] + len(self.text[start:offset].encode("utf-8", "surrogatepass"))

    def to_offset(self, byte: int) -> int:
        """Count the characters that begin before `byte`."""
        if not self._table:
            return byte
        step = bisect_right(self._table, byte) - 1
        piece = self._bytes[self._table[step] : byte]
        return step * STEP + len(piece.translate(None, CONTINUATION_BYTES))

    def span(self, node: tree_sitter.Node) -> Span:
        return Span(self.to_offset(node.start_byte), self.to_offset(node.end_byte))

    def node_at(self, offset: int) -> tree_sitter.Node | None:
        """The smallest node that holds the character at `offset`."""
        byte = self.to_byte(offset)
        return self.root.descendant_for_byte_range(byte, byte + 1)

    def errors(self) -> list[Span]:
        """Where the text does not parse: ERROR and MISSING nodes, in document order."""
        found: list[Span] = []
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                found.append(self.span(node))
            elif node.has_error:
                waiting += reversed(node.children)
        return found

    def is_whole(self, span: Span) -> bool:
        """Whether a span of the text is that of the file."""
        return self.part.start <= span.start and span.end <= self.part.end

    def scopes(self) -> list[Scope]:
        """Every function, method and class, in document order."""
        return self._scopes[bisect_left(self._starts, self.part.start) :]

    def imports(self) -> list[Span]:
        """Statements that bring names in and stand in no function."""
        return self._outside_functions("import")

    def data(self) -> list[Span]:
        """Constants, types and fields that stand in no function."""
        return self._outside_functions("data")

    def _outside_functions(self, capture: str) -> list[Span]:
        spans = sorted(
            (self.span(node) for node in self._captures.get(capture, ())), key=lambda span: span.start
        )
        return [
            span
            for span in spans
            if span.start >= self.part.start and not is_in_function(self.innermost(span))
        ]

    @cached_property
    def _captures(self) -> dict[str, list[tree_sitter.Node]]:
        from tree_sitter import QueryCursor

        return QueryCursor(self._declarations).captures(self.root)

    @cached_property
    def _scopes(self) -> list[Scope]:
        found: list[tuple[Span, Literal["function", "class"], tree_sitter.Node]] = []
        for kind in ("function", "class"):
            for node in self._captures.get(kind, ()):
                start, end = definitions.extent(node, self.info)
                found.append((Span(self.to_offset(start), self.to_offset(end)), kind, node))
        found.sort(key=lambda item: (item[0].start, -item[0].end))
        scopes: list[Scope] = []
        parent: Scope | None = None
        for span, kind, node in found:
            while parent is not None and parent.span.end < span.end:
                parent = parent.parent
            parent = self._scope(span, kind, node, parent)
            scopes.append(parent)
        return scopes

    def _scope(
        self, span: Span, kind: Literal["function", "class"], node: tree_sitter.Node, parent: Scope | None
    ) -> Scope:
        body = definitions.body(node)
        header = Span(
            self.to_offset(definitions.header_start(node, self.info)),
            self.to_offset(definitions.header_end(node, body)),
        )
        return Scope(
            kind, definitions.name(node), span, header, self.span(body) if body else None, parent, node
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [scope.span.start for scope in self._scopes]

    def innermost(self, span: Span) -> Scope | None:
        """The smallest scope that contains `span`; a cursor at its end counts as inside."""
        at = bisect_right(self._starts, span.start) - 1
        scope = self._scopes[at] if at >= 0 else None
        while scope is not None and scope.span.end < span.end:
            scope = scope.parent
        return scope

    def starting_at(self, offset: int) -> Scope | None:
        """The outermost scope that begins at `offset`."""
        at = bisect_left(self._starts, offset)
        found = at < len(self._starts) and self._starts[at] == offset
        return self._scopes[at] if found else None

    def inside(self, span: Span) -> list[Scope]:
        """The scopes that lie in `span`, in document order."""
        first, last = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        return [scope for scope in self._scopes[first:last] if scope.span.end <= span.end]


def _is_inside(data: bytes, at: int) -> bool:
    """Whether a character began before `at` and goes on."""
    return at < len(data) and data[at] in CONTINUATION_BYTES


def _point(data: bytes, at: int) -> tuple[int, int]:
    """Row and column as tree-sitter counts them, in bytes."""
    return data.count(b"\n", 0, at), at - (data.rfind(b"\n", 0, at) + 1)


def _parse_bytes(
    loaded: LoadedGrammar, data: bytes, edited: tree_sitter.Tree | None = None
) -> tree_sitter.Tree:
    """Parse; a long text is read by the piece, since the parser holds every other thread up in between."""
    from tree_sitter import Parser

    parser = Parser(loaded.grammar)
    source = data if len(data) <= READ else lambda at, _: data[at : at + READ]
    return parser.parse(source, edited) if edited else parser.parse(source)


_TREES: Recent[Tree] = Recent(KEPT_TREES, KEPT_CHARACTERS, alike=0.5)


def parse(language: str, text: str) -> Tree | None:
    """Parse a text, or return the tree of the same text; None for a language without an installed grammar."""
    return parse_part(language, text, Span(0, len(text)))


def parse_part(language: str, text: str, part: Span) -> Tree | None:
    """Parse a part of a file with what stands around it; kept like others."""
    info = info_for(language)
    known = _TREES.find(info.id, text) if info else None
    if known is None or known.part != part:
        known = parse_once(language, text, part)
        if known is not None:
            _TREES.add(known)
    return known


def parse_once(language: str, text: str, part: Span | None = None) -> Tree | None:
    """Parse a text that will not be asked for again, without pushing others out of what is kept."""
    info = info_for(language)
    loaded = load(info.module, info.loader, info.query) if info else None
    if info is None or loaded is None:
        return None
    like = _TREES.like(info.id, text) if len(text) > SHORT else None
    return Tree(text, info, loaded, like[0] if like else None, part)


D = TypeVar("D")


def once_per_tree(derive: Callable[[Tree], D]) -> Callable[[Tree], D]:
    """Keep what a function makes of a tree as long as the tree is kept."""

    @wraps(derive)
    def derived(tree: Tree) -> D:
        if derived not in tree.derived:
            tree.derived[derived] = derive(tree)
        found: D = tree.derived[derived]
        return found

    return derived
