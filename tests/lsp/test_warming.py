"""What is sent ahead of the click."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from lsp_server import protocol
from lsp_server.features.warming import DEBOUNCE_SECONDS
from tests.lsp.asking import PARSE, at, run_params, until
from tests.lsp.conftest import Client
from tests.lsp.idling import TWO, Begin, eventually, look, observed, requests
from tests.lsp.test_code_action import offered, params


async def test_warming_sends_the_beginning_of_the_prompt(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    for line in (4, 3):
        range_ = lsp.Range(lsp.Position(line, 0), lsp.Position(5, 38))
        extension.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, range_))
    requests: list[dict] = []
    while not requests:
        requests = await extension.requests()
    selection = lsp.Range(lsp.Position(3, 0), lsp.Position(5, 38))
    await extension.script(["Text."])
    await extension.ask(protocol.RUN, run_params(uri, "explain", selection))

    warmed, asked = await extension.requests()
    assert (warmed["max_tokens"], warmed["priority"]) == (0, "WARMING")
    assert warmed["messages"] == asked["messages"]


async def test_the_task_of_the_action_used_last_is_sent_ahead(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    selection = lsp.Range(lsp.Position(3, 0), lsp.Position(5, 38))
    warmed: dict[str, dict] = {}
    for used in ("review", "tests"):
        await extension.script(["Text."], ["Text."])
        await extension.ask(protocol.RUN, run_params(uri, used, selection))
        extension.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, selection))
        while used not in warmed:
            asked = [r for r in await extension.requests() if r["priority"] == "WARMING"]
            warmed |= {used: asked[len(warmed)]} if len(asked) > len(warmed) else {}

    reviewed, shared = (warmed[used]["messages"][1][1] for used in ("review", "tests"))
    assert "Review the selected" in reviewed and "Review the selected" not in shared
    assert reviewed.startswith(shared)


async def test_tasks_of_other_likely_actions_follow_where_prompts_are_kept_apart(
    extension: Client, workspace: Path
) -> None:
    """Each is the whole prompt of its action: a click then finds it, whatever the action."""
    await extension.script(status={"prompt_cache_tokens": 100_000})
    uri = extension.open(workspace / "a.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    selection = lsp.Range(lsp.Position(3, 0), lsp.Position(5, 38))
    extension.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, selection))
    warmed: list[dict] = []
    while len(warmed) < 5:
        warmed = [r for r in await extension.requests() if r["outcome"] == "finished"]

    await extension.script(*(["Text."] * 2 for _ in range(8)))
    for action in ("explain", "docstring", "refactor", "tests", "review"):
        await extension.ask(protocol.RUN, run_params(uri, action, selection))

    asked = [r["messages"] for r in await extension.requests() if r["priority"] == "ACTION"]
    assert {r["priority"] for r in warmed} == {"WARMING"}
    assert len({str(r["messages"]) for r in warmed}) == 5
    assert all(r["messages"] in asked for r in warmed)


async def test_typing_ends_warming(extension: Client, workspace: Path) -> None:
    """A click to type at kept the engine busy with a half-typed text, and with the tasks of four actions on it."""
    await extension.script(close=["prefill"])
    uri = extension.open(workspace / "a.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    click = lsp.Range(lsp.Position(4, 0), lsp.Position(4, 0))
    extension.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, click))
    while not await extension.requests():
        pass

    extension.type_text(uri, 2, click, "    pass\n")
    while (warmed := await extension.requests())[0]["outcome"] == "running":
        pass

    assert [request["outcome"] for request in warmed] == ["cancelled"]


def warm(client: Client, uri: str, range_: lsp.Range) -> None:
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    client.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, range_))


async def warmed(client: Client, outcome: str) -> list[dict[str, Any]]:
    return await eventually(lambda: requests(client, "WARMING", outcome))


async def test_typing_in_one_file_ends_no_warming_of_another(extension: Client, workspace: Path) -> None:
    """The selection that was being read was not read on, and, announced again, was taken to be warm."""
    await extension.script(close=["prefill"])
    uri, other = (extension.open(workspace / name, PARSE) for name in ("a.py", "b.py"))
    warm(extension, uri, at(3, 0, 5, 38))
    await warmed(extension, "running")

    extension.type_text(other, 2, at(4, 0), "    pass\n")
    await extension.script(open=["prefill"])

    assert len(await warmed(extension, "finished")) == 1


async def test_a_place_is_read_again_after_typing_ended_its_warming(
    extension: Client, workspace: Path
) -> None:
    """Of a client that does not count versions the same place is the same announcement."""
    await extension.script(close=["prefill"])
    uri = extension.open(workspace / "a.py", PARSE)
    warm(extension, uri, at(4, 0))
    await warmed(extension, "running")

    extension.type_text(uri, 1, at(5, 0), "    pass\n")
    await warmed(extension, "cancelled")
    warm(extension, uri, at(4, 0))

    assert len(await warmed(extension, "running")) == 1


@pytest.mark.parametrize("range_", [at(3, 6), at(3, 0, 5, 38)], ids=["cursor", "selection"])
async def test_the_lightbulb_alone_warms(extension: Client, workspace: Path, range_: lsp.Range) -> None:
    uri = extension.open(workspace / "a.py", PARSE)

    await offered(extension, params(uri, range_))

    (request,) = await warmed(extension, "finished")
    assert request["max_tokens"] == 0 and "def parse_header" in str(request["messages"])


async def test_saving_reads_nothing_ahead_and_waits_for_nothing(extension: Client, workspace: Path) -> None:
    """A client that asked for what to fix on save had its idle work dropped and its file read."""
    await extension.script(close=["prefill"])
    uri, saved = (extension.open(workspace / name, text) for name, text in (("a.py", PARSE), ("b.py", TWO)))
    warm(extension, uri, at(3, 0, 5, 38))
    await warmed(extension, "running")

    kinds = ["source.fixAll", "source.organizeImports"]
    actions = [await offered(extension, params(saved, at(0, 0, 9, 30), only=[kind])) for kind in kinds]
    extension.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(saved)))
    await asyncio.sleep(2 * DEBOUNCE_SECONDS)

    assert actions == [{}, {}]
    assert [request["outcome"] for request in await extension.requests()] == ["running"]


async def test_a_cursor_that_stays_in_its_function_drops_no_idle_work(
    begin: Begin, workspace: Path, machine: Callable[..., None]
) -> None:
    """Whoever reads with the arrow keys announces every line."""
    machine(on_battery=True)  # no idle work before the cursor's place is warm
    client = await begin()
    uri = client.open(workspace / "a.py", TWO)
    warm(client, uri, at(3, 6))
    await warmed(client, "finished")
    await client.script([{"gate": "end"}, "It splits."])
    machine()
    look(client, uri)
    await eventually(lambda: item_running(client))

    warm(client, uri, at(4, 6))
    asked = await observed(client)

    assert [request["outcome"] for request in asked if request["max_tokens"]] == ["running"]


async def test_a_selection_that_grows_by_a_blank_line_loses_none_of_the_likely_tasks(
    extension: Client, workspace: Path
) -> None:
    await extension.script(status={"prompt_cache_tokens": 100_000}, close=["prefill"])
    uri = extension.open(workspace / "a.py", PARSE)
    warm(extension, uri, at(3, 0, 5, 38))
    await warmed(extension, "running")
    await asyncio.gather(extension.script(open=["prefill"]), extension.script(close=["prefill"]))
    await warmed(extension, "finished")
    await warmed(extension, "running")

    warm(extension, uri, at(3, 0, 6, 0))
    await warmed(extension, "cancelled")
    await extension.script(open=["prefill"])

    async def all_tasks() -> bool:
        return len({str(request["messages"]) for request in await warmed(extension, "finished")}) == 5

    assert await eventually(all_tasks)


async def test_a_cursor_has_the_likeliest_task_sent_alone_until_its_function_is_selected(
    extension: Client, workspace: Path
) -> None:
    """The other tasks took seconds in which the hover over the function could have been prepared."""
    await extension.script(status={"prompt_cache_tokens": 100_000})
    uri = extension.open(workspace / "a.py", TWO)

    async def sent(prompts: int) -> bool:
        done = await requests(extension, "WARMING", "finished")
        return len({str(request["messages"]) for request in done}) >= prompts

    warm(extension, uri, at(3, 6))
    await eventually(lambda: sent(1))
    warm(extension, uri, at(8, 6))
    await eventually(lambda: sent(2))
    assert len(await requests(extension, "WARMING")) == 2
    warm(extension, uri, at(8, 0, 9, 30))

    assert await eventually(lambda: sent(6))


@pytest.mark.parametrize(
    "template",
    ["broken", "---\nname: Explain\ndescription: d\noutput: markdown\n---\n{{ selection // 2 }}\n"],
)
@pytest.mark.parametrize("cache", [0, 100_000])
async def test_a_template_with_a_mistake_ends_no_warming(
    extension: Client, workspace: Path, user_prompts: Path, template: str, cache: int
) -> None:
    """Of the action that is taken for the likeliest: nothing was sent ahead any more."""
    (user_prompts / "explain.md").write_text(template)
    change = lsp.FileEvent((user_prompts / "explain.md").as_uri(), lsp.FileChangeType.Created)
    known = len(extension.action_lists)
    extension.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))
    await until(lambda: len(extension.action_lists) > known)
    await extension.script(status={"prompt_cache_tokens": cache})
    uri = extension.open(workspace / "a.py", PARSE)

    warm(extension, uri, at(3, 0, 5, 38))
    (first, *_) = await warmed(extension, "finished")
    await eventually(lambda: all_sent(extension, 5 if cache else 1))
    await extension.script(*([["Text."]] * 4))
    await extension.ask(protocol.RUN, run_params(uri, "review", at(3, 0, 5, 38)))

    (asked,) = await requests(extension, "ACTION")
    assert asked["messages"][1][1].startswith(first["messages"][1][1])
    assert "def parse_header" in first["messages"][1][1]


async def all_sent(client: Client, prompts: int) -> bool:
    done = await requests(client, "WARMING", "finished")
    return len({str(request["messages"]) for request in done}) == prompts


async def item_running(client: Client) -> bool:
    return any(request["max_tokens"] for request in await requests(client, "IDLE", "running"))
