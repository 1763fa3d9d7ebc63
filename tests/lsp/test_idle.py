"""Idle work over stdio: what it prepares is there when asked for, and it gives way to everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcRequestCancelled

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, run_params
from tests.lsp.conftest import Start
from tests.lsp.idling import (
    DRAFT,
    READY,
    TWO,
    Begin,
    eventually,
    idle_work,
    look,
    observed,
    ready_title,
    requests,
)
from tests.lsp.test_code_action import offered, params
from tests.lsp.test_hover import explanation, hover


def task_of(request: dict[str, Any]) -> str:
    return str(request["messages"][-1][1])


async def test_a_hover_finds_what_idle_work_made(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])

    look(client, uri)
    made = await idle_work(client, 2)
    told = await client.ask(protocol.HOVER_EXPLANATION, explanation(uri))

    assert told.markdown == "It splits a header."
    assert await requests(client, "HOVER") == []
    assert "25 words" in task_of(made[0]) and "`Args:`" in task_of(made[1])


async def test_an_edited_function_has_no_stale_explanation(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])
    look(client, uri)
    await idle_work(client, 2)

    client.type_text(uri, 2, at(4, 30, 4, 35), "raw")
    await client.script(["It splits at the first colon."])
    told = await client.ask(protocol.HOVER_EXPLANATION, explanation(uri))
    actions = await offered(client, params(uri, at(3, 6)))

    assert told.markdown == "It splits at the first colon."
    assert actions["docstring"]["title"] != READY


async def test_a_foreground_request_drops_idle_work(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"gate": "never"}, "late"], ["It explains."])

    look(client, uri)
    await idle_work(client, 1, "running")
    answer = await client.ask(protocol.RUN, run_params(uri, "explain"))

    assert answer.text == "It explains."
    assert len(await requests(client, "IDLE", "cancelled")) == 1


async def test_a_hover_does_not_wait_for_idle_work_on_the_same_function(
    begin: Begin, workspace: Path
) -> None:
    """It joined the idle request, and so waited behind warming and the hovers of other windows."""
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"gate": "never"}, "late"], ["It splits a header."])
    look(client, uri)
    await idle_work(client, 1, "running")

    told = await asyncio.wait_for(client.ask(protocol.HOVER_EXPLANATION, explanation(uri)), 10)

    assert told.markdown == "It splits a header."
    assert len(await requests(client, "IDLE", "cancelled")) == 1
    assert len(await requests(client, "HOVER", "finished")) == 1


async def test_idle_work_waits_while_an_answer_streams_and_goes_on_after_it(
    begin: Begin, workspace: Path
) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"gate": "end"}, "It explains."], ["It splits a header."])
    streaming = asyncio.ensure_future(client.ask(protocol.RUN, run_params(uri, "explain")))
    await eventually(lambda: requests(client, "ACTION", "running"))

    look(client, uri)
    before = await requests(client, "IDLE")
    await client.script(open=["end"])
    await streaming
    after = await idle_work(client, 1)

    assert before == [] and len(after) == 1


async def test_typing_drops_idle_work(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"gate": "never"}], ["It splits."], [DRAFT])
    look(client, uri)
    await idle_work(client, 1, "running")

    client.type_text(uri, 2, at(4, 30, 4, 35), "raw")

    assert len(await idle_work(client, 1, "cancelled")) == 1
    assert "raw" in task_of((await idle_work(client, 1))[0])


async def test_fifty_rapid_hovers_leave_no_backlog(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", "".join(f"def f{i}():\n    return {i}\n\n\n" for i in range(50)))
    await client.script(*([[{"gate": "never"}]] * 60))
    look(client, uri, last=200)

    for i in range(50):
        place = explanation(uri, lsp.Position(4 * i, 5))
        asked = asyncio.ensure_future(client.ask(protocol.HOVER_EXPLANATION, place, f"hover-{i}"))
        await asyncio.sleep(0)
        client.cancel_request(lsp.CancelParams(f"hover-{i}"))
        with pytest.raises(JsonRpcRequestCancelled):
            await asked
    await idle_work(client, 1, "running")

    assert await requests(client, "HOVER", "running") == []
    assert len(await requests(client, "IDLE", "running")) == 1


async def test_an_item_that_fails_for_no_known_reason_is_left_and_the_others_are_made(
    begin: Begin, workspace: Path
) -> None:
    """It was made again and again, and nothing else ever was."""
    client = await begin(settings={"warming": {"enabled": False}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script([{"error": "bug"}], [DRAFT], ["It splits a header."])

    look(client, uri)

    assert await ready_title(client, uri) == READY
    assert len(await requests(client, "IDLE", "failed")) == 1
    assert len(await requests(client, "IDLE", "finished")) == 1


@pytest.mark.parametrize(
    "settings, status",
    [({"idle": {"enabled": False}}, {}), ({}, {"kind": "remote"}), ({}, {"state": "loading"})],
    ids=["switched off", "remote engine", "engine not ready"],
)
async def test_no_idle_work_where_it_is_not_wanted(
    start: Start,
    machine: Callable[..., None],
    workspace: Path,
    settings: dict[str, Any],
    status: dict[str, str],
) -> None:
    client = await start(settings={"hover": {"mode": "auto"}, **settings})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT], status=status)

    look(client, uri)
    before = await observed(client)
    client.workspace_did_change_configuration(
        lsp.DidChangeConfigurationParams({"ttAssistant": {"idle": {"enabled": True}}})
    )
    await client.script(status={"kind": "cpu", "state": "ready"})

    assert before == []
    assert await idle_work(client, 2)


@pytest.mark.parametrize("busy", [{"on_battery": True}, {"others": 0.9}], ids=["battery", "load"])
async def test_idle_work_waits_for_the_machine(
    begin: Begin, workspace: Path, machine: Callable[..., None], busy: dict[str, Any]
) -> None:
    machine(**busy)
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."], [DRAFT])

    look(client, uri)
    before = await observed(client)
    machine()
    look(client, uri)

    assert before == []
    assert await idle_work(client, 2)


async def test_idle_work_on_battery_where_the_user_allows_it(
    begin: Begin, workspace: Path, machine: Callable[..., None]
) -> None:
    machine(on_battery=True)
    client = await begin(settings={"idle": {"onBattery": True}})
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(["It splits a header."])

    look(client, uri)

    assert await idle_work(client, 1)


async def test_a_plain_client_gets_idle_work_around_its_hover(
    start: Start, machine: Callable[..., None], workspace: Path
) -> None:
    client = await start()
    uri = client.open(workspace / "a.py", TWO)
    await client.script(["It splits."], ["It shouts."], [DRAFT], ["Shout a text."])

    await hover(client, uri)
    await idle_work(client, 3)

    assert "It shouts." in await hover(client, uri, lsp.Position(8, 5))
    assert len(await requests(client, "HOVER")) == 1


async def test_warming_goes_before_idle_work(begin: Begin, workspace: Path) -> None:
    client = await begin()
    uri = client.open(workspace / "a.py", TWO)
    await client.script([{"gate": "never"}], ["It splits."])
    look(client, uri)
    await idle_work(client, 1, "running")

    selected = lsp.VersionedTextDocumentIdentifier(1, uri)
    client.protocol.notify(protocol.WARM, protocol.WarmParams(selected, at(8, 0, 9, 30)))

    assert await idle_work(client, 1, "cancelled")
    assert await eventually(lambda: requests(client, "WARMING", "finished"))


async def test_a_warm_selection_is_used_again_around_each_item(begin: Begin, workspace: Path) -> None:
    """Else the items would take its place in the engine's cache."""
    client = await begin()
    uri = client.open(workspace / "a.py", TWO)
    await client.script(*([[{"gate": "warm"}, "It shouts."]] * 2))

    selected = lsp.VersionedTextDocumentIdentifier(1, uri)
    client.protocol.notify(protocol.WARM, protocol.WarmParams(selected, at(8, 0, 9, 30)))
    (warmed,) = await eventually(lambda: requests(client, "WARMING", "finished"))
    await client.script(open=["warm"])
    before, item, after = (await idle_work(client, 3))[:3]

    assert item["max_tokens"] and item["messages"] != warmed["messages"]
    assert before["messages"] == after["messages"] == warmed["messages"]


async def test_a_lightbulb_that_is_asked_for_again_and_again_does_not_hold_idle_work(
    begin: Begin, workspace: Path
) -> None:
    """Each announced the selection once more, and each announcement asked for a quiet moment."""
    client = await begin()
    uri = client.open(workspace / "a.py", PARSE)
    await client.script(*([[DRAFT]] * 9))  # for what is interrupted, too
    look(client, uri)

    assert await ready_title(client, uri) == READY
