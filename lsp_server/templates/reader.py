"""One Markdown file in, a checked template out. Every mistake is a TemplateError that names file and line."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import meta, nodes

from lsp_server.errors import TemplateError
from lsp_server.templates.environment import Environment
from lsp_server.templates.sampling import sampling_problem
from lsp_server.templates.types import Root, Template

FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)^---[ \t]*\r?$\n?(.*)\Z", re.DOTALL | re.MULTILINE)
MAX_SIZE = 200_000
KEYS = (
    "name",
    "description",
    "output",
    "context",
    "sampling",
    "argument-hint",
    "argument-choices",
    "order",
    "menu",
    "keep-behaviour",
    "begin",
)
OUTPUTS = ("show", "replace", "docstring", "file")
CODE_VARIABLES = frozenset(
    {
        "language",
        "fence",
        "file",
        "selection",
        "prefix",
        "suffix",
        "name",
        "kind",
        "subject",
        "signature",
        "opening",
        "parameters",
        "scope",
        "documentation",
        "doc_style",
        "imports",
        "outline",
        "nearby",
    }
)
"""Always available in context.md and in actions; docs/prompts.md explains them."""
EXTRAS = {"diagnostics": ("diagnostics",), "tests": ("framework", "import_line", "example", "test_opening")}
"""What `context:` may ask for, and the variables it gives."""
TEXTS: dict[str, frozenset[str]] = {
    "system": frozenset(),
    "context": CODE_VARIABLES,
    "repair": frozenset({"reason"}),
}
"""Files that are no actions, with their variables."""


def read_source(path: Path) -> str:
    """Read a template's text; raises TemplateError."""
    try:
        if path.stat().st_size > MAX_SIZE:
            raise TemplateError(f"{path.name} is larger than {MAX_SIZE // 1000} kB: shorten the prompt.")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path.name} is not UTF-8 text: save it as UTF-8.") from error
    except OSError as error:
        raise TemplateError(f"{path.name} cannot be read: {error.strerror}.") from error


def read_text(path: Path, variables: Collection[str], environment: Environment) -> jinja2.Template:
    """Read a file that is all wording: system.md, context.md, a preset."""
    source = read_source(path)
    if FRONT_MATTER.match(source):
        raise TemplateError(f"{path.name}, line 1: this file takes no front matter: remove it.")
    return _compile(path, source, 0, variables, environment)


def read_action(path: Path, root: Root, environment: Environment) -> Template:
    """Read an action: front matter and body."""
    source = read_source(path)
    match = FRONT_MATTER.match(source)
    if match is None:
        raise TemplateError(
            f"{path.name}, line 1: the front matter is missing: begin with `---`, `name: …`, "
            "`description: …`, `output: show`, `---`."
        )
    keys = _front_matter(path, match[1])
    extras = tuple(keys.get("context", ()))
    variables = set(CODE_VARIABLES).union(*(EXTRAS[extra] for extra in extras))
    if keys.get("argument-hint"):
        variables.add("instruction")
    lines_before = source[: match.start(2)].count("\n")
    begin = keys.get("begin", "")
    return Template(
        id=path.stem,
        name=keys["name"],
        description=keys["description"],
        output=keys["output"],
        context=extras,
        argument_hint=keys.get("argument-hint", ""),
        argument_choices=tuple(keys.get("argument-choices", ())),
        sampling=keys.get("sampling", {}),
        source=root.source,
        path=path,
        in_menu=keys.get("menu", True),
        order=keys.get("order", 100),
        keeps_behaviour=keys.get("keep-behaviour", True),
        body=_compile(path, match[2], lines_before, variables | {"begun"}, environment),
        begin=_compile(path, begin, 0, variables, environment) if begin else None,
    )


def _front_matter(path: Path, text: str) -> dict[str, Any]:
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        keys = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise TemplateError(
            f"{path.name}, line {line}: the front matter is not valid YAML: {problem}."
        ) from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(keys, dict):
        raise TemplateError(f"{path.name}, line 1: the front matter must be `key: value` lines.")
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    for key in keys:
        if key not in KEYS:
            raise TemplateError(
                f"{path.name}, line {lines.get(str(key), 1)}: unknown key `{key}`; allowed are {', '.join(KEYS)}."
            )
    for key in ("name", "description", "output"):
        if key not in keys:
            raise TemplateError(f"{path.name}, line 1: the key `{key}` is missing.")
    for key, value in keys.items():
        problem = _problem(key, value)
        if problem:
            raise TemplateError(f"{path.name}, line {lines[key]}: `{key}` {problem}.")
    return keys


def _problem(key: str, value: Any) -> str:
    """What is wrong with a key's value; "" when nothing is."""
    if key in ("name", "description", "argument-hint", "begin"):
        return "" if isinstance(value, str) and value.strip() else "must be text"
    if key == "output":
        return "" if value in OUTPUTS else f"is {value!r}; it must be one of {', '.join(OUTPUTS)}"
    if key == "context":
        fine = isinstance(value, list) and all(item in EXTRAS for item in value)
        return "" if fine else f"must be a list out of {', '.join(EXTRAS)}"
    if key == "argument-choices":
        fine = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
        return "" if fine else "must be a list of texts"
    if key == "order":
        return "" if isinstance(value, int) and not isinstance(value, bool) else "must be a whole number"
    if key in ("menu", "keep-behaviour"):
        return "" if isinstance(value, bool) else "must be true or false"
    return sampling_problem(value)


def _compile(
    path: Path, source: str, lines_before: int, variables: Collection[str], environment: Environment
) -> jinja2.Template:
    try:
        tree = environment.parse(source)
        for name in sorted(meta.find_undeclared_variables(tree)):
            if name not in variables and name not in environment.globals:
                line = _line_of(tree, name) + lines_before
                known = ", ".join(sorted(variables)) or "none"
                raise TemplateError(
                    f"{path.name}, line {line}: unknown variable `{name}`; available here: {known}."
                )
        return environment.from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{path.name}, line {error.lineno + lines_before}: {error.message}") from error


def _line_of(tree: nodes.Template, name: str) -> int:
    return next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 1)
