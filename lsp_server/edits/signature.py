"""Whether new code keeps the public names and signatures of the code it replaces."""

from __future__ import annotations

import ast
import re

from lsp_server import syntax
from lsp_server.edits import grammar, python_source
from lsp_server.edits.python_source import DEFINITIONS, Definition

TYPING_ALIASES = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Type": "type",
}


def difference(language: str, old: str, new: str) -> str:
    """Say in words which public name or signature is lost or changed; "" when all are kept. Both texts are dedented."""
    if language == "python":
        before, after = python_source.parse(old), python_source.parse(new)
        return _body_difference(before.body, after.body) if before is not None and after is not None else ""
    return _header_difference(grammar.parse_once(language, old), grammar.parse_once(language, new))


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _body_difference(old: list[ast.stmt], new: list[ast.stmt], owner: str = "") -> str:
    replaced: dict[str, list[Definition]] = {}
    for node in _definitions(new):
        replaced.setdefault(node.name, []).append(node)
    left = {name: list(twins) for name, twins in replaced.items()}
    for node in _definitions(old):
        name = f"{owner}{node.name}"
        if node.name not in replaced and owner and is_private(node.name) and not _uses(new, node.name):
            continue
        changed = _taken(node, left.get(node.name, []), name)
        if changed:
            return changed
    lost = [name for name in _assigned(old) if name not in _assigned(new) and name not in replaced]
    lost = [name for name in lost if not is_private(name)]
    return f"`{owner}{lost[0]}` is gone" if lost and (owner or _definitions(old)) else ""


def _taken(old: Definition, twins: list[Definition], name: str) -> str:
    """Take from the new definitions of that name one that keeps what the old one had: a property's setter has twins."""
    differences = [_definition_difference(old, twin, name) for twin in twins]
    if not differences:
        return f"`{name}` is gone"
    if "" in differences:
        del twins[differences.index("")]
        return ""
    return differences[0]


def _uses(body: list[ast.stmt], attribute: str) -> bool:
    nodes = (node for statement in body for node in ast.walk(statement))
    return any(isinstance(node, ast.Attribute) and node.attr == attribute for node in nodes)


def _definitions(body: list[ast.stmt]) -> list[Definition]:
    return [node for node in body if isinstance(node, DEFINITIONS)]


def _assigned(body: list[ast.stmt]) -> list[str]:
    names: list[str] = []
    for node in body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        for target in targets:
            names += [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
    return names


def _definition_difference(old: Definition, new: Definition, name: str) -> str:
    if type(old) is not type(new):
        return f"`{name}` was {_kind(old)} and becomes {_kind(new)}"
    kept = {ast.dump(d) for d in new.decorator_list}
    missing = [ast.unparse(d) for d in old.decorator_list if ast.dump(d) not in kept]
    if missing:
        return f"`{name}` loses its decorator @{missing[0]}"
    if isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
        if [ast.dump(b) for b in (*old.bases, *old.keywords)] != [
            ast.dump(b) for b in (*new.bases, *new.keywords)
        ]:
            return f"the bases of `{name}` change"
        return _body_difference(old.body, new.body, f"{name}.")
    assert not isinstance(old, ast.ClassDef) and not isinstance(new, ast.ClassDef)
    return _arguments_difference(old, new, name)


def _kind(node: Definition) -> str:
    return {
        ast.ClassDef: "a class",
        ast.FunctionDef: "a function",
        ast.AsyncFunctionDef: "an async function",
    }[type(node)]


def _arguments_difference(
    old: ast.FunctionDef | ast.AsyncFunctionDef, new: ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> str:
    if _shape(old.args) != _shape(new.args):
        return (
            f"the parameters of `{name}` change from ({ast.unparse(old.args)}) to ({ast.unparse(new.args)})"
        )
    annotated = {a.arg: a.annotation for a in _parameters(new.args)}
    pairs = [(a.annotation, annotated[a.arg]) for a in _parameters(old.args)] + [(old.returns, new.returns)]
    for before, after in pairs:
        if before is not None and (after is None or _type(before) != _type(after)):
            now = ast.unparse(after) if after is not None else "none"
            return f"an annotation of `{name}` changes from {ast.unparse(before)} to {now}"
    return ""


def _parameters(args: ast.arguments) -> list[ast.arg]:
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *(a for a in (args.vararg, args.kwarg) if a)]


def _shape(args: ast.arguments) -> tuple[object, ...]:
    defaults = [ast.dump(d) if d is not None else None for d in (*args.defaults, *args.kw_defaults)]
    names = [[a.arg for a in group] for group in (args.posonlyargs, args.args, args.kwonlyargs)]
    return names, defaults, args.vararg and args.vararg.arg, args.kwarg and args.kwarg.arg


def _type(annotation: ast.expr) -> str:
    """An annotation as text, equal for spellings that mean the same."""
    text = ast.unparse(annotation).replace("typing.", "").strip("'\"")
    text = re.sub(r"\b(?:" + "|".join(TYPING_ALIASES) + r")\b", lambda m: TYPING_ALIASES[m.group()], text)
    optional = re.fullmatch(r"Optional\[(.*)\]", text)
    parts = [optional.group(1), "None"] if optional else re.split(r"\s*\|\s*", text)
    union = re.fullmatch(r"Union\[(.*)\]", text)
    if union and "[" not in union.group(1):
        parts = re.split(r"\s*,\s*", union.group(1))
    return "|".join(sorted(parts))


def _header_difference(old: syntax.Tree | None, new: syntax.Tree | None) -> str:
    if old is None or new is None:
        return ""
    known: dict[tuple[str, ...], list[str]] = {}
    bodies: set[tuple[str, ...]] = set()
    for scope in new.scopes():
        known.setdefault(_path(scope), []).append(_header(new, scope))
        bodies |= {_path(scope)} if scope.body is not None else set()
    for scope in old.scopes():
        if _is_local(scope):
            continue
        path = _path(scope)
        name = ".".join(path)
        if path not in known:
            return f"`{name}` is gone"
        if _header(old, scope) not in known[path]:
            return f"the signature of `{name}` changes"
        if scope.body is not None and path not in bodies:
            return f"`{name}` loses its body"
    return ""


def _path(scope: syntax.Scope) -> tuple[str, ...]:
    return (*_path(scope.parent), scope.name) if scope.parent is not None else (scope.name,)


def _is_local(scope: syntax.Scope) -> bool:
    """Inside a function, or without a name: nobody else can use it."""
    while scope.parent is not None:
        scope = scope.parent
        if scope.kind == "function":
            return True
    return not scope.name


def _header(tree: syntax.Tree, scope: syntax.Scope) -> str:
    text = tree.text[scope.header.start : scope.header.end]
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    return re.sub(r",(?=[)\]}>])", "", re.sub(r"\s+", "", text))
