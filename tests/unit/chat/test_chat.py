"""The prompt of a chat: what it contains, what is dropped, what stays equal from turn to turn."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from lsp_server import context
from lsp_server.chat import AttachedCode, ChatPrompt, build_chat
from lsp_server.document import Document, Span
from lsp_server.engine.types import Message
from lsp_server.errors import AssistantError, ContextTooLong
from lsp_server.templates import Library, built_in


class OneLineLibrary:
    """Renders the shared prefix in one line, where the real one reads prompts/."""

    def prefix(self, values: Mapping[str, object], preset: str) -> list[Message]:
        system = Message("system", f"You are {preset}.")
        return [system, Message("user", f"Selected: {values['selection']}")] if values else [system]


async def count_words(text: Sequence[Message] | str) -> int:
    if isinstance(text, str):
        return len(text.split())
    return sum(len(message.content.split()) + 4 for message in text)


async def build(
    turns: Sequence[tuple[str, str]], attached: Sequence[AttachedCode] = (), window: int = 2000
) -> ChatPrompt:
    return await build_chat(
        turns,
        attached,
        library=OneLineLibrary(),
        preset="general",
        window=window,
        max_tokens=100,
        context_budget=500,
        count=count_words,
    )


def conversation(exchanges: int, words: int = 20) -> list[tuple[str, str]]:
    """`exchanges` answered questions and one new one, every turn of `words` words."""
    turns = []
    for i in range(exchanges):
        turns += [
            ("user", f"question-{i} " + "why " * (words - 1)),
            ("assistant", f"answer-{i} " + "so " * (words - 1)),
        ]
    return [*turns, ("user", f"question-{exchanges} " + "why " * (words - 1))]


def flat(prompt: ChatPrompt) -> str:
    return "".join(f"<{message.role}>{message.content}" for message in prompt.messages)


CODE = "def area(r):\n    return 3.14 * r * r\n\n\ndef name():\n    return 'circle'\n"


def attach(span: Span | None = None, path: str = "shape.py", text: str = CODE) -> AttachedCode:
    return AttachedCode(Document(f"file:///{path}", path, "python", text), span)


async def test_a_question_alone_is_system_and_question():
    prompt = await build([("user", "What is a mesh?")])

    assert prompt.messages == (Message("system", "You are general."), Message("user", "What is a mesh?"))
    assert prompt.dropped_turns == 0
    assert [part[0] for part in prompt.parts] == ["system", "question"]


async def test_each_prompt_extends_the_one_before_it():
    for exchanges in range(8):
        shorter = await build(conversation(exchanges), [attach()])
        longer = await build(conversation(exchanges + 1), [attach()])

        assert flat(longer).startswith(flat(shorter))


async def test_an_attachment_stands_before_the_first_question():
    prompt = await build(conversation(2), [attach()])

    assert prompt.messages[1].content.startswith("shape.py:\n\n```python\ndef area")
    assert "question-0" in prompt.messages[1].content
    assert prompt.messages[3].content.startswith("question-1")


async def test_oldest_exchanges_go_first_and_it_is_said():
    prompt = await build(conversation(60), [attach()])

    assert prompt.dropped_turns > 0 and prompt.dropped_turns % 2 == 0
    assert prompt.tokens <= 1900
    assert "def area" in prompt.messages[1].content
    assert prompt.messages[-1].content.startswith("question-60")
    assert (f"{prompt.dropped_turns} oldest turns dropped") in {part[2] for part in prompt.parts}


async def test_after_trimming_the_prefix_stays_equal_for_several_turns():
    prompts = [await build(conversation(n), [attach()]) for n in range(30, 120)]

    broken = sum(not flat(b).startswith(flat(a)) for a, b in itertools.pairwise(prompts))
    assert broken <= 6
    assert all(prompt.tokens <= 1900 for prompt in prompts)


async def test_a_question_that_cannot_fit_is_refused_with_both_numbers():
    with pytest.raises(ContextTooLong, match=r"3,\d\d\d tokens .* 1,900 of the 2,000"):
        await build([("user", "why " * 3000)])


async def test_attached_code_is_folded_further_when_the_question_needs_the_room():
    big = "\n\n".join(f"def f{i}():\n    return {' + '.join('x' * 30)}" for i in range(40))

    prompt = await build([("user", "why " * 1700)], [attach(text=big)])

    assert prompt.tokens <= 1900
    assert "folded" in prompt.parts[1][2]


async def test_a_stopped_answer_without_text_is_left_out_and_roles_still_alternate():
    prompt = await build([("user", "one"), ("assistant", ""), ("user", "two")])

    assert [message.role for message in prompt.messages] == ["system", "user"]
    assert prompt.messages[1].content == "one\n\ntwo"


async def test_an_empty_question_is_refused():
    for turns in ([], [("user", "  ")], [("user", "one"), ("assistant", "1")]):
        with pytest.raises(AssistantError, match="no question"):
            await build(turns)


async def test_several_attachments_keep_their_order_and_say_where_they_are_from():
    prompt = await build([("user", "Compare")], [attach(path="a.py"), attach(Span(0, 12), path="b.py")])

    text = prompt.messages[1].content
    assert text.index("a.py:") < text.index("b.py, line 1:") < text.index("Compare")


async def test_a_chat_about_a_selection_begins_as_its_actions_do():
    library = Library.load([built_in()])
    document = Document("file:///shape.py", "shape.py", "python", CODE)
    span = context.target_span(document, Span(0, 0))
    code = context.build(document, span, 500, lambda text: round(len(text) * words_per_character(CODE)))
    system, user = library.prefix(code.values, "general")

    prompt = await build_chat(
        [("user", "Why?")],
        [AttachedCode(document, span)],
        library=library,
        preset="general",
        window=0,
        max_tokens=100,
        context_budget=500,
        count=count_words,
    )

    assert prompt.messages == (system, Message("user", f"{user.content}\n\nWhy?"))


def words_per_character(text: str) -> float:
    return len(text.split()) / len(text)


async def test_a_fence_inside_attached_code_cannot_end_the_block():
    prompt = await build([("user", "Why?")], [attach(path="a.md", text="```\nx\n```\n")])

    assert prompt.messages[1].content.startswith("a.md:\n\n````")
