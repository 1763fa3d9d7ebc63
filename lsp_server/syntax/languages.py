"""What differs between languages, as one table: grammar, definitions, imports, comments, documentation.

Grammars are imported when first asked for; one that is not installed counts as unknown, not as an error.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

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
    title: str
    """The language's name for people."""
    module: str
    """The package that carries the grammar, and `loader`, the function in it."""
    functions: tuple[str, ...]
    """Tree-sitter query patterns."""
    classes: tuple[str, ...]
    imports: frozenset[str]
    """Node types of statements that bring names in."""
    data: tuple[str, ...]
    """Patterns of constants, types and fields: what a file declares besides functions and classes."""
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
        """What a file declares, captured as @function, @class, @import and @data."""
        captures = {
            "function": self.functions,
            "class": self.classes,
            "import": (_nodes(*sorted(self.imports)),),
            "data": self.data,
        }
        return "".join(
            pattern.replace("CAPTURE", capture)
            for capture, patterns in captures.items()
            for pattern in patterns
        )


def _nodes(*types: str, having: str = "") -> str:
    return "".join(f"({type_} {having}) @CAPTURE\n" for type_ in types)


def _valued(values: Sequence[str], parents: Sequence[str]) -> str:
    """Values that take their name from what they are assigned to."""
    return "".join(f"({parent}: ({value}) @CAPTURE)\n" for parent in parents for value in values)


PYTHON = LanguageInfo(
    id="python",
    title="Python",
    module="tree_sitter_python",
    functions=(_nodes("function_definition"),),
    classes=(_nodes("class_definition"),),
    imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    data=(
        "(module (expression_statement (assignment)) @CAPTURE)\n",
        "(class_definition body: (block (expression_statement (assignment)) @CAPTURE))\n",
    ),
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
    title="JavaScript",
    module="tree_sitter_javascript",
    functions=(_JS_NAMED, _valued(_JS_VALUES, (*_JS_PARENTS, "field_definition value"))),
    classes=(_nodes("class_declaration"), _valued(("class",), _JS_PARENTS)),
    imports=frozenset({"import_statement"}),
    data=(
        "(program [(lexical_declaration) (variable_declaration)] @CAPTURE)\n",
        "(program (export_statement (lexical_declaration)) @CAPTURE)\n",
        _nodes("field_definition"),
    ),
    doc=JSDOC,
    line_comment="//",
    fence="javascript",
    wrappers=_JS_WRAPPERS,
    leading=frozenset({"decorator"}),
)
TYPESCRIPT = LanguageInfo(
    id="typescript",
    title="TypeScript",
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
    data=(
        "(program [(lexical_declaration) (variable_declaration)] @CAPTURE)\n",
        "(program (export_statement (lexical_declaration)) @CAPTURE)\n",
        _nodes("type_alias_declaration", "public_field_definition", "property_signature"),
    ),
    doc=JSDOC,
    line_comment="//",
    fence="typescript",
    wrappers=_JS_WRAPPERS,
    leading=frozenset({"decorator"}),
)
GO = LanguageInfo(
    id="go",
    title="Go",
    module="tree_sitter_go",
    functions=(
        _nodes("function_declaration", "method_declaration"),
        "(short_var_declaration right: (expression_list (func_literal) @CAPTURE))\n",
        "(var_spec value: (expression_list (func_literal) @CAPTURE))\n",
    ),
    classes=(_nodes("type_spec"),),
    imports=frozenset({"package_clause", "import_declaration"}),
    data=("(source_file [(const_declaration) (var_declaration)] @CAPTURE)\n", _nodes("field_declaration")),
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
    title="Rust",
    module="tree_sitter_rust",
    functions=(_nodes("function_item", "function_signature_item"),),
    classes=(_nodes("struct_item", "enum_item", "union_item", "trait_item", "impl_item"),),
    imports=frozenset({"use_declaration", "extern_crate_declaration"}),
    data=(_nodes("const_item", "static_item", "type_item", "field_declaration", "enum_variant"),),
    doc=RUSTDOC,
    line_comment="//",
    fence="rust",
    leading=frozenset({"attribute_item"}),
    comments=frozenset({"line_comment", "block_comment"}),
)
_C_RECORDS = ("struct_specifier", "union_specifier", "enum_specifier")
_C_WRAPPERS = frozenset({"type_definition", "declaration", "field_declaration"})
_C_DATA = (
    _nodes("preproc_def", "preproc_function_def", "field_declaration", "enumerator"),
    "(translation_unit [(declaration) (type_definition)] @CAPTURE)\n",
)
C = LanguageInfo(
    id="c",
    title="C",
    module="tree_sitter_c",
    functions=(_nodes("function_definition"),),
    classes=(_nodes(*_C_RECORDS, having="body: (_)"),),
    imports=frozenset({"preproc_include"}),
    data=_C_DATA,
    doc=DOXYGEN,
    line_comment="//",
    fence="c",
    wrappers=_C_WRAPPERS,
)
CPP = LanguageInfo(
    id="cpp",
    title="C++",
    module="tree_sitter_cpp",
    functions=(_nodes("function_definition"),),
    classes=(_nodes(*_C_RECORDS, "class_specifier", having="body: (_)"),),
    imports=frozenset({"preproc_include", "using_declaration", "alias_declaration"}),
    data=_C_DATA,
    doc=DOXYGEN,
    line_comment="//",
    fence="cpp",
    wrappers=_C_WRAPPERS | {"template_declaration"},
)
JAVA = LanguageInfo(
    id="java",
    title="Java",
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
    data=(_nodes("field_declaration", "enum_constant"),),
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


TITLES = {
    "plaintext": "text",
    "shellscript": "Bash",
    "csharp": "C#",
    "php": "PHP",
    "html": "HTML",
    "css": "CSS",
    "sql": "SQL",
    "json": "JSON",
    "yaml": "YAML",
    "xml": "XML",
    "objective-c": "Objective-C",
}


def info_for(language: str) -> LanguageInfo | None:
    """Return what is known of an LSP language id or a common alias of one."""
    return LANGUAGES.get(ALIASES.get(language, language))


def title(language: str) -> str:
    """Return the name of a language for people: "C++", "Ruby"."""
    info = info_for(language)
    return info.title if info else TITLES.get(language, language.title())


def fence_name(language: str) -> str:
    """Return the name of a language after a code fence."""
    info = info_for(language)
    return info.fence if info else FENCES.get(language, language)


@frozen
class LoadedGrammar:
    grammar: Grammar
    declarations: Query


@cache
def load(module: str, loader: str, query: str) -> LoadedGrammar | None:
    """Import a grammar and compile its query; None when tree-sitter or the grammar is not installed."""
    try:
        from tree_sitter import Language, Query

        grammar = Language(getattr(importlib.import_module(module), loader)())
    except ImportError:
        return None
    return LoadedGrammar(grammar, Query(grammar, query))
