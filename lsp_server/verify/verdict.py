"""What may be run for a workspace, and what running said of a proposal."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve, frozen

from lsp_server.document import Span
from lsp_server.edits.types import Check, Proposal, Replacement

NOT_ALLOWED = "not run: running code was not allowed"
"""Detail of a check that waits for the user's consent."""


@frozen
class Permission:
    """What may be run for this workspace."""

    root: Path | None
    """The workspace folder of the document; None outside of any."""
    trusted: bool = False
    """The project's own linters may run."""
    run_code: bool = False
    """Generated tests and the project's functions may run."""
    python: str = ""
    """The project's interpreter; "" means its virtual environment, else python3."""


@frozen
class Verdict:
    """A proposal with what was found by running things."""

    proposal: Proposal
    problem: str = ""
    """What the model should mend, in the checker's words; "" when there is nothing."""
    fallback: Proposal | None = None
    """With a problem: what can be offered without mending (failing tests dropped); None when nothing can."""


def with_check(proposal: Proposal, check: Check) -> Proposal:
    """The proposal with a check added, in the place of what was said under that name before."""
    return evolve(proposal, checks=(*(c for c in proposal.checks if c.name != check.name), check))


def with_text(proposal: Proposal, new_text: str) -> Proposal:
    """The same proposal with another outcome, as one replacement of what differs from the base."""
    old, new = proposal.base_text, new_text
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    piece = Replacement(Span(start, len(old) - end), new[start : len(new) - end])
    return evolve(proposal, replacements=(piece,))
