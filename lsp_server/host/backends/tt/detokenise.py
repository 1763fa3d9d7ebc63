"""Token ids to text, a delta at a time: never half a character, never a piece of a stop string."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsp_server.host.stop_strings import StopStrings

REPLACEMENT = "\ufffd"
CONTEXT = 8
"""Tokens of the prompt that are enough to tell how the first one behind it reads."""


class Detokeniser:
    """Decodes a short tail of ids with its left context, since how a token reads can depend on the one before.

    The first token's context is the prompt's end: SentencePiece drops the space a text begins with, and an answer that
    was begun for the model, or is resumed, does not begin there.
    """

    def __init__(
        self, decode: Callable[[Sequence[int]], str], stop: Sequence[str], prompt: Sequence[int] = ()
    ) -> None:
        self._decode = decode
        self._stop = StopStrings(stop)
        self._ids = list(prompt[-CONTEXT:])
        if decode(self._ids).endswith(REPLACEMENT):
            self._ids = []
        self._context = 0
        """First id that is decoded."""
        self._read = len(self._ids)
        """First id whose text was not taken yet."""

    @property
    def stopped(self) -> bool:
        """A stop string was met; nothing more may be shown."""
        return self._stop.met

    def push(self, token: int) -> str:
        """The text that can be shown now that `token` is known."""
        self._ids.append(token)
        before = self._decode(self._ids[self._context : self._read])
        after = self._decode(self._ids[self._context :])
        if after.endswith(REPLACEMENT) or len(after) < len(before):
            return ""
        if len(after) > len(before):
            # A special token has no text, and would be no context for the next.
            self._context = self._read
        self._read = len(self._ids)
        return self._stop.push(after[len(before) :])

    def flush(self) -> str:
        """Everything still held, at the end of an answer."""
        before = self._decode(self._ids[self._context : self._read])
        rest = self._decode(self._ids[self._context :])[len(before) :]
        self._context = self._read = len(self._ids)
        return self._stop.push(rest) + self._stop.flush()
