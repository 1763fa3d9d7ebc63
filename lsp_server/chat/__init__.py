"""Turns and attached code in, messages that fit the context window out. Knows no engine and no LSP."""

from __future__ import annotations

from lsp_server.chat.attachments import AttachedCode
from lsp_server.chat.prompt import ChatPrompt, build_chat

__all__ = ["AttachedCode", "ChatPrompt", "build_chat"]
