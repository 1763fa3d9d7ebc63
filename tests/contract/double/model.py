"""The double's model: logits are a hash of what the KV cache really holds, in order. Also the unpaged reference.

One wrong page, position or token anywhere before the last position changes every logit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

VOCABULARY = 512
BEGIN, HEADER, HEADER_END, END_OF_TURN, END_OF_TEXT, END_OF_MESSAGE = 504, 505, 506, 507, 508, 509
STOPS = (END_OF_TURN, END_OF_TEXT, END_OF_MESSAGE)
SPECIAL = {
    BEGIN: "<|begin_of_text|>",
    HEADER: "<|start_header_id|>",
    HEADER_END: "<|end_header_id|>",
    END_OF_TURN: "<|eot_id|>",
    END_OF_TEXT: "<|end_of_text|>",
    END_OF_MESSAGE: "<|eom_id|>",
}
UNWRITTEN = -1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def code(token: int, position: int) -> int:
    """What a KV slot holds."""
    return (token << 32) | position


def codes(tokens: Sequence[int], start: int = 0) -> np.ndarray:
    values = np.asarray(tokens, dtype=np.int64)
    return (values << 32) | np.arange(start, start + len(values), dtype=np.int64)


def logits(contents: np.ndarray) -> np.ndarray:
    """One row of float32, a function of every slot and of its place."""
    places = np.arange(len(contents), dtype=np.uint64) * _GOLDEN
    state = _mix(contents.astype(np.uint64) ^ _mix(places)).sum(dtype=np.uint64)
    noise = _mix(state + np.arange(VOCABULARY, dtype=np.uint64) * _GOLDEN)
    return (noise >> np.uint64(40)).astype(np.float32) / np.float32(2**22)


def _mix(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


def piece(token: int) -> bytes:
    """The bytes of an ordinary token: first every byte, then words and halves of characters."""
    if token < 256:
        return bytes([token])
    words = (
        b" def",
        b" return",
        b"\n    ",
        b"self",
        "é".encode(),
        b"\xf0\x9f",
        b"\x98\x80",
        "漢".encode(),
        b" ",
        b"STOP",
    )
    return words[token % len(words)]


def text_of(tokens: Sequence[int]) -> str:
    return b"".join(piece(token) for token in tokens if token < BEGIN).decode("utf-8", errors="replace")


def greedy(prompt: Sequence[int], count: int, window: int, stops: Sequence[int] = STOPS) -> list[int]:
    """What an unpaged, untraced model answers to `prompt`, the end-of-turn token left out."""
    tokens = list(prompt)
    while len(tokens) - len(prompt) < count and len(tokens) <= window:
        token = int(logits(codes(tokens)).argmax())
        if token in stops:
            break
        tokens.append(token)
    return tokens[len(prompt) :]
