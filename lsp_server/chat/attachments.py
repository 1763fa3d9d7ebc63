"""Attached code in, the preamble of a chat out: the system prompt and what stands before the first question.

A single selection is rendered exactly as an action renders it, byte for byte, so that both use one KV prefix.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from attrs import frozen

from lsp_server import context
from lsp_server.document import Document, Span
from lsp_server.engine.types import Message
from lsp_server.syntax import tree

if TYPE_CHECKING:
    from lsp_server.templates import Library

P = ParamSpec("P")
T = TypeVar("T")

Estimate = Callable[[str], int]
Count = Callable[["Sequence[Message] | str"], Awaitable[int]]

SAMPLE = 20_000
"""Characters that are counted to estimate the rest; actions take as many, so that both fold alike."""


class Offload(Protocol):
    """`asyncio.to_thread`, or a stand-in."""

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


async def run_here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)


@frozen
class AttachedCode:
    document: Document
    span: Span | None
    """None: the whole file, folded to fit."""


@frozen
class Preamble:
    system: str
    context: str
    """What stands before the first question; "" when nothing is attached."""
    parts: tuple[tuple[str, int, str], ...] = ()

    def before(self, question: str) -> str:
        return "\n\n".join(text for text in (self.context, question) if text)


async def build_preamble(
    attached: Sequence[AttachedCode],
    library: Library,
    preset: str,
    budget: int,
    count: Count,
    offload: Offload = run_here,
) -> Preamble:
    """Render what is attached, in order; each gets an equal share of what the ones before it left of `budget`."""
    system, texts, parts = library.prefix({}, preset)[0].content, [], []
    for i, item in enumerate(attached):
        share = budget // (len(attached) - i)
        estimate = await _estimator(item.document.text, count)
        if i == 0 and item.span is not None:
            system, text, dropped = await offload(
                _as_action, item.document, item.span, library, preset, share, estimate
            )
        else:
            text, dropped = await offload(_as_block, item.document, item.span, share, estimate)
        tokens = await count(text)
        budget = max(budget - tokens, 0)
        texts.append(text)
        parts.append((_title(item.document, item.span), tokens, dropped))
    return Preamble(system, "\n\n".join(texts), tuple(parts))


async def _estimator(text: str, count: Count) -> Estimate:
    """Estimate tokens from the rate of this very text: counting every candidate would be a request each."""
    sample = text[:SAMPLE]
    rate = await count(sample) / len(sample) if sample else 0.3
    return lambda piece: round(len(piece) * rate)


def _as_action(
    document: Document, span: Span, library: Library, preset: str, budget: int, estimate: Estimate
) -> tuple[str, str, str]:
    code = context.build(document, context.target_span(document, span), budget, estimate)
    system, user = library.prefix(code.values, preset)
    return system.content, user.content, "; ".join(code.dropped.values())


def _as_block(document: Document, span: Span | None, budget: int, estimate: Estimate) -> tuple[str, str]:
    if span is None:
        code, dropped = folded(document, budget, estimate)
    else:
        code, dropped = document.slice(span), ""
    if estimate(code) > budget:
        code, cut = _first_lines(code, budget, estimate)
        dropped = "; ".join(words for words in (dropped, cut) if words)
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{_title(document, span)}:\n\n{fence}{document.language}\n{code.rstrip()}\n{fence}", dropped


def _title(document: Document, span: Span | None) -> str:
    if span is None:
        return document.path
    first = document.text.count("\n", 0, span.start) + 1
    last = first + document.text.count("\n", span.start, max(span.end - 1, span.start))
    return f"{document.path}, {f'line {first}' if first == last else f'lines {first}-{last}'}"


def folded(document: Document, budget: int, estimate: Estimate) -> tuple[str, str]:
    """Replace the bodies of functions by "...", largest first, until the text fits; say how many were."""
    text = document.text
    syntax = tree.parse(document.language, text)
    bodies = [s.body for s in syntax.scopes() if s.kind == "function" and s.body] if syntax else []
    bodies.sort(key=lambda body: body.start - body.end)
    chosen: list[Span] = []
    excess = estimate(text) - budget
    for body in bodies:
        if excess <= 0:
            break
        if any(big.start <= body.start and body.end <= big.end for big in chosen):
            continue
        chosen.append(body)
        excess -= estimate(document.slice(body))
    pieces, at = [], 0
    for body in sorted(chosen, key=lambda body: body.start):
        braces = text[body.start] == "{"
        pieces += [text[at : body.start], "{ ... }" if braces else "..."]
        at = body.end
    return "".join([*pieces, text[at:]]), f"{len(chosen)} function bodies folded" if chosen else ""


def _first_lines(code: str, budget: int, estimate: Estimate) -> tuple[str, str]:
    lines = code.splitlines(keepends=True)
    kept = 0
    for line in lines:
        budget -= estimate(line)
        if budget < 0:
            break
        kept += 1
    return "".join(lines[:kept]), f"the last {len(lines) - kept} lines left out"
