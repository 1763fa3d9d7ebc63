"""Runs an action: a document, a range and a template in; events out, the last one being the outcome.

Knows no LSP. The prompt is built the same way for every action on one selection, so that one prefill serves them all;
only when it does not fit the context window is it folded further, and then the outcome says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from lsp_server import confidence, context, edits, estimate
from lsp_server.candidates import (
    Answer,
    Candidates,
    Note,
    Progress,
    Reset,
    begun,
    ended_by_fence,
)
from lsp_server.document import Document, Span
from lsp_server.edits.types import Check, Proposal
from lsp_server.engine.types import (
    Engine,
    EngineStatus,
    FinishReason,
    Message,
    Priority,
    SamplingParams,
    Usage,
)
from lsp_server.errors import ContextTooLong, EditRefused
from lsp_server.judging import Judge
from lsp_server.models.paces import Paces
from lsp_server.settings import Settings
from lsp_server.templates import sampling_for

if TYPE_CHECKING:
    from lsp_server.context import CodeContext
    from lsp_server.edits import TestPlan
    from lsp_server.templates import Library, Template
    from lsp_server.verify.verdict import Permission

SAMPLE = 20_000
"""Characters counted exactly to estimate the rest; chat takes as many, so that both fold alike."""
CPU_CONTEXT_TOKENS = 1_200
CONTEXT_TOKENS = 6_000
WINDOW_SHARE = 0.5
"""Of the context window, at most this much is file context."""
EXAMPLE_TOKENS = 3_000
"""With less room for context no existing test is shown as an example: small models copy it, and it must be read."""
REFITS = 5
LEAST_ANSWER = 64
"""Fewer tokens than this are no answer."""
CPU_CANDIDATES, CANDIDATES = 1, 2
"""Answers tried for an edit before the repair round, on the CPU and elsewhere (docs/decisions/0006)."""

__all__ = ["Event", "Note", "Outcome", "Prompt", "Request", "Reset", "ahead", "prepare", "run"]


@frozen
class Request:
    """What a user asked for."""

    document: Document
    span: Span
    action: str
    instruction: str = ""
    diagnostics: tuple[str, ...] = ()
    """Problems of the range, one line each."""
    workspace: Path | None = None
    answer: str = ""
    """What the model said before: an edit is made of it first, and the model is asked only where that fails a check."""
    with_nearby: bool = True
    """Show the code around the target; without it, what precedes the target is the same for a whole file."""
    confidence: bool = False
    """Ask the engine how probable its words are; costs speed where a board chooses the tokens."""
    draft: bool = False
    """Documentation for later: it is judged, and proposed, for the code around the target alone, not for the file."""


@frozen
class Prompt:
    """A rendered request that fits the context window."""

    template: Template
    code: CodeContext
    messages: tuple[Message, ...]
    parts: tuple[tuple[str, int, str], ...]
    """Name, tokens, and what was dropped in words ("" when nothing was)."""
    tokens: int
    window: int
    sampling: SamplingParams
    plan: TestPlan | None = None
    notes: tuple[str, ...] = ()
    """Said to the user before the answer: what had to be cut beyond the usual."""


@frozen
class Outcome:
    """The end of a run."""

    prompt: Prompt
    text: str
    finish_reason: FinishReason
    usage: Usage
    proposal: Proposal | None = None
    refused: str = ""

    @property
    def confidence(self) -> confidence.Confidence | None:
        """Of a text, by its words' probabilities; None when nothing is known of them, and for an edit."""
        if self.prompt.template.output != "show":
            return None
        return "low" if self.finish_reason == "repetition" else confidence.of_text(self.usage)


Event = Prompt | Progress | Reset | Outcome
Propose = Callable[[str], Proposal]


async def run(
    request: Request,
    *,
    engine: Engine,
    library: Library,
    settings: Settings,
    permission: Permission | None = None,
    paces: Paces | None = None,
    priority: Priority = Priority.ACTION,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Event, None]:
    """Run an action. Closing the generator stops the engine, and what is being run to check. Raises AssistantError.

    `permission` says what may be run to check an edit; None means nothing. `paces` is what earlier answers took.
    """
    if engine.status.state not in ("ready", "busy"):
        yield Note("Waiting for the engine")
    prompt = await prepare(request, engine=engine, library=library, settings=settings)
    expected = await _expectation(prompt, engine, paces or Paces())
    limit = estimate.TimeLimit(settings.edits_max_seconds, clock)
    unread = prompt.tokens * expected.rates.fresh
    prompt = _within_time(prompt, expected, limit, unread)
    yield prompt
    for note in prompt.notes:
        yield Note(note)
    propose = _proposer(request, prompt)
    if propose is None:
        answer = Answer(expected)
        async with aclosing(answer.stream(engine, prompt.messages, prompt.sampling, priority)) as events:
            async for event in events:
                yield event
        yield Outcome(prompt, answer.said_once, answer.finish_reason, answer.usage)
        return
    judge = Judge(
        propose=propose,
        document=request.document,
        target=prompt.code.target,
        framework=prompt.plan.framework if prompt.plan else "",
        keep_behaviour=prompt.template.keeps_behaviour and not request.instruction,
        permission=permission,
    )
    whole = prompt.template.output == "replace"
    candidates = Candidates(engine, judge, expected, priority, whole, limit, unread)
    most = candidate_count(settings, engine.status) if priority < Priority.WARMING else 1
    async with aclosing(_tried(candidates, prompt, library, most, request.answer)) as rounds:
        async for step in rounds:
            yield step
    yield _outcome(prompt, candidates)


async def _tried(
    candidates: Candidates, prompt: Prompt, library: Library, most: int, said: str
) -> AsyncGenerator[Progress | Reset, None]:
    """Candidates until one passes, the first being what was `said` before; else the best one is sent back once with what is
    wrong with it."""
    first = candidates.take(said) if said else candidates.ask(prompt.messages, prompt.sampling)
    async with aclosing(first) as events:
        async for event in events:
            yield event
    async with aclosing(candidates.ask_on(prompt.messages, prompt.sampling, most)) as more:
        async for step in more:
            yield step
    best = candidates.best
    if best.judged.refusal is None:
        return
    repair = await _repair_messages(candidates.engine, library, prompt, best.answer.text, best.judged.refusal)
    if repair is None:
        return
    longer = await candidates.engine.count(repair) - prompt.tokens
    if (sampling := candidates.in_time(prompt.sampling, longer)) is not None:
        yield Reset()
        yield Note("The answer failed a check; asking once more with the reason")
        async with aclosing(candidates.ask(repair, sampling)) as events:
            async for event in events:
                yield event


def _outcome(prompt: Prompt, candidates: Candidates) -> Outcome:
    best, limit = candidates.best, candidates.limit
    answer, refusal, proposal = best.answer, best.judged.refusal, best.proposal
    refused = refusal.message if refusal is not None and proposal is None else ""
    if candidates.out_of_time and proposal is not None:
        late = Check("tried again", None, f"there was no time within {limit}")
        proposal = evolve(proposal, checks=(*proposal.checks, late))
    elif candidates.out_of_time:
        refused += f" There was no time to try again within {limit}."
    return Outcome(prompt, answer.text, answer.finish_reason, answer.usage, proposal, refused)


def candidate_count(settings: Settings, status: EngineStatus) -> int:
    """Answers to try before one is sent back for repair."""
    return settings.edits_candidates or (CPU_CANDIDATES if status.kind == "cpu" else CANDIDATES)


async def _expectation(prompt: Prompt, engine: Engine, paces: Paces) -> estimate.Expectation:
    return await estimate.expect(
        paces,
        engine.status,
        prompt.template.id,
        prompt.template.output,
        prompt.sampling.max_tokens,
        estimate.tokens_of(prompt.parts, "selection"),
    )


def _within_time(
    prompt: Prompt, expected: estimate.Expectation, limit: estimate.TimeLimit, unread: float
) -> Prompt:
    """The prompt of an edit with its answer cut to the user's limit, which is said. Raises TooSlow."""
    if prompt.template.output == "show":
        return prompt
    sampling = expected.within(limit.left, unread, prompt.sampling)
    if sampling == prompt.sampling:
        return prompt
    words = f"At most {sampling.max_tokens:,} tokens, to stay within {limit}"
    return evolve(prompt, sampling=sampling, notes=(*prompt.notes, words))


async def prepare(request: Request, *, engine: Engine, library: Library, settings: Settings) -> Prompt:
    """Render the prompt of a request so that it fits the context window; starts the engine. Raises AssistantError."""
    template = library.get(request.action)
    target = await asyncio.to_thread(context.target_span, request.document, request.span)
    status = await engine.start()
    window = status.context_window
    plan = await _test_plan(request, target) if template.output == "file" else None
    extras = _extras(request, plan)
    render = partial(library.render, template, preset=settings.prompts_preset, begun=status.continues)
    rate = await _tokens_per_character(request.document.text, engine)
    sampling = sampling_for(template, round(len(request.document.slice(target)) * rate))
    sampling = evolve(sampling, logprobs=request.confidence)
    budget = context_budget(settings, status)
    folded = False
    for _ in range(REFITS):
        code = await _build(request.document, target, budget, rate, with_nearby=request.with_nearby)
        values = {**code.values, **extras}
        if plan is not None:
            values["test_opening"] = edits.opening_of_tests(plan, code.name)
            values["example"] = plan.example if budget >= EXAMPLE_TOKENS else ""
        rendered = await asyncio.to_thread(render, values)
        tokens, *counts = await asyncio.gather(
            engine.count(rendered.messages), *(engine.count(text) for _, text in rendered.parts)
        )
        excess = tokens + sampling.max_tokens - window
        if not window or excess <= 0:
            break
        budget, folded = max(budget - excess - excess // 8, 0), True
    else:
        room = window - tokens
        if room < LEAST_ANSWER:
            raise ContextTooLong(
                f"The selected code is too long for the model: {tokens:,} tokens with its instructions, and the "
                f"context window has {window:,}. Select less."
            )
        sampling = evolve(sampling, max_tokens=room)
    messages = tuple(rendered.messages)
    return Prompt(
        template=template,
        code=code,
        messages=messages,
        parts=_parts(rendered.parts, counts, code.dropped),
        tokens=tokens,
        window=window,
        sampling=ended_by_fence(sampling, begun(messages)),
        plan=plan,
        notes=("To fit the context window: " + "; ".join(code.dropped.values()),)
        if folded and code.dropped
        else (),
    )


async def ahead(
    document: Document, span: Span, likeliest: str, *, engine: Engine, library: Library, settings: Settings
) -> tuple[Message, ...]:
    """What can be sent before the click: what all actions on this selection begin with, then the task of the likeliest.

    The engine keeps the part that the action has in common with it, so another one loses nothing.
    """
    target = await asyncio.to_thread(context.target_span, document, span)
    rate = await _tokens_per_character(document.text, engine)
    code = await _build(document, target, context_budget(settings, engine.status), rate)
    template = next((each for each in library.actions() if each.id == likeliest), None)
    if template is None or template.context:  # a task that is not known from the code alone
        return tuple(await asyncio.to_thread(library.prefix, code.values, settings.prompts_preset))
    render = partial(library.render, preset=settings.prompts_preset, begun=engine.status.continues)
    return (await asyncio.to_thread(render, template, code.values)).messages


def context_budget(settings: Settings, status: EngineStatus) -> int:
    """Tokens of file context; the same for every action, since it decides what is folded."""
    wanted = settings.context_max_tokens or (CPU_CONTEXT_TOKENS if status.kind == "cpu" else CONTEXT_TOKENS)
    return min(wanted, int(status.context_window * WINDOW_SHARE)) if status.context_window else wanted


async def _build(
    document: Document, target: Span, budget: int, rate: float, *, with_nearby: bool = True
) -> CodeContext:
    build = partial(context.build, document, target, budget, with_nearby=with_nearby)
    return await asyncio.to_thread(build, lambda text: round(len(text) * rate))


async def _tokens_per_character(text: str, engine: Engine) -> float:
    sample = text[:SAMPLE]
    return await engine.count(sample) / len(sample) if sample else 0.3


async def _test_plan(request: Request, target: Span) -> TestPlan:
    return await asyncio.to_thread(edits.test_plan, request.document, target, request.workspace)


def _extras(request: Request, plan: TestPlan | None) -> dict[str, object]:
    """Values of the task beyond the code: what templates list under `context`."""
    extras: dict[str, object] = {"instruction": request.instruction, "diagnostics": list(request.diagnostics)}
    if plan is not None:
        extras |= {"framework": plan.framework, "import_line": plan.import_line}
    return extras


def _parts(
    parts: Sequence[tuple[str, str]], counts: Sequence[int], dropped: dict[str, str]
) -> tuple[tuple[str, int, str], ...]:
    """Name, tokens and what was dropped of each part; what belongs to no part is told with the file."""
    names = {name for name, _ in parts}
    told = {name: [words] for name, words in dropped.items() if name in names}
    told.setdefault("file", []).extend(words for name, words in dropped.items() if name not in names)
    return tuple((name, n, "; ".join(told.get(name, ()))) for (name, _), n in zip(parts, counts, strict=True))


def _proposer(request: Request, prompt: Prompt) -> Propose | None:
    """How this action's answer becomes an edit; None for one that is only shown."""
    document, target = request.document, prompt.code.target
    output, plan = prompt.template.output, prompt.plan
    if output == "docstring":
        if request.draft:
            return lambda reply: edits.propose_docstring(*edits.cut_out(document, target), reply)
        return lambda reply: edits.propose_docstring(document, target, reply)
    if output == "replace":
        return lambda reply: edits.propose_replacement(
            document,
            target,
            reply,
            keep_signature=not request.instruction,
            change_code=not (request.instruction or request.diagnostics),
        )
    if output == "file" and plan is not None:
        return lambda reply: edits.propose_tests(document, target, reply, plan)
    return None


async def _repair_messages(
    engine: Engine, library: Library, prompt: Prompt, answer: str, refusal: EditRefused
) -> list[Message] | None:
    """The conversation of the repair round; None when it does not fit the window."""
    begin = begun(prompt.messages)
    messages = [
        *(prompt.messages[:-1] if begin else prompt.messages),
        Message("assistant", answer),
        Message("user", library.text("repair", {"reason": refusal.message})),
        *([Message("assistant", begin)] if begin else []),
    ]
    fits = not prompt.window or await engine.count(messages) + prompt.sampling.max_tokens <= prompt.window
    return messages if fits else None
