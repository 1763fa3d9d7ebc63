"""Compare a refactored Python function with the old one on generated inputs, in the sandbox.

For functions at the top level of a module whose parameters are typed and which look pure. What cannot be compared is said,
never passed off as equal.
"""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Container
from pathlib import Path

from attrs import frozen

from lsp_server.verify import sandbox
from lsp_server.verify.project_copy import project_copy

CHILD = Path(__file__).with_name("_compare_child.py")
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "compile",
    "__import__",
    "globals",
    "breakpoint",
    "exit",
    "quit",
}
IMPURE_MODULES = {
    "os", "sys", "random", "time", "socket", "subprocess", "pathlib", "shutil", "secrets", "uuid", "requests",
    "httpx", "urllib", "threading", "asyncio", "logging", "tempfile",
}  # fmt: skip
IMPURE_METHODS = {
    "now",
    "today",
    "utcnow",
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
    "unlink",
    "mkdir",
}
INPUTS = 1_500


@frozen
class Comparison:
    compared: int
    """Inputs on which both versions were run; 0 when they could not be compared."""
    reason: str = ""
    """Why not, when `compared` is 0."""
    difference: str = ""
    """The first input on which they differ, in one sentence."""

    @property
    def equal(self) -> bool | None:
        """None when it could not be told."""
        return None if not self.compared else not self.difference


def comparable(source: str, function: str, recorded: Container[str] = ()) -> str:
    """Say why `function` of the module `source` cannot be compared; "" when it can.

    What is called in `recorded` may be used: it is seen when the function runs.
    """
    try:
        module = ast.parse(source)
    except SyntaxError:
        return "the file does not parse"
    found = [n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == function]
    if len(found) != 1:
        return "it is not one function at the top level of the module"
    own = _own_names(found[0])
    for node in (inner for statement in found[0].body for inner in ast.walk(statement)):
        if isinstance(node, ast.Global):
            return "it changes variables outside itself"
        if isinstance(node, ast.Name) and (node.id in own or node.id in recorded):
            continue
        used = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if used in (IMPURE_METHODS if isinstance(node, ast.Attribute) else IMPURE_CALLS | IMPURE_MODULES):
            return f"it uses `{used}`, so it may depend on more than its arguments"
    return ""


def _own_names(function: ast.FunctionDef) -> set[str]:
    """Its parameters and variables: one called `time` is not the module."""
    nodes = list(ast.walk(function))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}


async def compare(
    root: Path,
    path: Path,
    old: str,
    new: str,
    function: str,
    *,
    python: str,
    count: int = INPUTS,
    seed: int = 0,
) -> Comparison:
    """Run `function` of the module texts `old` and `new` (at `path`, below `root`) on `count` inputs.

    Raises EditRefused when the project is too large to copy.
    """
    reason = comparable(old, function) or comparable(new, function, recorded={"print"})
    if reason:
        return Comparison(0, reason)
    package = _import_root(root, path)
    context = project_copy(root, {path: old})
    copy = await asyncio.to_thread(context.__enter__)
    try:
        order = {
            "root": str(copy / package.relative_to(root)),
            "old": old,
            "new": new,
            "module": ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__"),
            "function": function,
            "count": count,
            "seed": seed,
        }
        file = copy.parent / "order.json"
        await asyncio.to_thread(file.write_text, json.dumps(order), "utf-8")
        variables = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        outcome = await sandbox.run(
            [python, str(CHILD), str(file)], cwd=copy, variables=variables, limits=sandbox.Limits(seconds=60)
        )
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
    return _read(outcome)


def _read(outcome: sandbox.Outcome) -> Comparison:
    if outcome.timed_out:
        return Comparison(0, "running it took too long")
    try:
        answer = json.loads(outcome.output.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return Comparison(0, "the module could not be run")
    found = answer.get("difference")
    told = (
        f"for {found['input']} the old code {found['old']} and the new one {found['new']}." if found else ""
    )
    return Comparison(answer["compared"], answer.get("reason", ""), told)


def _import_root(root: Path, path: Path) -> Path:
    """The folder from which the module's package is imported: above the last `__init__.py`, as Python's import system."""
    folder = path.parent
    while folder != root and (folder / "__init__.py").exists():
        folder = folder.parent
    return folder
