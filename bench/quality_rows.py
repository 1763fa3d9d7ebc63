"""What a run of the quality bench found, one row for each action on each case, and the figures made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from bench import report

ACTIONS = ("explain", "docstring", "refactor", "tests")
SLACK = 0.02
"""A share that moved by less is the same: one run of fifty."""


@frozen
class Row:
    """What one action on one case came to. None means that it does not apply."""

    case: str
    action: str
    seconds: float
    tokens: int
    shown: bool
    repaired: bool
    refused: str = ""
    parses: bool | None = None
    no_finding: bool | None = None
    rest_kept: bool | None = None
    code_unchanged: bool | None = None
    holds: bool | None = None
    mentions: bool | None = None
    tests_run: bool | None = None
    tests_green: bool | None = None
    killed: int = 0
    mutants: int = 0
    answer: str = ""
    """For reading: what the model said last when it was refused, else the text that was offered."""
    first: str = ""
    """For reading: what the model said before it was asked again."""
    checks: tuple[str, ...] = ()
    """For reading: what was said about the edit that was offered."""


SHARES: dict[str, tuple[Callable[[Row], bool | None], float | None]] = {
    "shown_edits_parse_share": (lambda row: row.parses, 1.0),
    "shown_edits_no_finding_share": (lambda row: row.no_finding, None),
    "shown_edits_rest_kept_share": (lambda row: row.rest_kept, 1.0),
    "docstring_code_unchanged_share": (lambda row: row.code_unchanged, 1.0),
    "delivered_tests_green_share": (lambda row: row.tests_green, 1.0),
    "delivered_tests_run_share": (lambda row: row.tests_run, None),
    "refactor_holds_share": (lambda row: row.holds, None),
    "explain_mentions_share": (lambda row: row.mentions, None),
}
"""Of the answers shown to which it applies, the share of yes, and the aim."""
LOWER_IS_BETTER = ("refused_share", "refused_without_reason_share", "repaired_share")
PROMISED = (*SHARES, *LOWER_IS_BETTER, "mutants_killed_share")
"""Keys of the last line, null where nothing applies."""


def summarise(rows: Sequence[Row]) -> list[report.Measure]:
    """The figures of a run; each is of the rows it applies to, and left out when there are none."""
    return [measure for measure in _measures(rows) if measure.samples]


def _measures(rows: Sequence[Row]) -> Iterator[report.Measure]:
    edits = [r for r in rows if r.action != "explain"]
    refused = [r for r in edits if not r.shown]
    for key, (answer, aim) in SHARES.items():
        yield _share(key, [answer(r) for r in rows if r.shown], aim)
    yield _share("refused_share", [not r.shown for r in edits])
    yield report.share(
        "refused_without_reason_share", [float(not r.refused) for r in refused], 0.0, at_least=False
    )
    yield _share("repaired_share", [r.repaired for r in edits])
    killed = [n < r.killed for r in rows for n in range(r.mutants)]
    yield _share("mutants_killed_share", killed)
    for action in ACTIONS:
        yield from _of_action(action, [r for r in rows if r.action == action])


def _of_action(action: str, rows: Sequence[Row]) -> Iterator[report.Measure]:
    if not rows:
        return
    if action != "explain":
        yield _share(f"{action}_shown_share", [r.shown for r in rows])
        yield _share(f"{action}_refused_share", [not r.shown for r in rows])
        yield _share(f"{action}_repaired_share", [r.repaired for r in rows])
        shown = [r for r in rows if r.shown]
        yield _share(f"{action}_parse_share", [r.parses for r in shown])
        yield _share(f"{action}_no_finding_share", [r.no_finding for r in shown])
        kept = [r.code_unchanged if action == "docstring" else r.rest_kept for r in shown]
        yield _share(f"{action}_code_kept_share", kept)
    if action == "tests":
        yield _share("tests_green_share", [r.tests_green for r in rows])
        yield _share("tests_mutants_killed_share", [n < r.killed for r in rows for n in range(r.mutants)])
    yield report.of(f"{action}_s", [r.seconds for r in rows], "s")
    yield report.of(f"{action}_tokens", [float(r.tokens) for r in rows if r.tokens] or [0.0], "")


def _share(key: str, answers: Sequence[bool | None], aim: float | None = None) -> report.Measure:
    return report.share(key, [float(a) for a in answers if a is not None], aim)


def reasons(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Why edits were refused, most frequent first; without the names in it, so that equal reasons are counted together."""
    refused = [r for r in rows if r.action != "explain" and not r.shown]
    return Counter(f"{r.action}: {_general(r.refused)}" for r in refused).most_common()


def _general(reason: str) -> str:
    return re.sub(r"`[^`]*`|“[^”]*”", "…", re.split(r"[:(]\s", reason, maxsplit=1)[0])


def worse(known: Mapping[str, float], figures: Mapping[str, float]) -> list[str]:
    """Shares that got worse since the baseline, one line each."""
    lines: list[str] = []
    for key in PROMISED:
        if key not in known or key not in figures:
            continue
        by = figures[key] - known[key] if key in LOWER_IS_BETTER else known[key] - figures[key]
        if by > SLACK:
            lines.append(f"WORSE  {key}: {known[key]:g} in the baseline, {figures[key]:g} now")
    return lines
