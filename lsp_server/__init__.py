"""TT Coding Assistant: a language server and an engine host for a local coding model."""

__version__ = "0.1.0"
