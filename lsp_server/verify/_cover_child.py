"""Which statements of a function were run by calls that gave an answer, and not only by ones that raised.

Part of `_compare_child`: standard library only, for the interpreter of any project.
"""

import ast

LEAST_EMPTY = 20
"""Inputs without an empty value that must have raised before that says anything."""
MUCH = 0.5
"""The share of a function's statements without which little of it was compared; half of that where most inputs raise."""


class Cover:
    """Counts the calls of one function and what they ran. A statement that raises on purpose needs no answer."""

    def __init__(self, text, function):
        (found,) = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == function]
        last = [n for n in found.body[-1:] if not isinstance(n, ast.Raise)]
        self.wanted = list(statements(found.body[:-1] + last))
        self.answered, self.tried = set(), set()
        self.calls, self.raised, self.full, self.full_raised = 0, 0, 0, 0

    def add(self, lines, raises, values):
        """Count a call with `values` that ran the lines."""
        full = not any(hasattr(one, "__len__") and not len(one) for one in values)
        self.calls += 1
        self.raised += raises
        self.full += full
        self.full_raised += full and raises
        ran = self.tried if raises else self.answered
        if not lines <= ran:
            ran |= lines

    def reason(self):
        """Why the calls say little; "" when they say enough."""
        if self.raised == self.calls:
            return "every input that was made up raises an error"
        if LEAST_EMPTY <= self.full == self.full_raised:
            return "its inputs could not be made up: all but empty ones raise"
        missed = [span for span in self.wanted if not self.answered & span]
        stuck = [span for span in missed if self.tried & span]
        least = MUCH / 2 if self.raised * 2 > self.calls else MUCH
        if stuck and len(missed) >= least * len(self.wanted):
            return f"its inputs could not be made up: {self.raised:,} of {self.calls:,} raise before most of it is run"
        return ""


def statements(body):
    """The lines of each statement (of a compound one, those of its head), without the blocks that end by raising."""
    if not body or isinstance(body[-1], ast.Raise):
        return
    for node in body:
        if isinstance(node, (ast.Global, ast.Nonlocal, ast.Pass)) or is_text(node):
            continue
        inner = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
        if not isinstance(node, ast.Try):
            last = inner[0][0].lineno - 1 if inner[0] else node.end_lineno
            yield set(range(node.lineno, max(node.lineno, last) + 1))
        for block in inner:
            yield from statements(block)


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
