"""Turns and attached code in, messages that fit the context window out.

The order is that of the actions: system, attached code, then the conversation. A chat about a selection starts from the
prefix its actions have already warmed, and each prompt extends the one before it. Pure; knows no engine.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from lsp_server.chat.attachments import AttachedCode, Count, Offload, Preamble, build_preamble, run_here
from lsp_server.engine.types import Message
from lsp_server.errors import AssistantError, ContextTooLong

if TYPE_CHECKING:
    from lsp_server.templates import Library

LOW_WATER = 0.5
"""Once history overflows, it is trimmed to this share of its room: the prefix then stays equal for several turns."""
MESSAGE_TOKENS = 8
"""What a chat template adds to one message, rounded up."""


@frozen
class ChatPrompt:
    messages: tuple[Message, ...]
    parts: tuple[tuple[str, int, str], ...]
    """Name, tokens, and what was dropped in words ("" when nothing was)."""
    dropped_turns: int
    tokens: int


@frozen
class Exchange:
    """A question and its answer; the last one has no answer yet."""

    question: str
    answer: str = ""
    turns: int = field(default=1)
    """How many turns of the conversation it was made of."""


async def build_chat(
    turns: Sequence[tuple[str, str]],
    attached: Sequence[AttachedCode],
    *,
    library: Library,
    preset: str,
    window: int,
    max_tokens: int,
    context_budget: int,
    count: Count,
    offload: Offload = run_here,
) -> ChatPrompt:
    """Build the prompt of the newest turn; the oldest exchanges go first when the window is full.

    A `window` of 0 is unknown: nothing is trimmed. `offload` runs what is slow for a big file, for example in a thread.
    Raises ContextTooLong when the question and the attached code alone do not fit.
    """
    exchanges, unanswerable = pair_turns(turns)
    room = window - max_tokens if window else sys.maxsize

    async def preamble_of(attached: Sequence[AttachedCode], budget: int) -> Preamble:
        return await build_preamble(attached, library, preset, budget, count, offload)

    preamble = await preamble_of(attached, context_budget)
    last = exchanges[-1:]
    if attached and await count(_messages(preamble, last)) > room:
        bare = await count(_messages(await preamble_of((), 0), last))
        preamble = await preamble_of(attached, max(room - bare - MESSAGE_TOKENS, 0))
    messages = _messages(preamble, exchanges)
    tokens = await count(messages)
    kept = 0
    if tokens > room:
        kept = await _first_kept(preamble, exchanges, room, count)
        messages, tokens = _messages(preamble, exchanges[kept:]), 0
        while (tokens := await count(messages)) > room and kept < len(exchanges) - 1:
            kept += 1
            messages = _messages(preamble, exchanges[kept:])
    if tokens > room:
        raise ContextTooLong(
            f"The question needs {tokens:,} tokens with what is attached, and {room:,} of the {window:,} "
            "are free: shorten it, or attach less.",
        )
    dropped = unanswerable + sum(exchange.turns for exchange in exchanges[:kept])
    parts = await _parts(preamble, exchanges[kept:], dropped, tokens, count)
    return ChatPrompt(messages=messages, parts=parts, dropped_turns=dropped, tokens=tokens)


def pair_turns(turns: Sequence[tuple[str, str]]) -> tuple[list[Exchange], int]:
    """Group a conversation into exchanges; also how many leading turns had no question.

    A turn without text (an answer stopped before its first word) is left out, and neighbours of one role are joined,
    because many chat templates insist that roles alternate.
    """
    spoken = [(role, text) for role, text in turns if text.strip()]
    if not spoken or spoken[-1][0] != "user":
        raise AssistantError("There is no question to answer: type one first.")
    runs = [(role, list(run)) for role, run in groupby(spoken, key=lambda turn: turn[0])]
    unanswerable = len(runs.pop(0)[1]) if runs[0][0] != "user" else 0
    exchanges: list[Exchange] = []
    for role, run in runs:
        text = "\n\n".join(text for _, text in run)
        if role == "user":
            exchanges.append(Exchange(text, turns=len(run)))
        else:
            asked = exchanges[-1]
            exchanges[-1] = evolve(asked, answer=text, turns=asked.turns + len(run))
    return exchanges, unanswerable


def _messages(preamble: Preamble, exchanges: Sequence[Exchange]) -> tuple[Message, ...]:
    messages = [Message("system", preamble.system)]
    for i, exchange in enumerate(exchanges):
        messages.append(Message("user", preamble.before(exchange.question) if i == 0 else exchange.question))
        if exchange.answer:
            messages.append(Message("assistant", exchange.answer))
    return tuple(messages)


async def _first_kept(preamble: Preamble, exchanges: Sequence[Exchange], room: int, count: Count) -> int:
    """Index of the oldest exchange to keep.

    Replays the conversation from its start, because nobody keeps state: what was cut at one turn is cut again at
    the next one, and nothing more until the room overflows anew.
    """
    room -= await count(_messages(preamble, [Exchange("")]))
    asked = [await count(exchange.question) + MESSAGE_TOKENS for exchange in exchanges]
    answered = [await count(exchange.answer) + MESSAGE_TOKENS for exchange in exchanges[:-1]]
    kept = used = 0
    for i, question in enumerate(asked):
        if used + question > room:
            low = math.floor(room * LOW_WATER)
            while kept < i and used + question > low:
                used -= asked[kept] + answered[kept]
                kept += 1
        if i < len(answered):
            used += question + answered[i]
    return kept


async def _parts(
    preamble: Preamble, exchanges: Sequence[Exchange], dropped: int, tokens: int, count: Count
) -> tuple[tuple[str, int, str], ...]:
    question = await count(exchanges[-1].question)
    fixed = (("system", await count(preamble.system), ""), *preamble.parts)
    note = f"{dropped} oldest turns dropped" if dropped else ""
    history = max(tokens - question - sum(part[1] for part in fixed), 0)
    parts = list(fixed)
    if len(exchanges) > 1 or dropped:
        parts.append(("history", history, note))
    return (*parts, ("question", question, ""))
