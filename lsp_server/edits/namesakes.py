"""Which definition of a document a new one means: not every one of that name, since methods, overloads and implementations
of other types share names."""

from __future__ import annotations

import re

from lsp_server import syntax
from lsp_server.document import Span
from lsp_server.edits import grammar

METHOD = re.compile(r"\(\s*(?:&?\s*(?:'\w+\s+)?(?:mut\s+)?self|cls)\b")
"""The first parameter that makes a function a method, in Python and Rust."""
MEMBER = re.compile(METHOD.pattern + r"|@(?:static|class)method\b|\bSelf\b")
RECEIVER = re.compile(r"func\s*\(\s*(?:\w+\s+)?\*?\s*(\w+)")
QUALIFIER = re.compile(r"(\w+)\s*(?:<[^()]*>)?\s*::\s*~?\s*\w+\s*\(")
FIELD = re.compile(r"(\w+)[?!]?\s*(?:\[[^\]]*\]\s*)?(?:(?<!:):(?!:)|=(?!=)|;|$)")
OVERLOADING = ("cpp", "java")


def namesake(tree: syntax.Tree, new: syntax.Tree, scope: syntax.Scope, cursor: Span) -> syntax.Scope | None:
    """The one definition that `scope` of `new` defines again: at the cursor, else at the top level, else the only one."""
    same = [old for old in tree.scopes() if old.name == scope.name and old.kind == scope.kind]
    same = [old for old in same if _identity(tree, old) == _identity(new, scope)]
    around = [old for old in same if old.span.start <= cursor.start and cursor.end <= old.span.end]
    top = [old for old in same if old.parent is None]
    if around:
        return around[-1]
    if len(top) == 1:
        return top[0]
    return same[0] if len(same) == 1 and not top and is_member(tree, same[0]) else None


def left_out(tree: syntax.Tree, old: syntax.Scope, new: syntax.Tree, scope: syntax.Scope) -> str:
    """The first member of a class that its new definition does not have; "" when it has all."""
    if old.kind != "class":
        return ""
    has = _definitions(new, scope)
    lost = [name for name in _definitions(tree, old) if name not in has]
    text = new.text[scope.span.start : scope.span.end]
    fields = [tree.text[span.start : span.end] for span in tree.data() if tree.innermost(span) == old]
    lost += [name for name in map(field_name, fields) if not re.search(rf"\b{re.escape(name)}\b", text)]
    return lost[0] if lost else ""


def field_name(declaration: str) -> str:
    """The name that a constant or field declares."""
    found = FIELD.search(declaration.partition("\n")[0])
    return found[1] if found else ""


def _definitions(tree: syntax.Tree, holder: syntax.Scope) -> list[str]:
    """The names of the methods and classes directly in a class."""
    inside = [scope for scope in tree.inside(holder.span) if scope.name and scope.parent is not None]
    return [scope.name for scope in inside if scope.parent is not None and scope.parent.span == holder.span]


def _identity(tree: syntax.Tree, scope: syntax.Scope) -> tuple[object, ...]:
    """What tells a definition from others of its name: whose it is, and where names are overloaded, what it takes."""
    header = tree.text[scope.header.start : scope.header.end]
    if scope.node.type == "impl_item":
        return (re.sub(r"\s", "", header),)
    if scope.kind == "class":
        return ()
    found = {"go": RECEIVER, "cpp": QUALIFIER}.get(tree.language)
    owner = found.search(header) if found is not None else None
    takes = _types(scope) if tree.language in OVERLOADING else ()
    return owner and owner[1], takes, is_member(tree, scope)


def is_member(tree: syntax.Tree, scope: syntax.Scope) -> bool:
    """Whether it can only be a member of a class, as its own text tells."""
    if tree.language in ("python", "rust"):
        return MEMBER.search(tree.text[scope.span.start : scope.header.end]) is not None
    return scope.node.type in ("method_definition", "method_declaration", "constructor_declaration")


def _types(scope: syntax.Scope) -> tuple[str, ...]:
    """The parameters without their names and defaults."""
    lists = (n for n in grammar.walk(scope.node) if re.fullmatch(r"(?:formal_)?parameter(?:s|_list)", n.type))
    taken = next(lists, None)
    names = "|".join(map(re.escape, syntax.parameters(scope.node)))
    found: list[str] = []
    for node in taken.named_children if taken is not None else ():
        written = re.sub(r"=.*|\bfinal\b", "", grammar.text_of(node), flags=re.DOTALL)
        if not node.is_extra:
            found.append(re.sub(rf"\s|\b(?:{names})\b(?!.*\w)", "", written, flags=re.DOTALL))
    return tuple(found)
