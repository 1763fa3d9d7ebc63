"""What an engine tells of itself, in words for the status bar's tooltip. Pure: the host's `details` in, lines out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_CHECKED = "not checked"
"""As docs/engine-http.md has it."""


def engine_facts(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a board as below; of the CPU engine whether it drafts what it copies, once that is known."""
    copying = details.get("copying", NOT_CHECKED)
    return board_facts(details) or (() if copying == NOT_CHECKED else (f"Copy-biased decoding: {copying}",))


def board_facts(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Chips and their state, the KV cache and how often it helped, the last answer, what is off; () without a board."""
    if not details.get("board"):
        return ()
    lines = [_chips(details)]
    if total := details.get("blocks_total"):
        lines.append(f"Memory for prompts: {details.get('blocks_used', 0)} of {total} blocks in use")
    if requests := details.get("requests"):
        lines.append(
            f"Requests that found their beginning in it: {details.get('prefix_hits', 0)} of {requests}"
        )
    if first := details.get("ttft_ms"):
        lines.append(f"First token of the last answer: after {first / 1000:.2f} s")
    if note := details.get("note"):
        lines.append(str(note))
    return tuple(lines)


def _chips(details: Mapping[str, Any]) -> str:
    chips = details.get("chips", 1)
    words = [f"{chips} chip" if chips == 1 else f"{chips} chips"]
    if temperature := details.get("temperature_c"):
        words.append(f"{temperature:.0f} °C")
    if power := details.get("power_w"):
        words.append(f"{power:.0f} W")
    return f"Board: {details['board']}, {', '.join(words)}"
