"""Settings from every place a client may send them, and values that cannot be used."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from lsp_server import protocol
from tests.lsp.asking import PARSE, run_params, until
from tests.lsp.conftest import Client, Start


async def system_prompt(client: Client, uri: str) -> str:
    await client.script(["Text."])
    await client.ask(protocol.RUN, run_params(uri, "explain"))
    return str((await client.requests())[-1]["messages"][0][1])


async def test_bad_values_are_told_and_the_others_hold(start: Start, workspace: Path) -> None:
    client = await start(settings={"hover": {"mode": "loud"}, "prompts": {"preset": "web"}})
    uri = client.open(workspace / "a.py", PARSE)

    await until(lambda: client.messages)

    assert "ttAssistant.hover.mode" in client.messages[0].message
    assert "web" in (await system_prompt(client, uri)).lower()


async def test_changed_settings_take_effect(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    general = await system_prompt(plain, uri)

    section = {"ttAssistant": {"prompts": {"preset": "systems"}}}
    plain.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(section))

    assert await system_prompt(plain, uri) != general
