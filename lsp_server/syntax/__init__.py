"""Syntax trees for context and edits: updated as the text is edited; they find scopes, and say whether text parses.

Knows tree-sitter and languages; knows no prompts, no edits, no LSP. Offsets are code points.
Where tree-sitter or a grammar is not installed, `parse` returns None and callers fall back to lines.
"""

from lsp_server.syntax.definitions import parameters
from lsp_server.syntax.languages import DocStyle, LanguageInfo, fence_name, info_for, title
from lsp_server.syntax.pieces import Pieces, pieces
from lsp_server.syntax.tree import Scope, Tree, is_in_function, once_per_tree, parse, parse_once, parse_part

__all__ = [
    "DocStyle",
    "LanguageInfo",
    "Pieces",
    "Scope",
    "Tree",
    "fence_name",
    "info_for",
    "is_in_function",
    "once_per_tree",
    "parameters",
    "parse",
    "parse_once",
    "parse_part",
    "pieces",
    "title",
]
