"""The findings as text for a terminal, as Markdown for an editor, and as JSON for scripts (docs/doctor.md)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from itertools import groupby

from lsp_server.doctor.finding import Finding

SCHEMA = 1
MARKS = {"ok": "ok     ", "wrong": "WRONG  ", "unknown": "unknown"}
SYMBOLS = {"ok": "✓", "wrong": "✗", "unknown": "?"}
GROUPS = {"tt": "board", "metal": "tt-metal"}


def all_ok(findings: Sequence[Finding]) -> bool:
    """Nothing is wrong; what could not be found out does not count."""
    return all(finding.state != "wrong" for finding in findings)


def exit_status(findings: Sequence[Finding]) -> int:
    return 0 if all_ok(findings) else 1


def as_json(findings: Sequence[Finding]) -> str:
    data = {
        "schema": SCHEMA,
        "ok": all_ok(findings),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def as_text(findings: Sequence[Finding]) -> str:
    rows = merged(findings)
    width = max(len(finding.name) for finding in rows)
    lines = []
    for finding in rows:
        lines.append(f"{MARKS[finding.state]} {finding.name.ljust(width)}  {finding.what}")
        if finding.fix:
            lines.append(f"{' ' * (width + 10)}→ {finding.fix}")
    return "\n".join([*lines, "", summary(findings)]) + "\n"


def as_markdown(findings: Sequence[Finding]) -> str:
    lines = ["# My Setup", "", summary(findings), "", "| | | |", "|---|---|---|"]
    lines += [f"| {SYMBOLS[f.state]} | {_cell(f.name)} | {_cell(f.what)} |" for f in merged(findings)]
    mends = [finding for finding in findings if finding.fix]
    if mends:
        lines += ["", "## What to do", ""]
        lines += [f"- **{finding.name}**: `{finding.fix}`" for finding in mends]
    return "\n".join(lines) + "\n"


def summary(findings: Sequence[Finding]) -> str:
    count = sum(finding.state == "wrong" for finding in findings)
    if count == 0:
        return "Nothing is wrong."
    return f"{count} {'thing is' if count == 1 else 'things are'} wrong; each line says what mends it."


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Neighbours of one group that say the same become one line, called as people call the group."""
    rows = []
    for _, group in groupby(findings, key=_sameness):
        same = list(group)
        group_name = same[0].name.partition(".")[0]
        shown = same[0].name if len(same) == 1 else GROUPS.get(group_name, group_name)
        rows.append(dataclasses.replace(same[0], name=shown))
    return rows


def _sameness(finding: Finding) -> tuple[str, ...]:
    return finding.name.partition(".")[0], finding.state, finding.what, finding.fix


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
