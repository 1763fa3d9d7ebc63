"""A text and somebody who types into it at random, for races against a pending edit."""

from __future__ import annotations

import random

from lsp_server.document import Span

BASE = '''"""Module."""
import os
import sys

X = 1


def first(a, b):
    total = a + b
    return total


class Box:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
        return self


class Bag:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
        return self


def last():
    return os.path.join("a", "b")
'''
TYPED = (
    "x",
    "  ",
    "\n",
    "\n\n",
    "y = 2\n",
    "# note\n",
    "    pass\n",
    "😀",
    "\r\n",
    "(",
    '"""',
    "def new():\n    return 1\n\n\n",
)


class Typist:
    """Types at random, and knows where a span of the first text is after it."""

    def __init__(self, text: str, span: Span, seed: int) -> None:
        self.text, self.start, self.end = text, span.start, span.end
        self.touched = False
        self.random = random.Random(seed)

    def type(self) -> None:
        at = self.random.randrange(len(self.text) + 1)
        kind = self.random.choice(("insert", "insert", "delete", "line", "paste"))
        if kind == "insert":
            self.replace(at, at, self.random.choice(TYPED))
        elif kind == "delete":
            self.replace(at, min(at + self.random.randrange(1, 30), len(self.text)), "")
        else:
            start = self.text.rfind("\n", 0, at) + 1
            end = self.text.find("\n", at) + 1 or len(self.text)
            if kind == "line":
                self.replace(start, end, "")
            else:
                where = self.text.find("\n", self.random.randrange(len(self.text) + 1)) + 1
                self.replace(where, where, self.text[start:end] * self.random.randrange(1, 4))

    def replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        by = len(text) - (end - start)
        if end < self.start or (end == self.start and start < end) or (start == end == self.start < self.end):
            self.start, self.end = self.start + by, self.end + by
        elif start < self.end or start == end == self.start == self.end:
            self.touched = True
