"""One conversation with the engine: its turns, what is attached, and how a question is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from attrs import define, evolve, field, frozen

from lsp_server.actions import context_budget
from lsp_server.chat import AttachedCode, build_chat
from lsp_server.cli.engine import progress_line
from lsp_server.engine.repetition import said_once
from lsp_server.engine.types import Delta, Engine, Finished, PrefillProgress, Priority
from lsp_server.errors import AssistantError
from lsp_server.files import line_span, read_document, split_lines
from lsp_server.settings import Settings
from lsp_server.templates import Library, sampling_for, worded


@frozen
class Attached:
    path: Path
    lines: tuple[int, int] | None

    def read(self, shown_from: Path) -> AttachedCode:
        document = read_document(self.path, shown_from)
        return AttachedCode(document, line_span(document, *self.lines) if self.lines else None)

    def __str__(self) -> str:
        return f"{self.path}:{self.lines[0]}-{self.lines[1]}" if self.lines else str(self.path)


@frozen
class Output:
    """Where a running answer goes."""

    delta: Callable[[str], None]
    note: Callable[[str], None]
    progress: Callable[[str], None]


@define
class Conversation:
    engine: Engine
    library: Library
    settings: Settings
    preset: str
    folder: Path = field(factory=Path.cwd)
    turns: list[tuple[str, str]] = field(factory=list)
    attached: list[Attached] = field(factory=list)
    tokens: int = 0
    """Of the last prompt."""

    def attach(self, named: str) -> Attached:
        """Attach `PATH[:A-B]`; raises UnsuitableDocument when it cannot be read now."""
        path, lines = split_lines(named)
        item = Attached(path, lines)
        item.read(self.folder)
        self.attached = [*(a for a in self.attached if a != item), item]
        return item

    def use_preset(self, name: str) -> None:
        if name not in self.library.presets:
            raise AssistantError(f"There is no preset “{name}”; there are {', '.join(self.library.presets)}.")
        self.preset = name

    def clear(self) -> None:
        self.turns, self.attached, self.tokens = [], [], 0

    async def ask(self, question: str, output: Output) -> None:
        """Stream the answer. A stopped answer stays as far as it came; a question without any answer is taken back."""
        self.turns.append(("user", question))
        said: list[str] = []
        try:
            await self._answer(said, output)
        finally:
            if "".join(said).strip():
                self.turns.append(("assistant", "".join(said)))
            else:
                self.turns.pop()

    async def _answer(self, said: list[str], output: Output) -> None:
        unsubscribe = self.engine.subscribe(lambda status: output.progress(progress_line(status)))
        try:
            status = await self.engine.start()
        finally:
            unsubscribe()
        window = status.context_window
        sampling = sampling_for(self.library.get("chat"), 0)
        if window:
            sampling = evolve(sampling, max_tokens=min(sampling.max_tokens, window // 4))
        prompt = await build_chat(
            worded(self.library, self.turns),
            [item.read(self.folder) for item in self.attached],
            library=self.library,
            preset=self.preset,
            window=window,
            max_tokens=sampling.max_tokens,
            context_budget=context_budget(self.settings, status),
            count=self.engine.count,
        )
        self.tokens = prompt.tokens
        for name, _, dropped in prompt.parts:
            if dropped:
                output.note(f"({name}: {dropped})")
        async with aclosing(self.engine.generate(prompt.messages, sampling, Priority.CHAT)) as events:
            async for event in events:
                if isinstance(event, PrefillProgress):
                    output.progress(f"reading {event.done:,} of {event.total:,} tokens")
                elif isinstance(event, Delta):
                    said.append(event.text)
                    output.delta(event.text)
                elif isinstance(event, Finished) and event.reason == "length":
                    output.note(f"(cut after {sampling.max_tokens:,} tokens; ask it to continue)")
                elif isinstance(event, Finished) and event.reason == "repetition":
                    said[:] = [said_once("".join(said))]
                    output.note("(stopped, because it repeated itself)")

    def save(self, path: Path, overwrite: bool) -> None:
        """Write the conversation as Markdown; an existing file only when `overwrite`."""
        if path.exists() and not overwrite:
            raise AssistantError(f"{path} exists already: choose another name.")
        sections = [
            f"## {'You' if role == 'user' else 'Assistant'}\n\n{text.strip()}\n" for role, text in self.turns
        ]
        attached = "".join(f"- `{item}`\n" for item in self.attached)
        whole = (
            "# Conversation\n\n" + (f"Attached:\n\n{attached}\n" if attached else "") + "\n".join(sections)
        )
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_text(whole, "utf-8")
            beside.replace(path)
        except OSError as error:
            raise AssistantError(f"{path} cannot be written: {error.strerror}.") from error
