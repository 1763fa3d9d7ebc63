"""Token ids to text, a delta at a time: never half a character, never a piece of a stop string."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsp_server.host.stop_strings import StopStrings

REPLACEMENT = "\ufffd"


class Detokeniser:
    """Decodes a short tail of ids with its left context, since how a token reads can depend on the one before."""

    def __init__(self, decode: Callable[[Sequence[int]], str], stop: Sequence[str]) -> None:
        self._decode = decode
        self._stop = StopStrings(stop)
        self._ids: list[int] = []
        self._context = 0
        """First id that is decoded."""
        self._read = 0
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
        self._context, self._read = self._read, len(self._ids)
        return self._stop.push(after[len(before) :])

    def flush(self) -> str:
        """Everything still held, at the end of an answer."""
        before = self._decode(self._ids[self._context : self._read])
        rest = self._decode(self._ids[self._context :])[len(before) :]
        self._context = self._read = len(self._ids)
        return self._stop.push(rest) + self._stop.flush()
