"""From `initialize` to `exit`: options, settings, workspace trust, and what starts in the background."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import protocol
from lsp_server.settings import PREFIX, Settings

if TYPE_CHECKING:
    from lsp_server.features.session import Session

log = logging.getLogger(__name__)


def register(server: LanguageServer, session: Session) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        session.options = options = read_options(params.initialization_options)
        session.trusted = options.trusted

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        if session.options.settings:
            await use_settings(session, session.options.settings)
        else:
            await use_settings(session, await pulled_settings(server))
        session.spawn("set-up", session.setup.run())
        session.spawn("prompts", session.prompts.begin())
        if session.options.extension:
            session.spawn("engine", session.setup.start_engine())

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(params: lsp.DidChangeConfigurationParams) -> None:
        pushed = _plain(params.settings)
        section = pushed.get(PREFIX) if isinstance(pushed, Mapping) else None
        await use_settings(
            session, section if isinstance(section, Mapping) else await pulled_settings(server)
        )

    @server.feature(protocol.TRUST)
    async def trusted(params: protocol.TrustParams) -> None:
        session.trusted = True
        await session.prompts.reload()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        session.documents.forget(params.text_document.uri)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(params: None) -> None:
        await session.close()


def read_options(raw: Any) -> protocol.InitializationOptions:
    """Read `initializationOptions`; what is missing or of a wrong type keeps its default."""
    options = _plain(raw)
    if not isinstance(options, Mapping):
        return protocol.InitializationOptions()
    settings = options.get("settings")
    return protocol.InitializationOptions(
        settings=dict(settings) if isinstance(settings, Mapping) else {},
        extension=options.get("extension") is True,
        trusted=options.get("trusted") is True,
    )


async def pulled_settings(server: LanguageServer) -> Mapping[str, Any] | None:
    """Ask the client for our section, where it can be asked."""
    workspace = server.client_capabilities.workspace
    if not (workspace and workspace.configuration):
        return None
    wanted = lsp.ConfigurationParams([lsp.ConfigurationItem(section=PREFIX)])
    sections = await server.workspace_configuration_async(wanted)
    section = _plain(sections[0]) if sections else None
    return section if isinstance(section, Mapping) else None


async def use_settings(session: Session, section: Mapping[str, Any] | None) -> None:
    """Put settings in force; a value that cannot be used is said and keeps its default."""
    settings, errors = Settings.parse(section)
    for error in errors:
        session.server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, error.message))
    before, session.settings = session.settings, settings
    session.idle.interrupt()
    if before.prompts_preset != settings.prompts_preset:
        session.forget_answers()
    if _engine_part(before) != _engine_part(settings):
        await session.drop_engine()
        if session.options.extension:
            session.spawn("engine", session.setup.start_engine())


def _engine_part(settings: Settings) -> Settings:
    """The settings with everything that does not concern the engine at its default."""
    plain = Settings()
    return evolve(
        settings,
        prompts_preset=plain.prompts_preset,
        context_max_tokens=plain.context_max_tokens,
        hover_mode=plain.hover_mode,
        warming_enabled=plain.warming_enabled,
        idle_enabled=plain.idle_enabled,
        idle_on_battery=plain.idle_on_battery,
        edits_max_seconds=plain.edits_max_seconds,
        tests_run=plain.tests_run,
        tests_python=plain.tests_python,
        run_timeout_seconds=plain.run_timeout_seconds,
        python=plain.python,
    )


def _plain(value: Any) -> Any:
    """Arbitrary JSON of the client as dicts and lists, whatever pygls made of it."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
