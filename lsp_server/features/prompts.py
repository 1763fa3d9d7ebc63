"""The templates, seen from the client: list, show, customise, and reload when a file changes."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path

from lsp_server import actions, protocol
from lsp_server.errors import AssistantError
from lsp_server.features import views
from lsp_server.features.run import request
from lsp_server.templates import Library

if TYPE_CHECKING:
    from lsp_server.features.session import Session

FOLDER = Path(".tt-assistant", "prompts")
WATCHED = "**/.tt-assistant/prompts/**"


def register(server: LanguageServer, session: Session) -> None:
    prompts = session.prompts

    @server.feature(protocol.ACTIONS)
    async def list_actions(params: protocol.ActionsParams) -> protocol.ActionsResult:
        return actions_result(await session.library())

    @server.feature(protocol.SHOW_PROMPT)
    async def show_prompt(params: protocol.ShowPromptParams) -> protocol.ShowPromptResult:
        snapshot = session.documents.snapshot(params.text_document.uri, params.text_document.version)
        asked = request(
            session, snapshot, params.range, params.action, params.instruction, params.diagnostics
        )
        library, engine = await session.library(), await session.ready_engine()
        prompt = await actions.prepare(asked, engine=engine, library=library, settings=session.settings)
        return protocol.ShowPromptResult(prompt_markdown(prompt), views.prompt_receipt(prompt))

    @server.feature(protocol.CUSTOMISE_PROMPT)
    async def customise(params: protocol.CustomisePromptParams) -> protocol.CustomisePromptResult:
        source, _ = (await session.library()).read(params.name)
        path = prompts.place(params.scope) / f"{params.name}.md"
        await asyncio.to_thread(_write_new, path, source)
        await prompts.reload()
        return protocol.CustomisePromptResult(from_fs_path(str(path)) or path.as_uri())

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        if any(
            ".tt-assistant/prompts/" in change.uri or prompts.is_users(change.uri)
            for change in params.changes
        ):
            await prompts.reload()

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        if ".tt-assistant/prompts/" in params.text_document.uri or prompts.is_users(params.text_document.uri):
            await prompts.reload()


class Prompts:
    """Keeps the client informed about the templates in force."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: set[str] = set()

    async def begin(self) -> None:
        """Ask the client to watch the folders of templates, and tell what is there."""
        server = self._session.server
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(WATCHED)]
            if watching.relative_pattern_support and (
                base := from_fs_path(str(self._session.wiring.user_prompts))
            ):
                watchers.append(lsp.FileSystemWatcher(lsp.RelativePattern(base, "**")))
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            watched = lsp.Registration("prompts", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await server.client_register_capability_async(lsp.RegistrationParams([watched]))
        await self._announce()

    async def reload(self) -> None:
        self._session.forget_library()
        await self._announce()

    async def _announce(self) -> None:
        library = await self._session.library()
        if self._session.options.extension:
            self._session.server.protocol.notify(protocol.ACTIONS_CHANGED, actions_result(library))
            return
        for problem in set(library.problems) - self._told:
            self._session.server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, problem))
        self._told = set(library.problems)

    def place(self, scope: str) -> Path:
        """The directory for a customised template."""
        if scope == "user":
            return self._session.wiring.user_prompts
        folders = self._session.documents.folders
        if not folders:
            raise AssistantError(
                "There is no workspace folder: open one, or customise the prompt for yourself."
            )
        if not self._session.trusted:
            raise AssistantError("Prompts of a workspace are read only when it is trusted: trust it first.")
        return folders[0] / FOLDER

    def is_users(self, uri: str) -> bool:
        base = from_fs_path(str(self._session.wiring.user_prompts))
        return bool(base) and uri.startswith(f"{base}/")


def actions_result(library: Library) -> protocol.ActionsResult:
    infos = [
        protocol.ActionInfo(
            id=template.id,
            name=template.name,
            description=template.description,
            output=template.output,
            argument_hint=template.argument_hint,
            source=template.source,
            in_menu=template.in_menu,
        )
        for template in library.actions()
    ]
    problems = [
        protocol.PromptProblem(name, entry.problem, from_fs_path(str(entry.path)) or entry.path.as_uri())
        for name, entry in library.broken
    ]
    return protocol.ActionsResult(infos, list(library.presets), problems)


def prompt_markdown(prompt: actions.Prompt) -> str:
    """What each part costs, then the exact messages, each in a fence."""
    sections = []
    for message in prompt.messages:
        runs = [len(run) for run in re.findall(r"`{3,}", message.content)]
        fence = "`" * max(4, *(n + 1 for n in runs), 4)
        sections.append(f"## {message.role}\n\n{fence}text\n{message.content}\n{fence}")
    rows = [f"| {name} | {tokens:,} | {dropped} |" for name, tokens, dropped in prompt.parts]
    window = f" of {prompt.window:,}" if prompt.window else ""
    total = f"{prompt.tokens:,} tokens{window}, and up to {prompt.sampling.max_tokens:,} for the answer."
    table = ["| part | tokens | left out |", "|---|--:|---|", *rows]
    title = f"# Prompt of “{prompt.template.name}”"
    return "\n\n".join([title, total, "\n".join(table), *sections]) + "\n"


def _write_new(path: Path, text: str) -> None:
    """Write a file unless it is there already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return
    except OSError as error:
        raise AssistantError(f"{path} cannot be written: {error.strerror}.") from error
