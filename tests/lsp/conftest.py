"""The language server as a process, and two clients: our extension, and a plain one that knows none of our messages."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcMethodNotFound
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

from lsp_server import protocol
from lsp_server.rpc import MESSAGES, RESULTS

ROOT = Path(__file__).parents[2]
ENTRY = Path(__file__).with_name("server_entry.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


class ClientProtocol(LanguageClientProtocol):
    def get_message_type(self, method: str) -> Any:
        return MESSAGES.get(method) or super().get_message_type(method)

    def get_result_type(self, method: str) -> Any:
        if method == lsp.TEXT_DOCUMENT_CODE_ACTION:
            return None  # lsprotocol takes every action with a command for a Command: leave it as it came
        return RESULTS.get(method) or super().get_result_type(method)


class Client(LanguageClient):
    """A client that remembers what it was told, and lets a test drive the scripted engine."""

    def __init__(self) -> None:
        super().__init__(protocol_cls=ClientProtocol, converter_factory=default_converter)
        self.events: list[protocol.EventParams] = []
        self.statuses: list[protocol.StatusParams] = []
        self.action_lists: list[protocol.ActionsResult] = []
        self.applied: list[lsp.ApplyWorkspaceEditParams] = []
        self.applies = lsp.ApplyWorkspaceEditResult(applied=True)
        self.initialized_with: lsp.InitializeResult | None = None
        self.questions: list[lsp.ShowMessageRequestParams] = []
        self.picks = ""
        """The title that the user picks; "" dismisses the question."""
        self.registered: list[lsp.Registration] = []
        self.setups: list[protocol.SetupParams] = []

    def report_server_error(self, error: Exception, source: Any) -> None:
        """A request this client does not know is answered so, and is no fault of the server."""
        if not isinstance(error, JsonRpcMethodNotFound):
            super().report_server_error(error, source)

    async def ask(self, method: str, params: Any, id: str | None = None) -> Any:
        return await self.protocol.send_request_async(method, params, msg_id=id)

    async def script(self, *answers: list[Any], **order: Any) -> None:
        """Enqueue answers; `open=["gate"]` opens gates, `close=["gate"]` closes them, `status={…}` changes the engine's,
        `started={…}` what it changes to when it is brought up."""
        await self._told("test/script", {"answers": answers, **order})

    async def requests(self) -> list[dict[str, Any]]:
        """What the engine was asked so far."""
        return json.loads(await self._told("test/requests", {}))

    async def starts(self) -> int:
        """How often the engine was brought up so far."""
        return json.loads(await self._told("test/starts", {}))

    async def _told(self, method: str, order: Any) -> str:
        return await self.ask(method, {"json": json.dumps(order)})

    def open(self, path: Path, text: str, language: str = "python", version: int = 1) -> str:
        """Open a document that need not be on disk; return its URI."""
        uri = path.as_uri()
        item = lsp.TextDocumentItem(uri, language, version, text)
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def type_text(self, uri: str, version: int, range_: lsp.Range, text: str) -> None:
        change = lsp.TextDocumentContentChangePartial(range_, text)
        identifier = lsp.VersionedTextDocumentIdentifier(version, uri)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [change]))


def make_client() -> Client:
    client = Client()
    ours = {lsp.WORKSPACE_APPLY_EDIT, lsp.CLIENT_REGISTER_CAPABILITY}
    defaults = {method: f for method, f in DEFAULT_CLIENT_FEATURES.items() if method not in ours}
    register_lsp_features(client, defaults)

    @client.feature(protocol.EVENT)
    def on_event(params: protocol.EventParams) -> None:
        client.events.append(params)

    @client.feature(protocol.STATUS)
    def on_status(params: protocol.StatusParams) -> None:
        client.statuses.append(params)

    @client.feature(protocol.ACTIONS_CHANGED)
    def on_actions(params: protocol.ActionsResult) -> None:
        client.action_lists.append(params)

    @client.feature(protocol.SETUP)
    def on_setup(params: protocol.SetupParams) -> None:
        client.setups.append(params)

    @client.feature(lsp.WORKSPACE_APPLY_EDIT)
    def on_apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        client.applied.append(params)
        return client.applies

    @client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)
    def on_question(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem | None:
        client.questions.append(params)
        return next((item for item in params.actions or () if item.title == client.picks), None)

    @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
    def on_register(params: lsp.RegistrationParams) -> None:
        client.registered += params.registrations

    return client


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


@pytest.fixture
def user_prompts(tmp_path: Path) -> Path:
    (tmp_path / "user-prompts").mkdir()
    return tmp_path / "user-prompts"


Start = Callable[..., Awaitable[Client]]


@pytest.fixture
async def start(workspace: Path, user_prompts: Path) -> AsyncIterator[Start]:
    """Start a server and return its initialized client.

    `argv` and `environ` start the server as users do; without them it is the one with the scripted engine.
    """
    clients: list[Client] = []

    async def begin(
        capabilities: lsp.ClientCapabilities | None = None,
        *,
        argv: Sequence[str] = (str(ENTRY), str(user_prompts)),
        environ: Mapping[str, str] = ENVIRONMENT,
        **options: Any,
    ) -> Client:
        client = make_client()
        clients.append(client)
        await client.start_io(sys.executable, *argv, env=environ)
        folder = lsp.WorkspaceFolder(workspace.as_uri(), workspace.name)
        client.initialized_with = await client.initialize_session(
            lsp.InitializeParams(
                capabilities=capabilities or client_capabilities("neovim"),
                root_uri=workspace.as_uri(),
                workspace_folders=[folder],
                initialization_options=options or None,
            )
        )
        return client

    yield begin
    for client in clients:
        if client._server is not None and client._server.returncode is None:
            await asyncio.wait_for(client.shutdown_session(), 10)
            await client.stop()


@pytest.fixture
async def plain(start: Start) -> Client:
    """A client that knows LSP and nothing else."""
    return await start()


@pytest.fixture
async def extension(start: Start) -> Client:
    """A client that behaves like our extension, in a trusted workspace."""
    return await start(client_capabilities("visual-studio-code"), extension=True, trusted=True)


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., None]:
    """Say what the machine does from now on."""

    def does(on_battery: bool = False, others: float = 0.0) -> None:
        (tmp_path / "machine.json").write_text(json.dumps({"on_battery": on_battery, "others": others}))

    does()
    return does


@pytest.fixture
def begin(start: Start, machine: Callable[..., None]) -> Callable[..., Awaitable[Client]]:
    """Start a server that does idle work, for a client like our extension."""
    return lambda **more: start(
        client_capabilities("visual-studio-code"), **{"extension": True, "trusted": True, **more}
    )
