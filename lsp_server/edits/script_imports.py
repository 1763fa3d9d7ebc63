"""Imports of JavaScript and TypeScript, `import … from` and `const … = require(…)`, by the names they bind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from lsp_server import syntax
from lsp_server.edits import grammar

if TYPE_CHECKING:
    from tree_sitter import Node

NAME, QUOTED = r"[\w$]+", r"[\"'][^\"']+[\"']"
IMPORT = re.compile(
    rf"import\s+(type\s+(?!from\b))?(?:({NAME})\s*,?\s*)?(?:\*\s*as\s+({NAME})\s*)?(?:\{{([^}}]*)\}}\s*)?"
    rf"from\s*({QUOTED})([^;]*);?"
)
REQUIRE = re.compile(
    rf"(?:const|let|var)\s+(?:({NAME})|\{{([^}}]*)\}})\s*=\s*require\(\s*({QUOTED})\s*\)((?:\.{NAME})*)\s*;?"
)
DECLARATIONS = ("lexical_declaration", "variable_declaration")


@frozen
class ScriptImport:
    """One statement; of `require` the plain name is the default."""

    default: str
    namespace: str
    names: tuple[tuple[str, str], ...]
    """Imported and local name of each in braces; an imported one may begin with "type "."""
    module: str
    """In its quotes."""
    rest: str = ""
    """What stands behind the module: attributes, or members of what is required."""
    required: bool = False
    typed: bool = False

    @property
    def bound(self) -> set[str]:
        return {name for name in (self.default, self.namespace, *(own for _, own in self.names)) if name}

    def without(self, known: set[str]) -> ScriptImport:
        """The statement without names that are known; it may bind nothing then."""
        return evolve(
            self,
            default="" if self.default in known else self.default,
            namespace="" if self.namespace in known else self.namespace,
            names=tuple((name, own) for name, own in self.names if own not in known),
        )

    def written(self, *, required: bool) -> list[str]:
        """As statements with `require` or with `import`; what is said of members is left as it is."""
        if self.required and self.rest:
            required = True
        between = ": " if required else " as "
        pairs = [name if name == own else f"{name}{between}{own}" for name, own in self.names]
        braces = [f"{{ {', '.join(pairs)} }}"] if pairs else []
        whole = [self.default] if self.default else []
        if required:
            clauses = [*whole, *([self.namespace] if self.namespace else []), *braces]
            return [f"const {clause} = require({self.module}){self.rest};" for clause in clauses]
        clauses = [*whole, *([f"* as {self.namespace}"] if self.namespace else []), *braces]
        word = "import type" if self.typed else "import"
        return [f"{word} {', '.join(clauses)} from {self.module}{self.rest};"] if clauses else []


def read(line: str) -> ScriptImport | None:
    """Take a statement apart; None for one that binds nothing, or in another way."""
    line = line.strip()
    if (found := IMPORT.fullmatch(line)) is not None:
        typed, default, namespace, names, module, rest = found.groups()
        pairs = _pairs(names or "", r"\s+as\s+")
        return ScriptImport(default or "", namespace or "", pairs, module, rest.rstrip(), typed=bool(typed))
    if (found := REQUIRE.fullmatch(line)) is not None:
        default, names, module, rest = found.groups()
        if default and rest.count(".") == 1:
            return ScriptImport("", "", ((rest[1:], default),), module, required=True)
        return ScriptImport(default or "", "", _pairs(names or "", r"\s*:\s*"), module, rest, required=True)
    return None


def _pairs(names: str, between: str) -> tuple[tuple[str, str], ...]:
    found = [re.split(between, name.strip()) for name in names.split(",") if name.strip()]
    return tuple((parts[0], parts[-1].removeprefix("type ").strip()) for parts in found)


def nodes(tree: syntax.Tree) -> list[Node]:
    """Top-level statements that import, or only require."""
    return [node for node in tree.root.children if is_import(node)]


def is_import(node: Node) -> bool:
    if node.type in DECLARATIONS:
        return REQUIRE.fullmatch(grammar.text_of(node).strip()) is not None
    return node.type == "import_statement"


def missing(lines: tuple[str, ...], present: list[str]) -> list[str]:
    """The statements without names that those present, or earlier ones, bind already."""
    known = bound(present)
    have = {_normal(line) for line in present}
    kept: list[str] = []
    for line in lines:
        one = read(line)
        if one is None:
            kept += [line] if _normal(line) not in have else []
            continue
        left = one.without(known)
        known |= one.bound
        kept += [line] if left == one else left.written(required=one.required)
    return kept


def bound(lines: list[str]) -> set[str]:
    """The names that statements bind."""
    return {name for line in lines if (one := read(line)) is not None for name in one.bound}


def declared(language: str, text: str) -> set[str]:
    """The names that a file's top level gives a meaning to, imports or not."""
    tree = syntax.parse(language, text)
    tops = tree.root.children if tree is not None else []
    parts = [part for node in tops for part in (node, *node.named_children)]
    names = [
        part.child_by_field_name("name")
        for part in parts
        if part.type.endswith(("_declaration", "declarator"))
    ]
    leaves = [leaf for name in names if name is not None for leaf in grammar.walk(name)]
    own = {grammar.text_of(leaf) for leaf in leaves if "identifier" in leaf.type}
    return own | (bound([grammar.text_of(node) for node in nodes(tree)]) if tree is not None else set())


def requires(language: str, text: str) -> bool | None:
    """Whether a file requires rather than imports; None where it does neither."""
    tree = syntax.parse(language, text)
    found = {node.type for node in nodes(tree)} if tree is not None else set()
    return None if not found else "import_statement" not in found


def _normal(line: str) -> str:
    return re.sub(r"\s+", "", line).rstrip(";").replace("'", '"')
