"""A file as a row of trees: a long one is cut where code begins, and a piece that did not change stays parsed.

tree-sitter keeps most of a tree after an edit, but some grammars, Python's among them, look at every statement again.
A piece is parsed by itself, so that typing in one function costs what that function costs. It also keeps an open
bracket from reaching the code of other pieces. Where a cut is in a class, the piece is parsed with the lines that open
and close the class around it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, takewhile
from threading import Lock

from lsp_server.document import Span
from lsp_server.syntax.cuts import LONG, LOOK_AHEAD, TOP, Cut, Holder, cuts
from lsp_server.syntax.languages import LanguageInfo, LoadedGrammar, info_for, load
from lsp_server.syntax.recent import Recent
from lsp_server.syntax.tree import SHORT, Tree, parse, parse_part

LONG_NESTED = 100_000
NESTED = frozenset({"c", "cpp"})
"""Languages whose top-level code is often held by something, `#ifndef` or `namespace`, that a cut takes apart: their trees
are updated fast, so that only very long texts are cut."""
JOINED_CHARACTERS = 16_000
"""How long a piece with an error may become when it is joined with what follows."""
HEAD = 64
"""Characters that a piece and the one it was before an edit begin with alike."""
KEPT = 16
KEPT_CHARACTERS = 8_000_000


Held = tuple[Holder, int]
"""What holds the beginning of a piece, and how much of that held the beginning of the piece before, too."""


class Pieces:
    """The trees of one text, in its order; each is of the text between two cuts."""

    def __init__(
        self, language: str, text: str, trees: Sequence[Tree], held: Sequence[Held] = ((TOP, 0),)
    ) -> None:
        self.language = language
        self.text = text
        self.trees = trees
        self.held = held
        self.cuts = list(accumulate((tree.part.end - tree.part.start for tree in trees), initial=0))
        self.has_error = False
        """Pieces are updated from others with errors too: what an error reaches is in one piece."""
        self._joined: dict[tuple[int, int], Tree] = {}

    def around(self, span: Span) -> tuple[int, int]:
        """The pieces that hold a span, as a slice of `trees`."""
        last = len(self.trees) - 1
        first = min(bisect_right(self.cuts, span.start) - 1, last)
        return first, max(min(bisect_left(self.cuts, span.end), last + 1), first + 1)

    def outwards(self, span: Span) -> Iterator[tuple[int, int]]:
        """The pieces around a span, then those of every cut definition around it, the innermost first."""
        first, last = self.around(span)
        yield first, last
        while level := max(self._level(first), self._level(last)):
            if self._level(first) == level:
                while self.held[first][1] >= level:
                    first -= 1
                first -= 1
            if self._level(last) == level:
                last += 1
                while last < len(self.trees) and self.held[last][1] >= level:
                    last += 1
            yield first, last

    def _level(self, at: int) -> int:
        return self.held[at][0].level if at < len(self.trees) else 0

    def joined(self, first: int, last: int) -> Tree:
        """One tree of a slice of the pieces."""
        if last - first == 1:
            return self.trees[first]
        if (first, last) not in self._joined:
            after = self.held[last][0] if last < len(self.trees) else TOP
            text = self.text[self.cuts[first] : self.cuts[last]]
            tree = parse_part(self.language, *_between(self.held[first][0], text, after))
            assert tree is not None, "pieces have a grammar"
            self._joined[first, last] = tree
        return self._joined[first, last]

    def start(self, first: int) -> int:
        """Where in the file the text of a tree from that piece on would begin: what is put before it counts."""
        return self.cuts[first] - self.trees[first].part.start


def _between(before: Holder, text: str, after: Holder) -> tuple[str, Span]:
    """A part of a file between the lines that open what holds its beginning and those that close what is open at its end."""
    start = len(before.opening)
    return before.opening + text + after.closing, Span(start, start + len(text))


_PIECES: Recent[Pieces] = Recent(KEPT, KEPT_CHARACTERS, alike=0)
_CUTTING = Lock()
"""One long text at a time: the second who asks for the same one finds it done."""


def pieces(language: str, text: str) -> Pieces | None:
    """Parse a text in pieces, from those of a text like it; None for a language without an installed grammar."""
    info = info_for(language)
    if len(text) <= (LONG_NESTED if info and info.id in NESTED else LONG):
        tree = parse(language, text)
        return Pieces(tree.language, text, [tree]) if tree else None
    loaded = load(info.module, info.loader, info.query) if info else None
    if info is None or loaded is None:
        return None
    with _CUTTING:
        found = _PIECES.find(info.id, text)
        if found is None:
            like = _PIECES.like(info.id, text)
            found = recut(text, info, loaded, *like) if like else cut(text, info, loaded)
            _PIECES.add(found)
    return found


def cut(text: str, info: LanguageInfo, loaded: LoadedGrammar) -> Pieces:
    """Cut and parse a text."""
    parsed = list(_parsed(text, Cut(0, TOP), _Stock(info, loaded, ())))
    starts = [Cut(0, TOP), *(end for _, end in parsed)]
    return Pieces(
        info.id, text, [tree for tree, _ in parsed], [(start.holder, start.kept) for start in starts[:-1]]
    )


def recut(
    text: str, info: LanguageInfo, loaded: LoadedGrammar, like: Pieces, ends: tuple[int, int]
) -> Pieces:
    """What `cut` makes, from the pieces of a text that is alike at both `ends` for so many characters."""
    prefix, suffix = ends
    first = _undisturbed(like, prefix)
    last = bisect_left(like.cuts, len(like.text) - suffix)
    moved = len(text) - len(like.text)
    after = {start + moved: at for at, start in enumerate(like.cuts[last:-1], last)}
    trees, held = list(like.trees[:first]), list(like.held[: first + 1])
    start = Cut(like.cuts[first], held[first][0]) if first < len(like.trees) else Cut(len(text), TOP)
    for tree, end in _parsed(text, start, _Stock(info, loaded, like.trees[first:last])):
        trees.append(tree)
        held.append((end.holder, end.kept))
        at = after.get(end.at)
        if at is not None and like.held[at][0] == end.holder:
            trees += like.trees[at:]
            held += like.held[at + 1 :]
            break
    return Pieces(info.id, text, trees, held[: len(trees)])


def _undisturbed(like: Pieces, prefix: int) -> int:
    """How many of the first pieces would be cut the same in any text that begins with as many of the characters."""
    for at, tree in enumerate(like.trees):
        looked_at = LOOK_AHEAD + (JOINED_CHARACTERS if tree.has_error else 0)
        if like.cuts[at + 1] + looked_at > prefix:
            return at
    return len(like.trees)


class _Stock:
    """Where pieces come from: those of the text before when they are the same, else parsed, from a similar one."""

    def __init__(self, info: LanguageInfo, loaded: LoadedGrammar, trees: Sequence[Tree]) -> None:
        self.info = info
        self.loaded = loaded
        self._same = {(tree.text, tree.part): tree for tree in trees}
        self._similar = {_head(tree.text, tree.part): tree for tree in trees if len(tree.text) > SHORT}

    def peek(self, text: str, part: Span) -> Tree:
        """The tree of a piece, which is kept for when it is taken."""
        if (text, part) not in self._same:
            similar = self._similar.get(_head(text, part)) if len(text) > SHORT else None
            self._same[text, part] = Tree(text, self.info, self.loaded, similar, part)
        return self._same[text, part]

    def take(self, text: str, part: Span) -> Tree:
        """The tree of a piece; no two pieces have the same tree."""
        self.peek(text, part)
        return self._same.pop((text, part))


def _head(text: str, part: Span) -> str:
    return text[part.start : part.start + HEAD]


def _parsed(text: str, start: Cut, stock: _Stock) -> Iterator[tuple[Tree, Cut]]:
    """The pieces from a cut on, each with the cut behind it."""
    while start.at < len(text):
        behind = chain(cuts(text, start, stock.info, stock.loaded), [Cut(len(text), TOP)])
        end = next(behind)
        tree = stock.take(*_piece(text, start, end))
        if tree.has_error:
            tree, end = _sound(text, start, end, behind, stock) or (tree, end)
        yield tree, end
        start = end


def _piece(text: str, start: Cut, end: Cut) -> tuple[str, Span]:
    return _between(start.holder, text[start.at : end.at], end.holder)


def _sound(text: str, start: Cut, end: Cut, behind: Iterator[Cut], stock: _Stock) -> tuple[Tree, Cut] | None:
    """A longer piece without an error, where the cut at `end` was in a string or between brackets.

    Then the text behind the cut has an error too: otherwise the cut was right, and the code is unfinished.
    """
    far = start.at + JOINED_CHARACTERS
    ends = list(takewhile(lambda cut: cut.at <= far, behind))
    if not ends or not stock.peek(*_piece(text, end, ends[0])).has_error:
        return None
    kept = end.kept
    for longer in ends:
        kept = min(kept, longer.kept)
        if not stock.peek(*_piece(text, start, longer)).has_error:
            return stock.take(*_piece(text, start, longer)), Cut(longer.at, longer.holder, kept)
    return None
