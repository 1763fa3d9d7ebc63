"""Templates: shown as they are sent, customised, reloaded, and those of a workspace only when it is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import CURSOR, PARSE, run_params, until
from tests.lsp.conftest import Client, Start

SHOUT = "---\nname: Shout\ndescription: Loud.\noutput: show\n---\nShout.\n"


def saved(client: Client, path: Path) -> None:
    client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(path.as_uri())))


async def names(client: Client) -> dict[str, protocol.ActionInfo]:
    result = await client.ask(protocol.ACTIONS, protocol.ActionsParams())
    return {action.id: action for action in result.actions}


async def test_show_prompt_is_what_the_engine_gets(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    await extension.script(["Text."])

    shown = await extension.ask(
        protocol.SHOW_PROMPT, protocol.ShowPromptParams("explain", identifier, CURSOR)
    )
    result = await extension.ask(protocol.RUN, run_params(uri, "explain"))

    for role, content in (await extension.requests())[0]["messages"]:
        assert f"## {role}\n\n````text\n{content}\n````" in shown.markdown
    assert shown.receipt.parts == result.receipt.parts


async def test_customised_prompt_is_a_copy_and_takes_effect_when_saved(
    extension: Client, workspace: Path
) -> None:
    params = protocol.CustomisePromptParams("explain", "workspace")
    made = await extension.ask(protocol.CUSTOMISE_PROMPT, params)
    path = Path(to_fs_path(made.uri) or "")
    assert path == workspace / ".tt-assistant/prompts/explain.md"
    path.write_text(path.read_text("utf-8").replace("name: Explain", "name: Erklären"), "utf-8")

    saved(extension, path)
    await until(lambda: any(a.name == "Erklären" for a in extension.action_lists[-1].actions))

    assert (await names(extension))["explain"].source == "workspace"
    assert (await extension.ask(protocol.CUSTOMISE_PROMPT, params)).uri == made.uri
    assert "Erklären" in path.read_text("utf-8"), "customising again keeps the user's text"


async def test_a_broken_override_is_told_and_not_replaced(
    plain: Client, user_prompts: Path, workspace: Path
) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    (user_prompts / "explain.md").write_text(SHOUT.replace("output: show", "output: sing"))

    saved(plain, user_prompts / "explain.md")
    await until(lambda: plain.messages)

    assert "explain.md, line 4" in plain.messages[-1].message
    plain_identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
    with pytest.raises(JsonRpcException, match=r"explain\.md, line 4"):
        await plain.ask(protocol.SHOW_PROMPT, protocol.ShowPromptParams("explain", plain_identifier, CURSOR))


async def failure_of(client: Client, uri: str, action: str) -> protocol.ErrorData:
    """What the client is told when this action fails."""
    with pytest.raises(JsonRpcException) as failed:
        await client.ask(protocol.RUN, run_params(uri, action))
    return client.protocol._converter.structure(failed.value.data, protocol.ErrorData)


@pytest.mark.parametrize("text", [SHOUT.replace("show", "sing"), SHOUT.replace("Shout.", "{{ 1 / 0 }}")])
async def test_the_button_of_a_broken_template_opens_its_file(
    extension: Client, user_prompts: Path, workspace: Path, text: str
) -> None:
    uri = extension.open(workspace / "a.py", PARSE)
    (user_prompts / "shout.md").write_text(text)
    saved(extension, user_prompts / "shout.md")

    told = await failure_of(extension, uri, "shout")

    assert (told.code, told.button) == ("template", "customisePrompt")
    assert to_fs_path(told.file) == str(user_prompts / "shout.md")


async def test_a_problem_comes_with_the_file_it_is_in(extension: Client, user_prompts: Path) -> None:
    (user_prompts / "explain.md").write_text(SHOUT.replace("output: show", "output: sing"))

    saved(extension, user_prompts / "explain.md")
    await until(lambda: extension.action_lists and extension.action_lists[-1].problems)

    (problem,) = extension.action_lists[-1].problems
    assert problem.name == "explain" and "explain.md, line 4" in problem.message
    assert to_fs_path(problem.uri) == str(user_prompts / "explain.md")


async def test_the_button_of_an_unknown_preset_chooses_another(start: Start, workspace: Path) -> None:
    client = await start(
        client_capabilities("visual-studio-code"), extension=True, settings={"prompts": {"preset": "poet"}}
    )
    uri = client.open(workspace / "a.py", PARSE)

    told = await failure_of(client, uri, "explain")

    assert (told.button, told.file) == ("choosePreset", "")


async def test_prompts_of_a_workspace_need_trust(start: Start, workspace: Path) -> None:
    prompts = workspace / ".tt-assistant/prompts"
    prompts.mkdir(parents=True)
    (prompts / "shout.md").write_text(SHOUT)
    client = await start(client_capabilities("visual-studio-code"), extension=True)

    before = await names(client)
    client.protocol.notify(protocol.TRUST, protocol.TrustParams())
    await until(lambda: any(a.id == "shout" for result in client.action_lists for a in result.actions))

    assert "shout" not in before
    assert "shout" in await names(client)
