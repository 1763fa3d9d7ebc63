"""Stop strings over streamed text. Pure."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Holds text back while its end could be the beginning of a stop string: all of it or none."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.met = False

    def push(self, text: str) -> str:
        """The text that can be shown now; "" while it is held back. After a stop string, what came before it."""
        if not self._stops:
            return text
        self._held += text
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.met = True
            return self._take(min(found))
        if any(self._held.endswith(stop[:n]) for stop in self._stops for n in range(1, len(stop))):
            return ""
        return self._take(len(self._held))

    def flush(self) -> str:
        """What is still held when the answer ends."""
        return "" if self.met else self._take(len(self._held))

    def _take(self, end: int) -> str:
        text, self._held = self._held[:end], ""
        return text
