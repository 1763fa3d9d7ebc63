"""`tt-assistant run ACTION FILE[:LINE]`: the answer, or the edit as a unified diff."""

from __future__ import annotations

import difflib
import io
import os
from contextlib import aclosing
from pathlib import Path

from attrs import frozen

from lsp_server import actions
from lsp_server.cli.engine import progress_line
from lsp_server.cli.terminal import Terminal
from lsp_server.document import Document, Span, file_path
from lsp_server.edits.types import Proposal
from lsp_server.engine.types import Delta, Engine, PrefillProgress
from lsp_server.errors import AssistantError, EditRefused
from lsp_server.files import line_span, read_document, split_lines
from lsp_server.models.paces import Paces
from lsp_server.settings import Settings
from lsp_server.templates import Library
from lsp_server.verify.verdict import Permission

MARKS = {True: "ok", False: "failed", None: "unknown"}


@frozen
class Order:
    """What was asked for on the command line."""

    action: str
    file: str
    instruction: str
    apply: bool
    run_tests: bool
    """Run generated tests, and what else checks an edit, whatever the setting says."""


def list_actions(library: Library, terminal: Terminal) -> int:
    """Name every action; broken templates are said, too."""
    known = library.actions()
    width = max((len(action.id) for action in known), default=0)
    for action in known:
        terminal.line(f"{action.id.ljust(width)}  {action.description}")
    for problem in library.problems:
        terminal.note(problem)
    return 0


async def run_action(
    order: Order,
    *,
    engine: Engine,
    library: Library,
    settings: Settings,
    terminal: Terminal,
    workspace: Path,
    paces: Paces | None = None,
) -> int:
    """Run one action: stream what is to be read, print what is to be applied as a diff. Raises AssistantError."""
    template = library.get(order.action)
    path, lines = split_lines(order.file)
    document = read_document(path, workspace)
    request = actions.Request(
        document=document,
        span=_span(document, lines),
        action=order.action,
        instruction=order.instruction,
        workspace=workspace,
    )
    shown = template.output == "show"
    unsubscribe = engine.subscribe(lambda status: terminal.progress(progress_line(status)))
    outcome = None
    try:
        events = actions.run(
            request,
            engine=engine,
            library=library,
            settings=settings,
            permission=_permission(order, settings, workspace),
            paces=paces,
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, PrefillProgress):
                    terminal.progress(f"reading {event.done:,} of {event.total:,} tokens")
                elif isinstance(event, Delta) and shown:
                    terminal.answer(event.text)
                elif isinstance(event, actions.Note):
                    terminal.progress(event.text)
                elif isinstance(event, actions.Outcome):
                    outcome = event
    finally:
        unsubscribe()
        terminal.end_line()
    if shown or outcome is None:
        if outcome is not None and outcome.finish_reason == "repetition":
            terminal.note("(stopped, because it repeated itself)")
        return 0
    if outcome.proposal is None:
        raise EditRefused(outcome.refused or "The answer holds no edit.", detail=outcome.text)
    return _offer(outcome.proposal, order.apply, workspace, terminal)


def _permission(order: Order, settings: Settings, workspace: Path) -> Permission:
    """A terminal knows no trusted workspaces: consenting to run code here covers the project's linters, too."""
    allowed = order.run_tests or settings.tests_run == "always"
    return Permission(workspace, trusted=allowed, run_code=allowed, python=settings.tests_python)


def _span(document: Document, lines: tuple[int, int] | None) -> Span:
    """A single line is a cursor on its first character that is not blank; no line is the beginning of the file."""
    if lines is None:
        return Span(0, 0)
    span = line_span(document, *lines)
    if lines[0] != lines[1]:
        return span
    line = document.slice(span)
    at = span.start + len(line) - len(line.lstrip())
    return Span(at, at)


def _offer(proposal: Proposal, apply: bool, workspace: Path, terminal: Terminal) -> int:
    target = file_path(proposal.uri)
    assert target is not None, "documents of the command line are files"
    shown = target.relative_to(workspace) if target.is_relative_to(workspace) else target
    terminal.answer(unified_diff(proposal, str(shown)))
    for check in proposal.checks:
        terminal.note(f"{MARKS[check.ok]}: {check.name}{f' ({check.detail})' if check.detail else ''}")
    if apply:
        write(proposal, target)
        terminal.note(f"Wrote {shown}.")
    return 0


def unified_diff(proposal: Proposal, shown: str) -> str:
    """The edit as `patch -p1` and `git apply` take it."""
    before = list(io.StringIO(proposal.base_text, newline=""))
    after = list(io.StringIO(proposal.new_text, newline=""))
    old = "/dev/null" if proposal.creates_file else f"a/{shown}"
    lines = []
    for line in difflib.unified_diff(before, after, old, f"b/{shown}"):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def write(proposal: Proposal, target: Path) -> None:
    """Replace the file in one step, unless it is no longer what the edit was made for."""
    try:
        now = "" if proposal.creates_file and not target.exists() else _text(target)
        if now != proposal.base_text:
            raise EditRefused(f"{target} has changed meanwhile, so it was not written: run the action again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        beside.write_bytes(_bytes(proposal.new_text, target))
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except OSError as error:
        raise AssistantError(f"{target} cannot be written: {error.strerror}.") from error


def _text(target: Path) -> str:
    return target.read_bytes().decode("utf-8-sig")


def _bytes(text: str, target: Path) -> bytes:
    """UTF-8, with the byte order mark that was there."""
    mark = target.exists() and target.read_bytes().startswith(b"\xef\xbb\xbf")
    return text.encode("utf-8-sig" if mark else "utf-8")
