"""Chat: the client keeps the conversation, the server answers its last turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, until
from tests.lsp.conftest import Client


def turns(*texts: str) -> list[protocol.Turn]:
    return [protocol.Turn("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)]


async def test_two_turns_about_attached_code(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    attached = [protocol.Attachment(uri, at(3, 0, 5, 38))]
    await extension.script(["It splits ", "a line."], ["A tuple."])

    first = await extension.ask(protocol.CHAT, protocol.ChatParams("c1", turns("What is it?"), attached))
    second = await extension.ask(
        protocol.CHAT,
        protocol.ChatParams("c2", turns("What is it?", first.text, "What does it return?"), attached),
    )

    assert (first.text, second.text) == ("It splits a line.", "A tuple.")
    assert [e.text for e in extension.events if e.run_id == "c1" and e.kind == "delta"] == [
        "It splits ",
        "a line.",
    ]
    asked, again = [request["messages"] for request in await extension.requests()]
    assert "parse_header" in asked[1][1]
    assert again[: len(asked)] == asked, "the second prompt extends the first, which is in the KV cache"


async def test_a_file_that_is_not_open_is_read_from_disk(extension: Client, workspace: Path) -> None:
    path = workspace / "é.py"
    path.write_text("def on_disk(): ...\n", "utf-8")
    await extension.script(["Yes."])

    await extension.ask(
        protocol.CHAT, protocol.ChatParams("c1", turns("Seen?"), [protocol.Attachment(path.as_uri())])
    )

    assert "on_disk" in (await extension.requests())[0]["messages"][1][1]


async def test_what_an_earlier_turn_attached_may_be_gone(extension: Client, workspace: Path) -> None:
    """One file that was moved made every later question of its chat fail."""
    kept = extension.open(workspace / "a.py", PARSE)
    gone = [(workspace / "moved.py").as_uri(), "untitled:Untitled-1"]
    attached = [*(protocol.Attachment(uri, earlier=True) for uri in gone), protocol.Attachment(kept)]
    await extension.script(["Yes."])

    await extension.ask(protocol.CHAT, protocol.ChatParams("c1", turns("One?", "1.", "Two?"), attached))

    notes = [e.text for e in extension.events if e.kind == "note"]
    assert any("moved.py" in note and "left out" in note for note in notes)
    assert any("Untitled-1" in note for note in notes)
    assert "parse_header" in (await extension.requests())[0]["messages"][1][1]


async def test_lines_that_an_earlier_turn_attached_may_be_gone(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    attached = [protocol.Attachment(uri, at(90, 0, 95, 0), earlier=True)]
    await extension.script(["Yes."])

    result = await extension.ask(
        protocol.CHAT, protocol.ChatParams("c1", turns("One?", "1.", "Two?"), attached)
    )

    assert result.text == "Yes."
    assert any("a.py" in e.text and "left out" in e.text for e in extension.events if e.kind == "note")


async def test_what_the_question_attaches_must_be_there(extension: Client, workspace: Path) -> None:
    attached = [protocol.Attachment((workspace / "moved.py").as_uri())]

    with pytest.raises(JsonRpcException, match=r"moved\.py cannot be read"):
        await extension.ask(protocol.CHAT, protocol.ChatParams("c1", turns("Seen?"), attached))


async def test_turns_that_no_longer_fit_are_told(extension: Client) -> None:
    long = [f"question {i} " + "word " * 400 for i in range(20)] + ["the last"]
    await extension.script(["Answer."])

    result = await extension.ask(protocol.CHAT, protocol.ChatParams("c1", turns(*long)))

    assert result.receipt.dropped_turns > 0
    assert any(e.kind == "note" and "left out" in e.text for e in extension.events)
    assert result.receipt.prompt_tokens < 4096


async def test_an_answer_that_went_round_in_circles_is_kept_without_them(extension: Client) -> None:
    said = "It is a list of words, and the words are in order."
    await extension.script([said, f"\n\n{said}\n\nIt is a", {"end": "repetition"}])

    result = await extension.ask(protocol.CHAT, protocol.ChatParams("c1", turns("What is it?")))

    assert (result.text, result.receipt.finish_reason) == (said, "repetition")


async def test_cancel_stops_the_engine(extension: Client) -> None:
    await extension.script(["Once ", {"gate": "never"}], ["Hello."])
    story = protocol.ChatParams("c1", turns("Tell a story."))
    asked = asyncio.ensure_future(extension.ask(protocol.CHAT, story, "the-id"))
    await until(lambda: [e for e in extension.events if e.kind == "delta"])

    extension.cancel_request(lsp.CancelParams("the-id"))

    with pytest.raises(JsonRpcRequestCancelled):
        await asked
    assert (await extension.requests())[-1]["outcome"] == "cancelled"
    again = await extension.ask(protocol.CHAT, protocol.ChatParams("c2", turns("Say hello.")))
    assert again.text == "Hello."
