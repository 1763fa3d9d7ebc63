"""The questions of a chat in the wording of chat.md."""

from __future__ import annotations

from collections.abc import Iterable

from lsp_server.templates.library import Library, _rendered
from lsp_server.templates.reader import CODE_VARIABLES


def worded(library: Library, turns: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The turns (role, text) of a conversation as the model is to read them. Raises TemplateError.

    The earlier questions are worded as well: what the model has read must stay as it was.
    """
    return [(role, _worded(library, text) if role == "user" else text) for role, text in turns]


def _worded(library: Library, question: str) -> str:
    """A chat has no one selection, so the variables about code are empty. A wording without the question precedes it."""
    if not question.strip():
        return question
    template = library.get("chat")
    values = {**dict.fromkeys([*CODE_VARIABLES, "begun"], ""), "instruction": question}
    text = _rendered(template.path, template.body, values).strip()
    if text == question.strip():
        return question
    return text if question.strip() in text else f"{text}\n\n{question}"
