"""The Jinja2 environment of prompt templates: sandboxed, strict, and bounded in output and steps.

Bounded: what a template may reach (nothing but its variables), the size of the result, loop iterations, calls, and
what `*`, `**` and `%` may grow. Not bounded: text doubled by hand through many `set` lines. Templates of a workspace
are therefore loaded only when the workspace is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_OUTPUT = 4_000_000
"""Characters of one rendered template: twice the largest document."""
MAX_STEPS = 100_000
"""Loop iterations and calls of one rendering."""
MAX_POWER = 64
STEPS = "_steps"


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2 without a loader, without globals but `range`, and with a limit on steps."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
        )
        self.globals = {"range": self.globals["range"]}
        self.filters["fenced"] = fenced
        self.filters["_counted"] = _counted

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for loop in template.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None, lineno=loop.lineno)
        return template

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        _step(context)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and not (_is_small(left) and _is_small(right)):
            raise SecurityError("a power of numbers this large is not allowed")
        if operator != "**" and not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"`{operator}` is for numbers only")
        return super().call_binop(context, operator, left, right)


def _is_small(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= MAX_POWER


def _step(context: Context) -> None:
    steps = context.get(STEPS)
    if steps is not None:
        steps[0] += 1
        if steps[0] > MAX_STEPS:
            raise SecurityError(f"it takes more than {MAX_STEPS:,} steps")


@jinja2.pass_context
def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _step(context)
        yield item


def fenced(code: object, tag: str = "") -> str:
    """Put code into a Markdown fence that is longer than any run of backticks in it."""
    text = str(code).strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{tag}\n{text}\n{fence}"


def render(template: jinja2.Template, values: Mapping[str, object]) -> str:
    """Render within the limits; raises jinja2.TemplateError and what expressions raise."""
    pieces: list[str] = []
    size = 0
    for piece in template.generate({**values, STEPS: [0]}):
        size += len(piece)
        if size > MAX_OUTPUT:
            raise SecurityError(f"it renders to more than {MAX_OUTPUT:,} characters")
        pieces.append(piece)
    return "".join(pieces).strip()
