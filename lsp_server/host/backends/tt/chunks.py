"""Where a prefill starts and how it is cut. Pure arithmetic over offsets.

A piece ends at a multiple of 256, since resuming elsewhere is wrong in some generations; between two pieces a request
can be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

OFFSET = 256
"""Behind other offsets G3 reads a wrong prefix for long suffixes, and an untraced prefill refuses or worse."""


@frozen
class Plan:
    start: int
    """Tokens that are taken from the cache."""
    ends: Sequence[int]
    """Where each piece ends; the last is the prompt's length."""


def plan(common: int, total: int, chunk: int, can_resume: Callable[[int, int], bool]) -> Plan:
    """Reuse as many of `common` cached tokens as `can_resume(start, tokens)` allows, in pieces of at most `chunk`.

    Works from the end: from which offsets can the rest of the prompt be reached in pieces that are all allowed?
    """
    following: dict[int, int] = {}
    for start in range((total - 1) // OFFSET * OFFSET, -1, -OFFSET):
        for end in _ends(start, total, chunk):
            reachable = end == total or end in following
            if reachable and (start == 0 or can_resume(start, end - start)):
                following[start] = end
                break
    usable = [start for start in following if 0 < start <= common]
    start = max(usable, default=0)
    if start not in following:
        return Plan(0, [total])
    ends = [following[start]]
    while ends[-1] != total:
        ends.append(following[ends[-1]])
    return Plan(start, ends)


def _ends(start: int, total: int, chunk: int) -> Sequence[int]:
    """Candidate ends of a piece, longest first."""
    if total - start <= chunk:
        return [total, *range((total - 1) // OFFSET * OFFSET, start, -OFFSET)]
    return range(start + chunk, start, -OFFSET)
