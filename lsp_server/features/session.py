"""What the features share: settings, engine, templates, documents, and whether the workspace is trusted.

One session belongs to one client. Everything expensive is made when it is first asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen
from pygls.lsp.server import LanguageServer

from lsp_server.errors import AssistantError
from lsp_server.features.answers import Answers
from lsp_server.features.documents import Documents
from lsp_server.features.drafts import Drafts
from lsp_server.features.idle import Idle
from lsp_server.features.prompts import Prompts
from lsp_server.features.proposals import Proposals
from lsp_server.features.setup import Setup
from lsp_server.features.warming import Warming
from lsp_server.models.paces import Paces
from lsp_server.protocol import InitializationOptions, ModelInfo
from lsp_server.settings import Settings
from lsp_server.store import AnswerStore

if TYPE_CHECKING:
    from lsp_server.engine.types import Engine
    from lsp_server.idle.machine import Reading
    from lsp_server.models.table import Model
    from lsp_server.templates import Library


@frozen
class Wiring:
    """What a server is composed of: by __main__ for users, by tests for themselves."""

    make_engine: Callable[[Settings], Engine]
    load_library: Callable[[Settings, list[Path], bool], Library]
    """Settings, workspace folders, trusted; reads files."""
    stop_engine: Callable[[Engine], Awaitable[None]]
    """Stop the process of an engine, for every window; raises AssistantError when it is not ours."""
    user_prompts: Path
    """Where the user's own templates are."""
    models: Path
    """Where downloaded models are."""
    load_models: Callable[[], Sequence[Model]]
    """The models that can be downloaded; reads a file."""
    board_models: Callable[[Settings, str], list[ModelInfo]] | None = None
    """The models for a board, by its name ("": any), and whether they are here; reads files."""
    answers: Path | None = None
    """The file of the answer store; None keeps answers in memory only."""
    rates: Path | None = None
    """The file of measured rates; None keeps them in memory only."""
    install: Callable[[Callable[[str, float | None], None]], Awaitable[None]] | None = None
    """Install the native packages; None where nothing is to be installed."""
    diagnose: Callable[[Settings], tuple[str, bool]] | None = None
    """Examine the set-up: Markdown, and whether all is well; blocking."""
    read_machine: Callable[[Collection[int]], Reading] | None = None
    """What the machine does beside these processes; blocking. None: no idle work."""
    quiet_seconds: float = 1.0
    """Without an edit or a foreground request, before idle work goes on."""


log = logging.getLogger(__name__)

T = TypeVar("T")


class Session:
    """The state of one client's connection."""

    def __init__(self, server: LanguageServer, wiring: Wiring) -> None:
        self.server = server
        self.wiring = wiring
        self.documents = Documents(server)
        self.options = InitializationOptions()
        self.settings = Settings()
        self.trusted = False
        self.proposals = Proposals()
        self.paces = Paces(wiring.rates)
        self.answers = Answers(self._answer_store)
        self.prompts = Prompts(self)
        self.setup = Setup(self)
        self._engine: Engine | None = None
        self._engine_listeners: list[Callable[[Engine], None]] = []
        self._library: asyncio.Task[Library] | None = None
        self._scratch: TemporaryDirectory[str] | None = None
        self._background: set[asyncio.Task[Any]] = set()
        self.warming = Warming(self)
        self.drafts = Drafts(self)
        self.idle = Idle(self)

    @property
    def engine(self) -> Engine:
        """The engine for the settings in force."""
        if self._engine is None:
            self._engine = self.wiring.make_engine(self.settings)
            for listener in self._engine_listeners:
                listener(self._engine)
        return self._engine

    async def ready_engine(self) -> Engine:
        """The engine, once what it needs is installed. Raises AssistantError."""
        if not self.settings.engine_url:
            await self.setup.finished()
        return self.engine

    def uses(self, engine: Engine) -> bool:
        """Whether this is the engine in use, and none that was dropped."""
        return engine is self._engine

    def on_engine(self, listener: Callable[[Engine], None]) -> None:
        """Call `listener` with every engine this session makes."""
        self._engine_listeners.append(listener)

    async def close(self) -> None:
        """End what runs in the background and let go of everything."""
        for task in list(self._background):
            task.cancel()
        await self.drop_engine()
        await self.answers.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    async def drop_engine(self) -> None:
        """Let go of the engine; the next use makes one for the settings of then."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.aclose()

    def _answer_store(self) -> AnswerStore | None:
        return AnswerStore(self.wiring.answers) if self.wiring.answers else None

    @property
    def scratch(self) -> Path:
        """A directory for files that are only shown; it goes with the session."""
        if self._scratch is None:
            self._scratch = TemporaryDirectory(prefix="tt-assistant-")
        return Path(self._scratch.name)

    async def library(self) -> Library:
        """The prompt templates, read in a thread the first time and after `forget_library`."""
        if self._library is None:
            arguments = (self.settings, self.documents.folders, self.trusted)
            self._library = asyncio.create_task(asyncio.to_thread(self.wiring.load_library, *arguments))
        return await asyncio.shield(self._library)

    def forget_library(self) -> None:
        """Read the templates again at their next use; what was made with the old ones goes too."""
        self.forget_answers()
        self._library = None

    def forget_answers(self) -> None:
        """Let go of what was made with other prompts than those of now, and look anew for what there is to make."""
        self.answers.clear()
        self.drafts.clear()
        self.idle.interrupt()

    def spawn(self, name: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine in the background; its failure is logged."""
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if task.cancelled() or not (error := task.exception()):
            return
        if isinstance(error, AssistantError):
            log.warning("%s: %s", task.get_name(), error.message)
        else:
            log.error("%s failed", task.get_name(), exc_info=error)
