"""What differs between languages, as one table: grammar, definitions, imports, comments, documentation.

Grammars are imported when first asked for; one that is not installed counts as unknown, not as an error.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Query


@frozen
class DocStyle:
    """How a language documents a definition."""

    name: str
    """For the model: "Google-style docstring", "JSDoc comment"."""
    placement: Literal["inside", "above"]
    """Inside: the first statement of the body. Above: a comment before the definition."""
    opening: str
    """What begins the comment, on a line of its own unless empty."""
    line: str
    """What every line of text begins with."""
    closing: str


PYDOC = DocStyle("Google-style docstring", "inside", '"""', "", '"""')
JSDOC = DocStyle("JSDoc comment", "above", "/**", " * ", " */")
JAVADOC = DocStyle("Javadoc comment", "above", "/**", " * ", " */")
DOXYGEN = DocStyle("Doxygen comment", "above", "/**", " * ", " */")
GODOC = DocStyle("Go doc comment", "above", "", "// ", "")
RUSTDOC = DocStyle("Rust doc comment", "above", "", "/// ", "")


@frozen
class LanguageInfo:
    id: str
    """The LSP language id."""
    module: str
    """The package that carries the grammar, and `loader`, the function in it."""
    functions: tuple[str, ...]
    """Tree-sitter query patterns, each capturing a definition."""
    classes: tuple[str, ...]
    imports: frozenset[str]
    """Node types at the top level that bring names in."""
    doc: DocStyle
    line_comment: str
    fence: str
    loader: str = "language"
    wrappers: frozenset[str] = frozenset()
    """Parents that belong to a definition when it is alone in them: decorators, `export`, `const f =`."""
    leading: frozenset[str] = frozenset()
    """Siblings before a definition that belong to it: attributes, decorators."""
    comments: frozenset[str] = frozenset({"comment"})

    @property
    def query(self) -> str:
        """The definitions of a file, captured as @function and @class."""
        functions, classes = "".join(self.functions), "".join(self.classes)
        return functions.replace("DEFINITION", "function") + classes.replace("DEFINITION", "class")


def _nodes(*types: str, having: str = "") -> str:
    return "".join(f"({type_} {having}) @DEFINITION\n" for type_ in types)


def _valued(values: Sequence[str], parents: Sequence[str]) -> str:
    """Values that take their name from what they are assigned to."""
    return "".join(f"({parent}: ({value}) @DEFINITION)\n" for parent in parents for value in values)


PYTHON = LanguageInfo(
    id="python",
    module="tree_sitter_python",
    functions=(_nodes("function_definition"),),
    classes=(_nodes("class_definition"),),
    imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    doc=PYDOC,
    line_comment="#",
    fence="python",
    wrappers=frozenset({"decorated_definition"}),
)

_JS_NAMED = _nodes("function_declaration", "generator_function_declaration", "method_definition")
_JS_VALUES = ("arrow_function", "function_expression", "generator_function")
_JS_PARENTS = (
    "variable_declarator value",
    "assignment_expression right",
    "pair value",
    "export_statement value",
)
_JS_WRAPPERS = frozenset(
    {
        "export_statement",
        "variable_declarator",
        "lexical_declaration",
        "variable_declaration",
        "assignment_expression",
        "expression_statement",
        "pair",
        "field_definition",
        "public_field_definition",
        "ambient_declaration",
    }
)
JAVASCRIPT = LanguageInfo(
    id="javascript",
    module="tree_sitter_javascript",
    functions=(_JS_NAMED, _valued(_JS_VALUES, (*_JS_PARENTS, "field_definition value"))),
    classes=(_nodes("class_declaration"), _valued(("class",), _JS_PARENTS)),
    imports=frozenset({"import_statement"}),
    doc=JSDOC,
    line_comment="//",
    fence="javascript",
    wrappers=_JS_WRAPPERS,
    leading=frozenset({"decorator"}),
)
TYPESCRIPT = LanguageInfo(
    id="typescript",
    module="tree_sitter_typescript",
    loader="language_typescript",
    functions=(
        _JS_NAMED,
        _nodes("function_signature", "method_signature", "abstract_method_signature"),
        _valued(_JS_VALUES, (*_JS_PARENTS, "public_field_definition value")),
    ),
    classes=(
        _nodes(
            "class_declaration", "abstract_class_declaration", "interface_declaration", "enum_declaration"
        ),
        _valued(("class",), _JS_PARENTS),
    ),
    imports=frozenset({"import_statement", "import_alias"}),
    doc=JSDOC,
    line_comment="//",
    fence="typescript",
    wrappers=_JS_WRAPPERS,
    leading=frozenset({"decorator"}),
)
GO = LanguageInfo(
    id="go",
    module="tree_sitter_go",
    functions=(
        _nodes("function_declaration", "method_declaration"),
        "(short_var_declaration right: (expression_list (func_literal) @DEFINITION))\n",
        "(var_spec value: (expression_list (func_literal) @DEFINITION))\n",
    ),
    classes=(_nodes("type_spec"),),
    imports=frozenset({"package_clause", "import_declaration"}),
    doc=GODOC,
    line_comment="//",
    fence="go",
    wrappers=frozenset(
        {
            "expression_list",
            "short_var_declaration",
            "var_spec",
            "var_declaration",
            "type_declaration",
        }
    ),
)
RUST = LanguageInfo(
    id="rust",
    module="tree_sitter_rust",
    functions=(_nodes("function_item", "function_signature_item"),),
    classes=(_nodes("struct_item", "enum_item", "union_item", "trait_item", "impl_item"),),
    imports=frozenset({"use_declaration", "extern_crate_declaration"}),
    doc=RUSTDOC,
    line_comment="//",
    fence="rust",
    leading=frozenset({"attribute_item"}),
    comments=frozenset({"line_comment", "block_comment"}),
)
_C_RECORDS = ("struct_specifier", "union_specifier", "enum_specifier")
_C_WRAPPERS = frozenset({"type_definition", "declaration", "field_declaration"})
_C_IMPORTS = frozenset({"preproc_include"})
C = LanguageInfo(
    id="c",
    module="tree_sitter_c",
    functions=(_nodes("function_definition"),),
    classes=(_nodes(*_C_RECORDS, having="body: (_)"),),
    imports=_C_IMPORTS,
    doc=DOXYGEN,
    line_comment="//",
    fence="c",
    wrappers=_C_WRAPPERS,
)
CPP = LanguageInfo(
    id="cpp",
    module="tree_sitter_cpp",
    functions=(_nodes("function_definition"),),
    classes=(_nodes(*_C_RECORDS, "class_specifier", having="body: (_)"),),
    imports=_C_IMPORTS | {"using_declaration", "alias_declaration"},
    doc=DOXYGEN,
    line_comment="//",
    fence="cpp",
    wrappers=_C_WRAPPERS | {"template_declaration"},
)
JAVA = LanguageInfo(
    id="java",
    module="tree_sitter_java",
    functions=(_nodes("method_declaration", "constructor_declaration", "compact_constructor_declaration"),),
    classes=(
        _nodes(
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
            "annotation_type_declaration",
        ),
    ),
    imports=frozenset({"package_declaration", "import_declaration"}),
    doc=JAVADOC,
    line_comment="//",
    fence="java",
    comments=frozenset({"line_comment", "block_comment"}),
)


LANGUAGES: dict[str, LanguageInfo] = {
    info.id: info
    for info in (
        PYTHON,
        JAVASCRIPT,
        evolve(JAVASCRIPT, id="javascriptreact", fence="jsx"),
        TYPESCRIPT,
        evolve(TYPESCRIPT, id="typescriptreact", fence="tsx", loader="language_tsx"),
        GO,
        RUST,
        C,
        CPP,
        JAVA,
    )
}
ALIASES = {
    "py": "python",
    "js": "javascript",
    "jsx": "javascriptreact",
    "ts": "typescript",
    "tsx": "typescriptreact",
    "golang": "go",
    "rs": "rust",
    "c++": "cpp",
    "cuda-cpp": "cpp",
}
FENCES = {"plaintext": "text", "shellscript": "bash", "objective-c": "objectivec"}
"""Fence names of other languages whose LSP id is not what Markdown calls them."""


def info_for(language: str) -> LanguageInfo | None:
    """Return what is known of an LSP language id or a common alias of one."""
    return LANGUAGES.get(ALIASES.get(language, language))


def fence_name(language: str) -> str:
    """Return the name of a language after a code fence."""
    info = info_for(language)
    return info.fence if info else FENCES.get(language, language)


@frozen
class LoadedGrammar:
    grammar: Grammar
    definitions: Query = field(eq=False)


@cache
def load(module: str, loader: str, query: str) -> LoadedGrammar | None:
    """Import a grammar and compile its query; None when tree-sitter or the grammar is not installed."""
    try:
        from tree_sitter import Language, Query

        grammar = Language(getattr(importlib.import_module(module), loader)())
    except ImportError:
        return None
    return LoadedGrammar(grammar, Query(grammar, query))
