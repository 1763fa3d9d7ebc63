"""Notices when a model has begun to repeat itself without end, as small models do; the answer is then stopped.

Two kinds of circles: a piece that stands several times in a row, letter by letter; and prose whose sentences were all said
before, with a word changed here and there. Both are judged on what stands at the end of the text.
"""

from __future__ import annotations

import re

LONGEST = 400
"""Characters of the longest piece looked for."""
COPIES = 4
"""Times a piece must stand in a row; a piece of LONG characters or more only LONG_COPIES times."""
LONG, LONG_COPIES = 120, 3
LEAST = 240
"""Characters the repetition must cover in all: shorter runs occur in tables and dividers."""
STRIDE = 24
"""New characters between two looks."""

GRAM = 5
"""Words of the pieces by which a sentence is compared with what was said, as duplicate n-grams are in Rae et al. 2021,
"Scaling Language Models: Methods, Analysis & Insights from Training Gopher" (A1.1)."""
KNOWN = 0.9
"""Share of a sentence's words that lie in known pieces, from which on it was said before."""
RESTATED = 50
"""Words that sentences said before must have in all, one after the other: a summary repeats less."""

FENCE = "```"
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")


class Repetition:
    """Watches one answer."""

    def __init__(self, begun: str = "") -> None:
        """`begun` is what the answer goes on from: it may have opened a fenced block."""
        self._tail = ""
        self._unseen = 0
        self._prose = _Prose(begun)

    def found(self, delta: str) -> bool:
        """Take in more text; say whether it has become an endless repetition."""
        if self._prose.restates(delta):
            return True
        self._tail = (self._tail + delta)[-LONGEST * COPIES :]
        self._unseen += len(delta)
        if self._unseen < STRIDE:
            return False
        self._unseen = 0
        return repeats(self._tail)


def repeats(text: str) -> bool:
    """Whether `text` ends with one piece repeated often enough."""
    return _period(text) > 0


def said_once(text: str) -> str:
    """An answer that was stopped for its repetition, without it."""
    prose = _Prose()
    prose.restates(text + "\n")
    if prose.restated:
        text = text[: prose.fresh]
    elif (period := _period(text)) > 0:
        while text.endswith(text[-period:] * 2):
            text = text[:-period]
    return text.rstrip()


def _period(text: str) -> int:
    """Characters of the piece that `text` ends with over and over; 0 when it does not."""
    for period in range(1, min(LONGEST, len(text) // LONG_COPIES) + 1):
        copies = max(LONG_COPIES if period >= LONG else COPIES, -(-LEAST // period))
        length = period * copies
        if (
            length <= len(text)
            and text[-period] == text[-2 * period]
            and text.endswith(text[-period:] * copies)
        ):
            return period if text[-period:].strip() else 0
    return 0


class _Prose:
    """The sentences of one answer, outside of its fenced blocks."""

    def __init__(self, begun: str = "") -> None:
        self.fresh = 0
        """Characters up to the end of the last sentence that said something new."""
        self.restated = 0
        """Words since then, in sentences long enough to tell."""
        self._in_code = begun.count(FENCE) % 2 == 1
        self._read, self._rest = 0, ""
        """Characters of the sentences that have ended, and the one that has not."""
        self._known: set[tuple[str, ...]] = set()

    def restates(self, delta: str) -> bool:
        """Take in more text; say whether its last sentences were all said before."""
        self._rest += delta
        while (end := SENTENCE_END.search(self._rest)) is not None:
            sentence, self._rest = self._rest[: end.end()], self._rest[end.end() :]
            self._read += len(sentence)
            self._judge(sentence)
        return self.restated >= RESTATED

    def _judge(self, sentence: str) -> None:
        code, self._in_code = self._in_code, self._in_code != (sentence.count(FENCE) % 2 == 1)
        words = WORD.findall(sentence.lower())
        pieces = [tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)]
        old = {at + i for at, piece in enumerate(pieces) if piece in self._known for i in range(GRAM)}
        self._known.update(pieces)
        if code or (pieces and len(old) < KNOWN * len(words)):
            self.restated, self.fresh = 0, self._read
        elif pieces:
            self.restated += len(words)
