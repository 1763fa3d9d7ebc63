"""Docstrings that idle work has drafted: offered as ready, checked again, placed without asking the model."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types as lsp

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, command, run_params
from tests.lsp.conftest import Start
from tests.lsp.idling import DRAFT, READY, Begin, eventually, idle_work, look, ready_title, requests
from tests.lsp.test_code_action import offered, params
from tests.lsp.test_hover import TWINS, explanation

NO_WARMING = {"warming": {"enabled": False}}
"""Asking for code actions again and again announces selections, which ends the idle work that a script has an answer for."""


async def test_a_prepared_docstring_is_offered_at_once_and_adds_nothing_else(
    begin: Begin, workspace: Path
) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])
    look(client, uri)
    await idle_work(client, 2)

    title = await ready_title(client, uri)
    result = await client.ask(protocol.RUN, run_params(uri, "docstring"))
    accepted = await client.ask(protocol.ACCEPT, protocol.AcceptParams(result.proposal.id))

    (change,) = accepted.edit.document_changes[0].edits
    assert title == READY
    assert result.receipt.prepared and result.receipt.completion_tokens == 0
    assert await requests(client, "ACTION") == []
    assert change.new_text == f'    """{DRAFT}"""\n' and change.range == at(4, 0)
    assert result.proposal.new_text == PARSE.replace("(line):\n", f'(line):\n    """{DRAFT}"""\n')


async def test_trying_again_asks_the_model(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])
    look(client, uri)
    await idle_work(client, 2)

    await client.script(["Cut a header at its colon."])
    result = await client.ask(protocol.RUN, run_params(uri, "docstring", fresh=True))

    assert not result.receipt.prepared
    assert "Cut a header at its colon." in result.proposal.new_text


async def test_a_draft_that_is_no_docstring_is_not_offered(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], ["```"], ["```"], [DRAFT])
    look(client, uri)
    await idle_work(client, 3)

    actions = await offered(client, params(uri))
    result = await client.ask(protocol.RUN, run_params(uri, "docstring"))

    assert actions["docstring"]["title"] != READY
    assert not result.receipt.prepared and DRAFT in result.proposal.new_text


async def test_documented_functions_and_classes_get_no_draft(begin: Begin, workspace: Path) -> None:
    client = await begin()
    text = 'class Bag:\n    def get(self):\n        """Return it."""\n        return self.item\n'
    uri = client.open(workspace / "a.py", text)
    await client.script(["It returns the item."])

    look(client, uri)
    made = await idle_work(client, 1)
    told = await client.ask(protocol.HOVER_EXPLANATION, explanation(uri, lsp.Position(1, 10)))

    assert told.markdown == "It returns the item."
    assert len(made) == len(await client.requests()) == 1


async def test_drafts_are_there_in_the_next_session(begin: Begin, workspace: Path) -> None:
    first = await begin(settings=NO_WARMING)
    uri = first.open(workspace / "a.py", PARSE)
    await first.script(["It splits a header."], [DRAFT])
    look(first, uri)
    await idle_work(first, 2)
    await ready_title(first, uri)  # kept, too
    await first.shutdown_session()
    await first.stop()

    second = await begin(settings=NO_WARMING)
    second.open(workspace / "a.py", PARSE)
    look(second, uri)

    assert await ready_title(second, uri) == READY
    assert await second.requests() == []


async def test_a_draft_is_of_its_own_class(begin: Begin, workspace: Path) -> None:
    client = await begin(settings=NO_WARMING)
    uri = client.open(workspace / "a.py", TWINS)
    await client.script(["Of the cart."], ["Add up the cart."], ["Of the bill."], ["Add up the bill."])
    look(client, uri, focus=1)

    async def ready() -> bool:
        return (await offered(client, params(uri, at(6, 9))))["docstring"]["title"] == READY

    await eventually(ready)
    result = await client.ask(protocol.RUN, run_params(uri, "docstring", at(6, 9)))

    assert result.receipt.prepared and "Add up the bill." in result.proposal.new_text


async def test_a_draft_is_ready_only_while_an_engine_is_there_that_made_it(
    begin: Begin, workspace: Path
) -> None:
    """The lightbulb said so of a stopped engine, and the action then started it and asked it."""
    client = await begin(settings={**NO_WARMING, "hover": {"mode": "off"}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([DRAFT])
    look(client, uri)
    await ready_title(client, uri)

    titles = []
    for status in ({"state": "stopped"}, {"state": "busy", "model": "other"}, {"model": "scripted"}):
        await client.script(status=status)
        titles.append((await offered(client, params(uri)))["docstring"]["title"])

    assert [title == READY for title in titles] == [False, False, True]


async def test_a_draft_is_no_longer_ready_when_its_prompt_was_edited_and_is_made_anew(
    begin: Begin, workspace: Path, user_prompts: Path
) -> None:
    client = await begin(settings={**NO_WARMING, "hover": {"mode": "off"}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([DRAFT], [{"gate": "edited"}, "Made with the new words."])
    look(client, uri)
    await ready_title(client, uri)

    prompt = user_prompts / "docstring.md"
    prompt.write_text("---\nname: Add Docstring\ndescription: d\noutput: docstring\n---\nOther words.\n")
    change = lsp.FileEvent(prompt.as_uri(), lsp.FileChangeType.Created)
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))
    await idle_work(client, 1, "running")
    title = (await offered(client, params(uri)))["docstring"]["title"]
    await client.script(open=["edited"])
    await ready_title(client, uri)
    result = await client.ask(protocol.RUN, run_params(uri, "docstring"))

    assert title != READY
    assert result.receipt.prepared and "Made with the new words." in result.proposal.new_text


async def test_a_plain_client_gets_a_prepared_docstring_by_the_command(
    start: Start, machine: Callable[..., None], workspace: Path
) -> None:
    client = await start()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])
    client.type_text(uri, 2, at(0, 9), "  # patterns")
    await idle_work(client, 2)
    await ready_title(client, uri)

    await client.workspace_execute_command_async(command("docstring", uri))
    asked = await requests(client, "ACTION")
    await client.script(["Cut a header at its colon."])
    await client.workspace_execute_command_async(command("docstring", uri))

    assert DRAFT in str(client.applied[0].edit) and asked == []
    assert "Cut a header" in str(client.applied[1].edit), "asked again, the model answers"


async def test_the_lightbulb_answers_from_memory_in_a_long_file(begin: Begin, workspace: Path) -> None:
    client = await begin(settings=NO_WARMING)
    text = "".join(f"def f{i}(x):\n    y = x + {i}\n    return y\n\n\n" for i in range(2000))
    uri = client.open(workspace / "long.py", text)
    explained = [[f"It adds {number}."] for number in (1000, 1001, 999)]
    await client.script(*explained, ["Add 1000."], [{"gate": "never"}])
    look(client, uri, first=4990, last=5030, focus=5001)
    await idle_work(client, 4)

    async def title(line: int) -> str:
        return str((await offered(client, params(uri, at(line, 0, line + 2, 12))))["docstring"]["title"])

    async def ready() -> bool:
        return await title(5000) == READY

    await eventually(ready)

    times, titles = [], set()
    for i in range(100):
        began = time.perf_counter()
        titles.add(await title(5000 + 5 * (i % 2)))
        times.append(time.perf_counter() - began)

    assert titles == {READY, "TT Assistant: Add Docstring"}
    assert sorted(times)[50] < 0.1, "a parse on the loop would take longer for each"
