"""What a prompt template is, where it comes from, and what it renders to. Pure data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from attrs import field, frozen
from jinja2 import Template as Compiled

from lsp_server.engine.types import Message

Source = Literal["built in", "user", "workspace"]
Output = Literal["show", "replace", "docstring", "file"]


@frozen
class Root:
    """A directory of templates: `<action>.md`, `system.md`, `context.md`, `presets/<name>.md`."""

    path: Path
    source: Source


@frozen
class Template:
    """One action."""

    id: str
    """The file's stem."""
    name: str
    description: str
    output: Output
    context: tuple[str, ...]
    """What must be gathered for it beyond the code: "diagnostics", "tests"."""
    argument_hint: str
    """Not empty: ask the user for `instruction`, with this as the hint."""
    argument_choices: tuple[str, ...]
    """Not empty: nothing is done without `instruction`; these are offered where it cannot be typed."""
    sampling: dict[str, float | int | list[str]]
    source: Source
    path: Path
    in_menu: bool
    order: int
    """Place in the menu; equal ones by name."""
    keeps_behaviour: bool
    """Of an edit: code that then does something else is refused; False where that is what was asked for."""
    body: Compiled = field(eq=False, repr=False)
    begin: Compiled | None = field(default=None, eq=False, repr=False)
    """How the answer begins, for engines that can be made to."""


@frozen
class Rendered:
    messages: tuple[Message, ...]
    parts: tuple[tuple[str, str], ...]
    """("system", text), ("file", text), ("selection", text), ("task", text); together the whole prompt."""
