"""Judges answers independently of the product's own checks: nothing here is imported from `edits` but its data types."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from pathlib import Path

from lsp_server.syntax.tree import Tree, parse

COMMENTS = {"comment", "line_comment", "block_comment", "doc_comment", "outer_doc_comment_marker"}


def parses(language: str, old: str, new: str) -> bool:
    """No more syntax errors than the old text had; for Python also its own parser agrees."""
    if language == "python":
        try:
            ast.parse(new)
        except (SyntaxError, ValueError):
            return False
    before, after = parse(language, old), parse(language, new)
    assert before is not None and after is not None
    return len(after.errors()) <= len(before.errors())


def code_unchanged(language: str, old: str, new: str) -> bool:
    """Equal but for documentation: Python's tree without docstrings, or the leaves that are no comments."""
    if language == "python":
        return ast.dump(_without_docstrings(old)) == ast.dump(_without_docstrings(new))
    before, after = parse(language, old), parse(language, new)
    assert before is not None and after is not None
    return _leaves(before) == _leaves(after)


def _without_docstrings(text: str) -> ast.Module:
    module = ast.parse(text)
    for node in ast.walk(module):
        if (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module))
            and ast.get_docstring(node, clean=False) is not None
        ):
            del node.body[0]
    return module


def _leaves(tree: Tree) -> list[str]:
    found: list[str] = []
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type in COMMENTS:
            continue
        if node.child_count:
            stack.extend(reversed(node.children))
        else:
            span = tree.span(node)
            found.append(tree.text[span.start : span.end])
    return found


def holds(text: str, expressions: tuple[str, ...], seconds: float = 10.0) -> bool:
    """Every expression is true in the module's namespace; run in a process of its own, in an empty folder."""
    body = "\n".join(f"assert ({expression}), {expression!r}" for expression in expressions)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "case.py").write_text(f"{text}\n\n{body}\n", "utf-8")
        try:
            done = subprocess.run(
                [sys.executable, "-I", "case.py"],
                cwd=folder,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def mentions(answer: str, words: tuple[str, ...]) -> bool:
    """The explanation contains at least one of the words, whatever the case."""
    lowered = answer.lower()
    return any(word.lower() in lowered for word in words)
