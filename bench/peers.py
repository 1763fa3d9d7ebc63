"""The questions of a trace as other assistants put them: same engine, same selections, same amount of code.

Each shape below is the order in which a peer's own source puts the parts of such a prompt (files as of the versions read;
the words are ours). None of them warms, and each user has one assistant: a whole project is asked in one shape.
Compared is the time to the first token of the same engine host, asked over its HTTP API. Not compared: the peers'
programs, their editors, their answers, and anything they keep on servers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from attrs import frozen

from bench.editor import Place
from bench.host import HostWatch
from bench.player import Ask
from lsp_server.engine.types import Message

TASKS = {
    "explain": "Explain what the selected code does, step by step, for a developer who is new to it.",
    "docstring": "Write a documentation comment for the selected code: what it does, its parameters, its result.",
    "refactor": "Rewrite the selected code so that it is easier to read and does the same. Reply with the code alone.",
    "tests": "Write unit tests for the selected code that cover usual and unusual input. Reply with the tests alone.",
    "review": "Review the selected code: list mistakes and risks, the worst first.",
    "complexity": "Tell the time and space complexity of the selected code, and why.",
    "optimise": "Make the selected code faster and keep what it does. Reply with the code alone.",
}


@frozen
class View:
    """What a peer sees of a file: the selection, and as many characters around it as it sends."""

    path: str
    language: str
    before: str
    selected: str
    after: str


Shape = Callable[[str, View], list[Message]]


def sliding_window(task: str, view: View) -> list[Message]:
    """Continue: code before and after the selection, the code to rewrite, then the request; the window moves with
    the selection (core/llm/templates/edit/gpt.ts, extensions/vscode/src/diff/vertical/manager.ts)."""
    text = (
        f"This is the code before the section, in {view.path}:\n```{view.language}\n{view.before}```\n"
        f"This is the code after it:\n```{view.language}\n{view.after}```\n"
        f"This is the section:\n```{view.language}\n{view.selected}\n```\n{task}"
    )
    return [Message("system", "You help a developer to change code."), Message("user", text)]


def instruction_first(task: str, view: View) -> list[Message]:
    """Cody: the instruction and the rules of the answer, then the selection and the lines around it
    (vscode/src/edit/prompt/models/claude.ts)."""
    text = (
        f"{task} The code is in <SELECTED>, in the file {view.path}; what stands around it is in <BEFORE> and <AFTER>.\n"
        f"<SELECTED>\n{view.selected}\n</SELECTED>\n<BEFORE>\n{view.before}</BEFORE>\n<AFTER>\n{view.after}</AFTER>"
    )
    return [Message("system", "You are an expert programmer in every language."), Message("user", text)]


def persona_per_intent(task: str, view: View) -> list[Message]:
    """Copilot Chat: who the model is and the rules depend on the intent, then the selection and the code around it,
    then the question (src/extension/prompts/node/panel/explain.tsx)."""
    system = (
        f"You are a programmer whose job is this: {task}\nFollow the rules of the editor. Answer in Markdown."
    )
    code = (
        f"From the file {view.path}, the selection:\n```{view.language}\n{view.selected}\n```\n"
        f"The code around it:\n```{view.language}\n{view.before}{view.selected}{view.after}```"
    )
    return [Message("system", system), Message("user", code), Message("user", task)]


SHAPES: tuple[Shape, ...] = (sliding_window, instruction_first, persona_per_intent)


async def ask_as_peer(
    shape: Shape, asks: Sequence[Ask], sizes: Sequence[int], watch: HostWatch
) -> list[float]:
    """Milliseconds to the first token of the same questions in that shape, each with as many tokens as `sizes` says."""

    async def count(messages: Sequence[Message]) -> int:
        return len(await watch.tokens(messages))

    found = []
    for ask, wanted in zip(asks, sizes, strict=True):
        messages = await fitted(shape, TASKS[ask.action], ask.place, wanted, count)
        found.append(await watch.first(messages))
    return found


async def fitted(
    shape: Shape, task: str, place: Place, tokens: int, count: Callable[[Sequence[Message]], Awaitable[int]]
) -> list[Message]:
    """The question with the widest window that has no more than `tokens` tokens: whole lines, as many on both sides."""
    lines = (
        place.document.text[: place.span.start].count("\n"),
        place.document.text[place.span.end :].count("\n"),
    )
    low, high = 0, max(lines)
    while low < high:
        middle = (low + high + 1) // 2
        if await count(shape(task, view(place, middle))) <= tokens:
            low = middle
        else:
            high = middle - 1
    return shape(task, view(place, low))


def view(place: Place, lines: int) -> View:
    """The selection with that many lines on either side."""
    document, span = place.document, place.span
    before = document.text[: span.start].splitlines(keepends=True)
    after = document.text[span.end :].splitlines(keepends=True)
    return View(
        path=document.path,
        language=document.language,
        before="".join(before[max(0, len(before) - lines) :]),
        selected=document.slice(span),
        after="".join(after[: lines + 1]).lstrip("\n") if lines else "",
    )
