"""What is sent ahead of the click."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from lsp_server import protocol
from tests.lsp.asking import PARSE, run_params
from tests.lsp.conftest import Client


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
