"""All templates in force: workspace over user over built in, a whole file at a time. Hot reload is a new Library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from attrs import frozen

from lsp_server.engine.types import Message
from lsp_server.errors import TemplateError
from lsp_server.templates import reader
from lsp_server.templates.environment import Environment, fenced, render
from lsp_server.templates.types import Rendered, Root, Template

GENERAL = "general"
"""The preset that is system.md itself."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
PACKAGE = Path(__file__).parents[1]


def built_in() -> Root:
    """The templates that come with the assistant: beside the package, or in it when installed as a wheel."""
    beside = PACKAGE.parent / "prompts"
    return Root(beside if beside.is_dir() else PACKAGE / "_prompts", "built in")


@frozen
class Entry:
    """One file of a root, read or broken."""

    path: Path
    root: Root
    text: jinja2.Template | None = None
    action: Template | None = None
    problem: str = ""


class Library:
    """Reads nothing after `load`."""

    def __init__(
        self, entries: Mapping[str, Entry], broken: Sequence[tuple[str, Entry]], digest: str
    ) -> None:
        self._entries = dict(entries)
        self.broken = tuple(broken)
        """Templates that cannot be used, by name."""
        self.digest = digest
        """Differs when any template does; answers kept on disk depend on it."""
        self.problems = tuple(entry.problem for _, entry in broken)
        names = sorted(name.partition("/")[2] for name in entries if name.startswith("presets/"))
        self.presets = (GENERAL, *(name for name in names if name != GENERAL))

    @classmethod
    def load(cls, roots: Sequence[Root]) -> Library:
        """Read every template; later roots win. A bad file becomes a problem and stays in force, broken."""
        environment = Environment()
        entries: dict[str, Entry] = {}
        broken: list[tuple[str, Entry]] = []
        for root in roots:
            for name, path in _files(root.path):
                entry = _read(name, path, root, environment)
                entries[name] = entry
                if entry.problem:
                    broken.append((name, entry))
        digest = hashlib.blake2b(digest_size=16)
        for name, entry in sorted(entries.items()):
            digest.update(
                f"{name}\0{entry.problem or reader.read_source(entry.path)}\0".encode(
                    "utf-8", "surrogatepass"
                )
            )
        return cls(entries, broken, digest.hexdigest())

    def actions(self) -> list[Template]:
        """Every action in menu order; broken ones are not among them but among `problems`."""
        found = [entry.action for entry in self._entries.values() if entry.action]
        return sorted(found, key=lambda action: (action.order, action.name))

    def get(self, id: str) -> Template:
        entry = self._entry(id)
        if entry.action is None:
            raise TemplateError(f"`{id}` is not an action.")
        return entry.action

    def prefix(self, values: Mapping[str, object], preset: str) -> list[Message]:
        """The messages before any task; without values, the system message alone."""
        system = Message("system", self._system(preset))
        return [system, Message("user", self.text("context", values))] if values else [system]

    def render(
        self, template: Template, values: Mapping[str, object], preset: str, *, begun: bool = False
    ) -> Rendered:
        """The prompt of an action: system, context with the selection, task.

        `begun`: the engine goes on with an answer that is begun for it, so the last message may be the assistant's.
        """
        extras = [name for extra in template.context for name in reader.EXTRAS[extra]]
        values = {**dict.fromkeys([*extras, "instruction"], ""), **values}
        system, user = self.prefix(values, preset)
        begin = _rendered(template.path, template.begin, values) if begun and template.begin else ""
        task = _rendered(template.path, template.body, {**values, "begun": bool(begin)})
        selection = fenced(values["selection"], str(values["fence"]))
        at = user.content.rfind(selection)
        at = at if at >= 0 else len(user.content)
        return Rendered(
            messages=(
                system,
                Message("user", f"{user.content}\n\n{task}"),
                *([Message("assistant", begin)] if begin else []),
            ),
            parts=(
                ("system", system.content),
                ("file", user.content[:at]),
                ("selection", user.content[at:]),
                ("task", task),
                *([("begun answer", begin)] if begin else []),
            ),
        )

    def text(self, name: str, values: Mapping[str, object]) -> str:
        """Render a file that is no action: "context", "repair"."""
        entry = self._entry(name)
        if entry.text is None:
            raise TemplateError(f"`{name}` is an action, not a text.")
        return _rendered(entry.path, entry.text, values)

    def read(self, name: str) -> tuple[str, Root]:
        """The source of a template in force, also of a broken one, for Customise Prompt."""
        entry = self._entries.get(_stored(name, self._entries))
        if entry is None:
            raise TemplateError(f"There is no prompt `{name}`.")
        return reader.read_source(entry.path), entry.root

    def _system(self, preset: str) -> str:
        name = f"presets/{preset}"
        if preset != GENERAL and name not in self._entries:
            raise TemplateError(
                f"There is no preset `{preset}`: choose one of {', '.join(self.presets)}.",
                button="choosePreset",
            )
        return self.text(_stored(name, self._entries), {})

    def _entry(self, name: str) -> Entry:
        entry = self._entries.get(name)
        if entry is None:
            raise TemplateError(f"There is no prompt `{name}`.")
        if entry.problem:
            raise TemplateError(entry.problem, file=entry.path)
        return entry


def _stored(name: str, entries: Mapping[str, Entry]) -> str:
    return "system" if name == f"presets/{GENERAL}" and name not in entries else name


def _files(directory: Path) -> list[tuple[str, Path]]:
    """Template names and paths of a root; one that does not exist is empty."""
    found = [(path.stem, path) for path in sorted(directory.glob("*.md"))]
    found += [(f"presets/{path.stem}", path) for path in sorted((directory / "presets").glob("*.md"))]
    return [(name, path) for name, path in found if path.stem.lower() != "readme"]


def _read(name: str, path: Path, root: Root, environment: Environment) -> Entry:
    try:
        if not NAME.fullmatch(path.stem):
            raise TemplateError(f"{path.name}: name the file with small letters, digits and hyphens.")
        if name.startswith("presets/"):
            return Entry(path, root, text=reader.read_text(path, (), environment))
        if name in reader.TEXTS:
            return Entry(path, root, text=reader.read_text(path, reader.TEXTS[name], environment))
        return Entry(path, root, action=reader.read_action(path, root, environment))
    except TemplateError as error:
        return Entry(path, root, problem=f"{_where(root)}{error.message}")


def _where(root: Root) -> str:
    return "" if root.source == "built in" else f"Prompt of the {root.source}: "


def _rendered(file: Path, template: jinja2.Template, values: Mapping[str, object]) -> str:
    try:
        return render(template, values)
    except (
        jinja2.TemplateError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        raise TemplateError(f"{file.name} cannot be rendered: {error}.", file=file) from error
