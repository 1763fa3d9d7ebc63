"""Server-sent events out of a stream of bytes, however it was cut. Pure."""

from __future__ import annotations


class EventParser:
    """Feed bytes, get the data of each complete event."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, received: bytes) -> list[str]:
        """The events that these bytes complete; half a line is kept for later."""
        lines = (self._rest + received).split(b"\n")
        self._rest = lines.pop()
        events: list[str] = []
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif not line and self._data:
                events.append(b"\n".join(self._data).decode("utf-8", errors="replace"))
                self._data.clear()
        return events
