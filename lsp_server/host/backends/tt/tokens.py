"""Text to token ids and back, and the ids that end a turn. Special tokens count only where the chat template puts them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lsp_server.host.backends import BackendError


class Text(Protocol):
    def encode(self, text: str) -> list[int]: ...
    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]: ...
    def decode(self, ids: Sequence[int]) -> str: ...

    @property
    def stop_ids(self) -> frozenset[int]: ...


class HubText:
    """A Hugging Face tokenizer. Text from a file or a user never becomes a special token."""

    def __init__(self, tokenizer: Any, stop_ids: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        stops = [*stop_ids, *getattr(tokenizer, "stop_tokens", ()), getattr(tokenizer, "eos_token_id", None)]
        self.stop_ids = frozenset(int(id) for id in stops if id is not None)
        specials = sorted({str(token) for token in _special_tokens(tokenizer)}, key=len, reverse=True)
        self._special = re.compile("|".join((*map(re.escape, specials), _SPELLED_MARKER)))

    def encode(self, text: str) -> list[int]:
        """Split inside every special token's spelling, so that it is read as letters."""
        ids: list[int] = []
        start = 0
        for match in self._special.finditer(text):
            ids += self._plain(text[start : match.start() + 1])
            start = match.start() + 1
        return ids + self._plain(text[start:])

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        if not getattr(self._tokenizer, "chat_template", True):
            raise BackendError(
                "This model has no chat template: it is a base model. Choose its Instruct version.",
                code="unsupported",
            )
        parts: list[str] = []

        def mark(text: str) -> str:
            return self._special.sub(lambda found: _marker(parts, found[0]), text)

        marked = [{**message, "content": mark(message["content"])} for message in messages]
        rendered = self._tokenizer.apply_chat_template(marked, add_generation_prompt=True, tokenize=False)
        return self._join(rendered, parts)

    def decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def _join(self, rendered: str, parts: Sequence[str]) -> list[int]:
        """Encode with the template's special tokens, and the marked spellings as letters."""
        ids: list[int] = []
        for index, piece in enumerate(_MARKER.split(rendered)):
            if index % 2:
                ids += self.encode(parts[int(piece)])
            elif piece:
                ids += self._plain(piece)
        return ids

    def _plain(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False)) if text else []


_MARKER = re.compile("\ue000tt(\\d+)\ue001")
_SPELLED_MARKER = "\ue000tt\\d+\ue001"
"""In a message it is letters as well."""


def _marker(parts: list[str], text: str) -> str:
    parts.append(text)
    return f"\ue000tt{len(parts) - 1}\ue001"


def _special_tokens(tokenizer: Any) -> Sequence[str]:
    added = getattr(tokenizer, "get_added_vocab", None)
    return [*getattr(tokenizer, "all_special_tokens", ()), *(added() if added is not None else ())]


ENDS = ("end_of_text", "eot_id", "eom_id")
"""Llama 3's end-of-turn tokens; not every release's tokenizer lists all of them as stops."""


class MetaText:
    """The Llama 3 tokenizer of a Meta checkpoint, which has no chat template of its own."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: Callable[[str], int] = lambda name: int(tokenizer.special_tokens[f"<|{name}|>"])
        ends = (tokenizer.special_tokens.get(f"<|{name}|>") for name in ENDS)
        self.stop_ids = frozenset(int(id) for id in (*tokenizer.stop_tokens, *ends) if id is not None)

    def encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, bos=False, eos=False))

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        ids = [self._ids("begin_of_text")]
        for message in messages:
            ids += [
                *self._header(message["role"]),
                *self.encode(message["content"].strip()),
                self._ids("eot_id"),
            ]
        return ids + self._header("assistant")

    def decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids)))

    def _header(self, role: str) -> list[int]:
        return [
            self._ids("start_header_id"),
            *self.encode(role),
            self._ids("end_header_id"),
            *self.encode("\n\n"),
        ]


def text_of(tokenizer: Any, stop_ids: Sequence[int]) -> Text:
    if hasattr(tokenizer, "apply_chat_template"):
        return HubText(tokenizer, stop_ids)
    return MetaText(tokenizer)
