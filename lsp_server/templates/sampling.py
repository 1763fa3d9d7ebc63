"""How an action samples: the defaults by what it produces, and what its template says instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.engine.types import SamplingParams

if TYPE_CHECKING:
    from lsp_server.templates.types import Template

EDIT_TEMPERATURE = 0.2
TOP_P = 0.9
EXPLANATION_TOKENS = 256
EDIT_MARGIN = 192
"""Tokens an edit may add beyond half again its selection."""
EDIT_CAP = 4096
TESTS_FACTOR = 3
TESTS_MINIMUM, TESTS_CAP = 512, 2048

RANGES: dict[str, tuple[type, float, float]] = {
    "temperature": (float, 0, 2),
    "top_p": (float, 0, 1),
    "top_k": (int, 0, 1_000_000),
    "seed": (int, 0, 2**32 - 1),
    "max_tokens": (int, 1, 1_000_000),
}


def sampling_for(template: Template, selection_tokens: int) -> SamplingParams:
    """Sampling params of an action on a selection of this many tokens; the template's own values win."""
    values: dict[str, Any] = {
        "temperature": EDIT_TEMPERATURE,
        "top_p": TOP_P,
        "max_tokens": _max_tokens(template.output, selection_tokens),
        **template.sampling,
    }
    values["stop"] = tuple(values.get("stop", ()))
    return SamplingParams(**values)


def _max_tokens(output: str, selection_tokens: int) -> int:
    if output == "replace":
        return min(selection_tokens * 3 // 2 + EDIT_MARGIN, EDIT_CAP)
    if output == "file":
        return min(max(selection_tokens * TESTS_FACTOR, TESTS_MINIMUM), TESTS_CAP)
    return EXPLANATION_TOKENS


def sampling_problem(value: Any) -> str:
    """What is wrong with a template's `sampling`; "" when nothing is."""
    if not isinstance(value, dict):
        return "must be like {temperature: 0.2, max_tokens: 256}"
    for key, item in value.items():
        if key == "stop":
            if not (isinstance(item, list) and all(isinstance(text, str) and text for text in item)):
                return "has a `stop` that is not a list of texts"
        elif key not in RANGES:
            return f"has an unknown key `{key}`; allowed are {', '.join([*RANGES, 'stop'])}"
        else:
            kind, low, high = RANGES[key]
            kinds = (int, float) if kind is float else (int,)
            if not isinstance(item, kinds) or isinstance(item, bool) or not low <= item <= high:
                return f"has {key} {item!r}; it must be a number from {low:g} to {high:g}"
    return ""
