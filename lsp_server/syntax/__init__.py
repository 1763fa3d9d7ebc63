"""Syntax trees for context and edits: parse once a version, find scopes, and say whether text parses.

Knows tree-sitter and languages; knows no prompts, no edits, no LSP. Offsets are code points (`document.Span`).
Where tree-sitter or a grammar is not installed, `parse` returns None and callers fall back to lines.
"""
