"""The lightbulb and the refactor menu, from any client."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, run_params
from tests.lsp.conftest import Client, Start

SELECTION = at(3, 0, 5, 38)
PROBLEM = lsp.Diagnostic(at(4, 4, 4, 8), "name is not defined")


def params(uri: str, range_: lsp.Range = SELECTION, **context: object) -> lsp.CodeActionParams:
    made = lsp.CodeActionContext(**{"diagnostics": [], **context})  # type: ignore[arg-type]
    return lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), range_, made)


async def offered(client: Client, asked: lsp.CodeActionParams) -> dict[str, Any]:
    """The actions by their template id, as they are on the wire."""
    answer = await client.protocol.send_request_async(lsp.TEXT_DOCUMENT_CODE_ACTION, asked)
    return {action["command"]["arguments"][0]: action for action in answer or []}


async def test_edits_are_rewrites_and_answers_have_no_kind(start: Start, workspace: Path) -> None:
    client = await start()
    uri = client.open(workspace / "a.py", PARSE)

    actions = await offered(client, params(uri))

    assert {"explain", "refactor", "tests", "docstring"} <= set(actions)
    assert actions["docstring"]["kind"] == lsp.CodeActionKind.RefactorRewrite
    assert "kind" not in actions["explain"]
    assert not any("isPreferred" in action or "edit" in action for action in actions.values())


async def test_fix_is_a_quick_fix_where_something_is_wrong(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)

    clean = await offered(plain, params(uri))
    broken = await offered(plain, params(uri, diagnostics=[PROBLEM]))

    assert "fix" not in clean
    assert broken["fix"]["kind"] == lsp.CodeActionKind.QuickFix
    assert broken["fix"]["command"]["arguments"][5][0]["message"] == "name is not defined"


async def test_only_is_obeyed(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)

    on_save = await offered(plain, params(uri, only=["source.fixAll"]))
    rewrites = await offered(plain, params(uri, only=["refactor"]))

    assert on_save == {}
    assert "docstring" in rewrites and "explain" not in rewrites


async def test_a_mere_cursor_lights_no_bulb(plain: Client, workspace: Path) -> None:
    uri = plain.open(workspace / "a.py", PARSE)
    automatic, invoked = lsp.CodeActionTriggerKind.Automatic, lsp.CodeActionTriggerKind.Invoked

    assert await offered(plain, params(uri, at(3, 6), trigger_kind=automatic)) == {}
    assert await offered(plain, params(uri, at(3, 6), trigger_kind=invoked)) != {}


async def test_model_made_actions_are_tagged_where_the_client_knows_tags(
    start: Start, workspace: Path
) -> None:
    capabilities = client_capabilities("visual-studio-code")
    assert capabilities.text_document and capabilities.text_document.code_action
    tag = lsp.CodeActionTag.LlmGenerated
    capabilities.text_document.code_action.tag_support = lsp.CodeActionTagOptions([tag])
    client = await start(capabilities)
    uri = client.open(workspace / "a.py", PARSE)

    actions = await offered(client, params(uri))

    assert all(action["tags"] == [tag.value] for action in actions.values())


async def test_actions_answer_at_once_on_10000_lines_while_the_engine_writes(
    extension: Client, workspace: Path
) -> None:
    text = "".join(f"def f{i}(x):\n    y = x + {i}\n    return y\n\n\n" for i in range(2000))
    uri = extension.open(workspace / "long.py", text)
    await extension.script([{"gate": "end"}])
    task = asyncio.ensure_future(extension.ask(protocol.RUN, run_params(uri, "explain", at(0, 4))))
    await offered(extension, params(uri))

    times = []
    for i in range(50):
        began = time.perf_counter()
        assert await offered(extension, params(uri, at(5 * i, 0, 5 * i + 3, 0)))
        times.append(time.perf_counter() - began)

    assert sorted(times)[25] < 0.1, "a parse on the loop would take longer for each"
    await extension.script(open=["end"])
    await task
