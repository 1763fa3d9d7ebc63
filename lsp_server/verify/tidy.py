"""What a Python test file no longer needs once tests or assertions of it are gone: imports, values, headings.

Text in, text out; what the file held before is left alone.
"""

from __future__ import annotations

import ast
import re


def without_lines(text: str, gone: set[int]) -> str:
    """The text without some lines (from 0), and without comments that then stand above nothing."""
    lines = text.splitlines(keepends=True)
    for first in sorted(gone, reverse=True):
        last = next(n for n in range(first, len(lines) + 1) if n not in gone)
        if last < len(lines) and _is_code(lines[last]) and _indent(lines[last]) >= _indent(lines[first]):
            continue
        above = first - 1
        while above >= 0 and lines[above].lstrip().startswith("#"):
            gone = gone | {above}
            above -= 1
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def without_idle_values(text: str, names: frozenset[str]) -> str:
    """The named test functions without plain values that nothing reads."""
    while (tree := _parsed(text)) is not None:
        gone: set[int] = set()
        for test in tree.body:
            if isinstance(test, ast.FunctionDef) and test.name in names:
                idle = [s for n, s in enumerate(test.body) if _is_idle(s, test.body[n + 1 :])]
                if len(idle) < len(test.body):
                    gone.update(n for s in idle for n in range(s.lineno - 1, s.end_lineno or s.lineno))
        if not gone:
            break
        text = without_lines(text, gone)
    return text


def _is_idle(statement: ast.stmt, following: list[ast.stmt]) -> bool:
    """A literal given to a name that is given another value, or the end, before it is read."""
    if not isinstance(statement, ast.Assign) or not _is_literal(statement.value):
        return False
    if not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    waiting = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    for later in following:
        names = [node for node in ast.walk(later) if isinstance(node, ast.Name) and node.id in waiting]
        if any(not isinstance(node.ctx, ast.Store) for node in names):
            return False
        if isinstance(later, ast.Assign):
            waiting -= {node.id for node in names}
    return True


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def without_idle_imports(text: str, base: str) -> str:
    """The file without imports that nothing uses and that `base`, the file as it was, did not have."""
    tree = _parsed(text)
    if tree is None:
        return text
    used = set().union(*map(_names, ast.walk(tree)))
    lines = text.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or "*" in {a.name for a in node.names}:
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        written = "".join(lines[first:last])
        kept = [a for a in node.names if (a.asname or a.name.split(".")[0]) in used]
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if len(kept) == len(node.names) or written.strip() in base or future:
            continue
        node.names = kept
        end = written[len(written.rstrip("\r\n")) :]
        lines[first:last] = [ast.unparse(node) + end] if kept else []
    return "".join(lines).lstrip("\r\n") if not base else "".join(lines)


def _names(node: ast.AST) -> set[str]:
    """Names a node reads; a fixture is asked for by a parameter, or by a string of names."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.arg):
        return {node.arg}
    text = node.value if isinstance(node, ast.Constant) else None
    listed = isinstance(text, str) and re.fullmatch(r"\s*\w+(?:\s*,\s*\w+)*\s*", text)
    return set(re.findall(r"\w+", listed.group())) if listed else set()


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None
