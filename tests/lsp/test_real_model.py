"""The main scenario with nothing scripted: the server as users start it, its own host process, a real model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from lsp_server import protocol
from lsp_server.store import AnswerStore
from tests.lsp.asking import PARSE, at, run_params
from tests.lsp.real_server import connect

pytestmark = [pytest.mark.real_model, pytest.mark.timeout(600)]


async def test_two_windows_share_one_engine_and_edit_with_it(workspace: Path, tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    first = await connect(workspace, runtime)
    uri = first.open(workspace / "header.py", PARSE)

    explained = await first.ask(protocol.RUN, run_params(uri, "explain"))
    edited = await first.ask(protocol.RUN, run_params(uri, "docstring"))
    pid = first.statuses[-1].pid
    await first.shutdown_session()
    await first.stop()
    second = await connect(workspace, runtime)
    await second.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("start"))

    streamed = "".join(e.text for e in first.events if e.kind == "delta")
    assert explained.text and streamed.startswith(explained.text)
    assert edited.receipt.cached_tokens > 0.5 * edited.receipt.prompt_tokens
    assert edited.proposal is not None or edited.refused
    assert second.statuses[-1].pid == pid
    await second.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("stop"))
    await second.shutdown_session()
    await second.stop()


async def test_a_selection_stays_warm_while_idle_work_is_done(workspace: Path, tmp_path: Path) -> None:
    runtime = tmp_path / "r"
    client = await connect(
        workspace, runtime, (str(Path(__file__).with_name("spare_entry.py")), str(runtime))
    )
    await client.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("start"))
    constants = "".join(f"LIMIT_OF_KIND_{i} = {i} * 17\n" for i in range(40))
    functions = "".join(
        f"\n\ndef total_{name}(orders):\n    kept = [o for o in orders if o.kind == '{name}']\n    return sum(kept)\n"
        for name in ("red", "green", "blue")
    )
    uri = client.open(workspace / "totals.py", constants + functions)
    selected = at(42, 0, 44, 20)
    identifier = lsp.VersionedTextDocumentIdentifier(1, uri)

    client.protocol.notify(protocol.WARM, protocol.WarmParams(identifier, selected))
    await answers_kept(runtime / "answers.db", 6)
    explained = await client.ask(protocol.RUN, run_params(uri, "explain", selected))
    hovered = await client.ask(
        protocol.HOVER_EXPLANATION,
        protocol.HoverExplanationParams(lsp.TextDocumentIdentifier(uri), lsp.Position(52, 6)),
    )
    await client.ask(protocol.ENGINE_CONTROL, protocol.EngineControlParams("stop"))
    await client.shutdown_session()
    await client.stop()

    receipt = explained.receipt
    prefix = sum(part.tokens for part in receipt.parts if part.name != "task")
    assert prefix > 200
    assert receipt.cached_tokens >= prefix - 8, "the last tokens join with those of the task"
    assert hovered.markdown


async def answers_kept(path: Path, count: int) -> None:
    """Wait until idle work has put this many answers into the store: an explanation and a draft for each function."""

    async def kept() -> None:
        while not path.exists() or len(AnswerStore(path)) < count:
            await asyncio.sleep(0.2)

    await asyncio.wait_for(kept(), 240)
