"""What has to be there before the engine can run: native packages, models, and a look at all of it.

The packages are installed once in the background; until that is done an action waits for it, and after it failed the
action says why, with a button to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lsp_server import protocol
from lsp_server.errors import AssistantError

if TYPE_CHECKING:
    from lsp_server.features.session import Session


def register(server: LanguageServer, session: Session) -> None:
    setup = session.setup

    @server.feature(protocol.RETRY_SETUP)
    async def retry(params: protocol.RetrySetupParams) -> protocol.RetrySetupResult:
        await setup.run()
        await setup.finished()
        return protocol.RetrySetupResult(True)

    @server.feature(protocol.DOCTOR)
    async def doctor(params: protocol.DoctorParams) -> protocol.DoctorResult:
        if session.wiring.diagnose is None:
            raise AssistantError("This installation cannot examine itself.")
        markdown, fine = await asyncio.to_thread(session.wiring.diagnose, session.settings)
        return protocol.DoctorResult(markdown, fine)


class Setup:
    """Installs the native packages and remembers how that went."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._installation: asyncio.Task[None] | None = None
        self._beginning: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Install what is missing, once at a time; tells the client, raises nothing."""
        if self._installation is None or self._installation.done():
            self._installation = asyncio.create_task(self._install())
        await asyncio.wait([self._installation])

    async def finished(self) -> None:
        """Wait for the installation, which the first request may be the one to begin; raises its AssistantError."""
        if self._installation is None:
            self._installation = asyncio.create_task(self._install())
        await asyncio.shield(self._installation)

    async def start_engine(self) -> None:
        """Bring up the engine before anyone asks, for the clients whose users watch its state."""
        engine = await self._session.ready_engine()
        await engine.start()

    def begin_engine(self, then: Callable[[], Awaitable[None]]) -> None:
        """Bring up the engine in the background, once at a time, and then go on."""
        if self._beginning is None or self._beginning.done():
            self._beginning = self._session.spawn("engine", self._start_engine_and(then))

    async def _start_engine_and(self, then: Callable[[], Awaitable[None]]) -> None:
        await self.start_engine()
        await then()

    async def _install(self) -> None:
        install = self._session.wiring.install
        if install is None:
            return
        reported = False

        def report(message: str, progress: float | None) -> None:
            nonlocal reported
            reported = True
            self._tell(protocol.SetupParams("working", message, progress))

        try:
            await install(report)
        except AssistantError as error:
            self._tell(protocol.SetupParams("failed", error.message, button=error.button))
            raise
        if reported:
            _forget_missing_grammars()
            self._tell(protocol.SetupParams("done"))

    def _tell(self, params: protocol.SetupParams) -> None:
        server = self._session.server
        if self._session.options.extension:
            server.protocol.notify(protocol.SETUP, params)
        elif params.state == "failed":
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, params.message))
        else:
            server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, params.message))


def _forget_missing_grammars() -> None:
    """A grammar that was not there before the installation may be there now."""
    from lsp_server.syntax import languages

    languages.load.cache_clear()
