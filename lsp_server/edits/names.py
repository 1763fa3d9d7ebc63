"""Undefined names of Python code, by Python's own scope analysis (`symtable`)."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import warnings

from attrs import frozen

from lsp_server.edits import python_source

ALWAYS = frozenset(dir(builtins)) | {
    "__annotations__",
    "__builtins__",
    "__file__",
    "__module__",
    "__path__",
    "__qualname__",
    "BaseExceptionGroup",
    "EncodingWarning",
    "ExceptionGroup",
    "PythonFinalizationError",
    "WindowsError",
    "aiter",
    "anext",
}
"""Names that need no definition, those of Pythons newer than this one included."""
STAR = re.compile(r"^\s*from\s+\S+\s+import\s+\*", re.MULTILINE)
POSTPONED = re.compile(r"^from\s+__future__\s+import\s+[^\n]*\bannotations\b", re.MULTILINE)


@frozen
class Names:
    bound: frozenset[str]
    """At module level."""
    used: frozenset[str]
    """As globals, in any scope."""
    anywhere: frozenset[str]
    """Every name bound in any scope."""


def analyse(text: str) -> Names | None:
    """Return the names of a module's text; None when it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(text.removeprefix("\ufeff"), "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound: set[str] = set()
    used: set[str] = set()
    anywhere: set[str] = set()
    waiting = [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if binds or symbol.is_parameter():
                anywhere.add(symbol.get_name())
            if table is top or symbol.is_global():
                if binds:
                    bound.add(symbol.get_name())
                if symbol.is_referenced():
                    used.add(symbol.get_name())
    return Names(frozenset(bound), frozenset(used), frozenset(anywhere))


def introduced(rest: str, old: str, new: str) -> set[str] | None:
    """Names that are undefined with `new` beside `rest` and were not with `old`; None when it cannot be told.

    `rest` is the module without the statements `old` that become `new`.
    """
    if STAR.search(rest) or STAR.search(new):
        return None
    around, before, after = analyse(rest), analyse(old), analyse(new)
    if around is None or before is None or after is None:
        return None
    if POSTPONED.search(rest) or POSTPONED.search(new):
        before, after = _with_annotations(before, old), _with_annotations(after, new)
    known = around.bound | ALWAYS
    missing_before = (around.used | before.used) - known - before.bound
    missing_after = (around.used | after.used) - known - after.bound
    return set(missing_after - missing_before)


def _with_annotations(names: Names, text: str) -> Names:
    """Count names in annotations, which `symtable` leaves out where they are postponed."""
    tree = python_source.parse(text)
    used: set[str] = set()
    for node in ast.walk(tree) if tree is not None else ():
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for part in parts:
            if isinstance(part, ast.expr):
                used |= {name.id for name in ast.walk(part) if isinstance(name, ast.Name)}
    return Names(names.bound, names.used | (used - names.anywhere), names.anywhere)
