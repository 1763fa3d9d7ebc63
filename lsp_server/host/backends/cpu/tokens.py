"""Text to token ids, for a model whose users put untrusted text into prompts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from functools import lru_cache

from lsp_server.host.backends.cpu.listener import Listener

KEPT = 64
"""Texts whose ids are remembered: what is counted, then warmed, then asked is tokenised once."""


class Tokeniser:
    """The model's own tokeniser and chat template."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._known = lru_cache(KEPT)(self._asked)

    def encode(self, text: str) -> list[int]:
        """Ids of plain text: what looks like a special token stays text."""
        return self._ids(text, special=False, start=False)

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """Ids of messages under the chat template, ready for the assistant's turn.

        Only the template's own special tokens are parsed. Contents that spell none, nearly all, are tokenised together
        with the template, exactly as the model was trained; others apart from it, so that they cannot close their turn.
        """
        if not any(self._spells_special(message["content"]) for message in messages):
            return self._ids(self._render(messages), special=True, start=True)
        nonce = secrets.token_hex(8)
        marked = [{**message, "content": f"[{nonce}:{n}]"} for n, message in enumerate(messages)]
        parts = re.split(rf"\[{nonce}:(\d+)\]", self._render(marked))
        ids: list[int] = []
        for n, part in enumerate(parts):
            if n % 2:
                ids += self.encode(messages[int(part)]["content"])
            else:
                ids += self._ids(part, special=True, start=n == 0)
        return ids

    def _spells_special(self, text: str) -> bool:
        return self._ids(text, special=True, start=False) != self.encode(text)

    def _render(self, messages: Sequence[dict[str, str]]) -> str:
        return str(self._listener.post("/apply-template", {"messages": list(messages)})["prompt"])

    def _ids(self, text: str, *, special: bool, start: bool) -> list[int]:
        """`start`: at the beginning of a prompt, where some models want a token of their own."""
        return list(self._known(text, special, start)) if text or start else []

    def _asked(self, text: str, special: bool, start: bool) -> tuple[int, ...]:
        body = {"content": text, "add_special": start, "parse_special": special}
        return tuple(int(token) for token in self._listener.post("/tokenize", body)["tokens"])
