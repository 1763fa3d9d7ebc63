"""From an answer to an edit that may be offered: placed and checked by `edits`, then, where permitted, by running things.

Knows no engine and no LSP: `actions` decides what follows from a refusal.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.edits.types import Proposal
from lsp_server.errors import EditRefused
from lsp_server.verify.pipeline import verify
from lsp_server.verify.verdict import Permission, Verdict


@frozen
class Judged:
    """What became of one answer."""

    proposal: Proposal | None
    """What can be offered. With a refusal: only what is left without mending, failing tests dropped."""
    refusal: EditRefused | None = None
    """What the model should mend."""


@frozen
class Judge:
    """Judges the answers of one run."""

    propose: Callable[[str], Proposal]
    """Model text to a proposal; raises EditRefused."""
    document: Document
    target: Span
    framework: str
    """Of proposed tests; "" for other edits."""
    keep_behaviour: bool
    permission: Permission | None
    """None: nothing may be run."""

    async def steps(self, answer: str) -> AsyncGenerator[str | Judged, None]:
        """Sentences about what is being checked, then the result."""
        try:
            proposal = await asyncio.to_thread(self.propose, answer)
        except EditRefused as refusal:
            yield Judged(None, refusal)
            return
        if self.permission is None:
            yield Judged(proposal)
            return
        said: asyncio.Queue[str | None] = asyncio.Queue()
        work = asyncio.ensure_future(
            verify(
                proposal,
                self.document,
                self.target,
                framework=self.framework,
                keep_behaviour=self.keep_behaviour,
                permission=self.permission,
                report=said.put_nowait,
            )
        )
        work.add_done_callback(lambda _: said.put_nowait(None))
        try:
            while (sentence := await said.get()) is not None:
                yield sentence
        finally:
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
        verdict = work.result()
        if verdict.problem:
            yield Judged(verdict.fallback, EditRefused(refusal_of(verdict), detail=answer))
        else:
            yield Judged(verdict.proposal)


def refusal_of(verdict: Verdict) -> str:
    """The problem of a verdict as a sentence for the user."""
    problem = verdict.problem
    return f"The edit was refused after checking it. {problem[:1].upper()}{problem[1:]}"
