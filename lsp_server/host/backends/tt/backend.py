"""The tt backend: loads model and board in a fixed order, then answers requests. Ties the modules together, owns no logic.

Lifetime of the device: opened in `load`, closed in `close` or when `load` fails, never reopened by this process.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from lsp_server.host.backends import (
    BackendError,
    FinishReason,
    LoadProgress,
    ModelInfo,
    SamplingParams,
    Step,
    Token,
)
from lsp_server.host.backends.tt import (
    adapters,
    boards,
    device,
    environment,
    failures,
    generation,
    tokens,
    warmup,
    weights,
    window,
)
from lsp_server.host.backends.tt.adapters.package import check_board, check_model
from lsp_server.host.backends.tt.holders import holders
from lsp_server.host.backends.tt.log_tail import LogTail
from lsp_server.host.backends.tt.options import Options
from lsp_server.host.backends.tt.pages import PagePool
from lsp_server.host.backends.tt.runner import Limits, Runner
from lsp_server.host.backends.tt.telemetry import Telemetry
from lsp_server.host.backends.tt.watchdog import DeviceThread, Hung

logger = logging.getLogger(__name__)
T = TypeVar("T")
Report = Callable[[LoadProgress], None]
CONFIG = "models.tt_transformers.tt.model_config"


class TTBackend:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._thread = DeviceThread(hard_exit=options.hard_exit)
        self._log = LogTail()
        self._telemetry = Telemetry()
        self._details: dict[str, Any] = {}
        self._speed: dict[str, float] = {}
        self._ttnn: Any = None
        self._mesh: Any = None
        self._board: boards.Board | None = None
        self._adapter: adapters.Adapter | None = None
        self._runner: Runner | None = None
        self._pool: PagePool | None = None
        self._text: tokens.Text | None = None

    def load(self, report: Report) -> ModelInfo:
        try:
            return self._load(report)
        except BaseException:
            try:
                self.close()
            except Exception:
                logger.exception("Closing after a failed load failed")
            raise

    def encode(self, text: str) -> list[int]:
        return self._loaded_text.encode(text)

    def encode_chat(self, messages: Sequence[dict[str, str]]) -> list[int]:
        return self._loaded_text.encode_chat(messages)

    def generate(
        self, prompt: Sequence[int], sampling: SamplingParams, emit: Callable[[Step], bool]
    ) -> FinishReason:
        runner, text = self._runner, self._loaded_text
        if runner is None or self._thread.hung:
            raise BackendError("The board is not ready. Restart the engine.", code="device", fatal=True)
        if sampling.grammar:
            raise BackendError("A grammar cannot be used on this board.", code="unsupported")
        if not prompt:
            raise BackendError("The prompt is empty.")
        if len(prompt) > self._details["context_window"]:
            raise BackendError(
                f"The prompt has {len(prompt)} tokens; the context window has {self._details['context_window']}.",
                code="too_long",
            )
        clock = _Clock(emit)
        try:
            return runner.generate(list(prompt), sampling, text.decode, clock.emit)
        except Hung as hung:
            raise self._hung(hung) from hung
        except Exception as error:
            raise failures.explain(error, "answering", self._log.read()) from error
        finally:
            self._speed.update(clock.figures())

    def status(self) -> dict[str, Any]:
        values = {**self._details, **self._speed}
        if self._runner is not None and self._pool is not None:
            figures = self._runner.figures
            values.update(
                blocks_used=self._pool.used,
                blocks_total=self._pool.total,
                cached_prompts=len(self._runner.cache),
                requests=figures.requests,
                prefix_hits=figures.prefix_hits,
                prefix_tokens=figures.prefix_tokens,
            )
        return {**values, **self._telemetry.read()}

    def close(self) -> None:
        """Generator and model first, then submeshes, mesh and fabric. A hung board is left alone: closing would hang too."""
        if self._thread.hung:
            return
        adapter, self._adapter, self._runner = self._adapter, None, None
        mesh, self._mesh = self._mesh, None
        deadline = self._options.deadlines.close
        try:
            try:
                if adapter is not None:
                    self._thread.call("closing the model", deadline, adapter.close)
            except Hung:
                raise
            except Exception as error:
                raise failures.explain(error, "closing the model", self._log.read()) from error
            finally:
                del adapter
                if mesh is not None and (board := self._board) is not None:
                    self._thread.call(
                        "closing the board", deadline, lambda: device.close_mesh(self._ttnn, mesh, board)
                    )
        except Hung:
            return
        finally:
            if not self._thread.hung:
                self._thread.stop()

    def _load(self, report: Report) -> ModelInfo:
        deadlines = self._options.deadlines
        report(LoadProgress("finding tt-metal"))
        home = environment.enter(self._options.home)
        environment.limit_operations(deadlines.prefill)
        named = self._named(home)
        self._ttnn = self._device("importing ttnn", deadlines.warm, lambda: importlib.import_module("ttnn"))
        found = self._device("importing tt-metal", deadlines.warm, generation.detect)
        report(LoadProgress("checking the weights"))
        model = self._options.model or environment.model_name()
        checked = weights.verify(model, environment.snapshot(), reads_llama_dir=_reads_llama_dir(found))
        if found.standalone:
            check_model(checked)
        environment.use_weights(checked, home)
        board = self._open(report, found, named, home)
        adapter = adapters.make(found, self._ttnn)
        context = window.choose(
            board,
            checked,
            self._options.mode,
            self._options.context_window,
            resumes=adapter.resume != "never",
        )
        self._adapter = adapter
        plan = adapters.BuildPlan(
            model=checked.name,
            max_seq_len=context.tokens,
            blocks=context.blocks,
            mode=self._options.mode,
            device_sampling=self._options.device_sampling,
            kv_heads=checked.kv_heads,
            chips=board.chips,
            head_dim=checked.head_dim,
            layers=checked.layers,
            vocabulary=checked.vocabulary,
        )
        report(LoadProgress("loading the weights (the first time takes several minutes)"))
        self._device("loading the weights", deadlines.build, lambda: adapter.build(self._mesh, plan))
        self._text = tokens.text_of(adapter.tokenizer, checked.stop_ids)
        self._pool = PagePool(context.blocks)
        limits = Limits(context.tokens, board.chunk, deadlines)
        self._runner = Runner(adapter, self._thread, self._pool, limits, self._text.stop_ids)
        self._runner.samples_on_device = self._options.device_sampling
        note = self._warm_up(report, context.tokens, board.chunk, checked)
        self._details = {
            "board": board.name,
            "chips": board.chips,
            "generation": found.name,
            "ttnn": _ttnn_version(),
            "mode": self._options.mode,
            "context_window": context.tokens,
            "prefix_reuse": not note,
            "note": f"Prefix reuse is off: {note}." if note else "",
        }
        return ModelInfo(checked.name, context.tokens, "tt", dict(self._details))

    @staticmethod
    def _named(home: Path | None) -> boards.Board | None:
        """The board MESH_DEVICE names, with its variables set before ttnn reads them; None: to be detected."""
        name = environment.board_name()
        if not name:
            return None
        board = boards.named(name)
        environment.prepare(board, home)
        return board

    def _open(
        self, report: Report, found: generation.Generation, named: boards.Board | None, home: Path | None
    ) -> boards.Board:
        limit = self._options.deadlines.open
        report(LoadProgress("opening the board"))
        device.wait_until_free(holders, limit, lambda text: report(LoadProgress(text)))
        watch = self._watch(report)
        board = named or self._device(
            "looking for the board", limit, lambda: boards.detected(self._ttnn), watch
        )
        if named is None:
            environment.prepare(board, home)
        if found.standalone:
            check_board(board.name)
        report(LoadProgress(f"opening {board.name}"))
        self._mesh = self._device(
            "opening the board", limit, lambda: device.open_mesh(self._ttnn, board), watch
        )
        self._board = board
        return board

    def _watch(self, report: Report) -> Callable[[], None]:
        """What a blocked open says on stdout: who holds the chip."""

        def look() -> None:
            waiting = failures.find(self._log.read(), waiting=True)
            if waiting is not None:
                report(LoadProgress(waiting[1]))

        return look

    def _warm_up(self, report: Report, tokens: int, chunk: int, checked: weights.Weights) -> str:
        assert self._adapter is not None and self._runner is not None and self._pool is not None
        run = warmup.WarmUp(
            self._adapter,
            self._runner,
            self._thread,
            self._pool,
            self._options.deadlines,
            window=tokens,
            chunk=chunk,
            vocabulary=checked.vocabulary,
            report=report,
        ).run
        try:
            return run()
        except Hung as hung:
            raise self._hung(hung) from hung
        except Exception as error:
            raise failures.explain(error, "warming up", self._log.read()) from error

    def _device(
        self, doing: str, deadline: float, function: Callable[[], T], watch: Callable[[], None] | None = None
    ) -> T:
        try:
            return self._thread.call(doing, deadline, function, watch)
        except Hung as hung:
            raise self._hung(hung) from hung
        except Exception as error:
            raise failures.explain(error, doing, self._log.read()) from error

    def _hung(self, hung: Hung) -> BackendError:
        """What the log says of the wait, else that the board hangs."""
        known = failures.find(self._log.read())
        message = known[1] if known is not None else f"The board does not answer ({hung}). {failures.RESET}"
        return BackendError(message, code="device", fatal=True, detail=str(hung))

    @property
    def _loaded_text(self) -> tokens.Text:
        if self._text is None:
            raise BackendError("The model is not loaded.", code="failed")
        return self._text


class _Clock:
    """TTFT and decode speed of one request, measured where its tokens pass."""

    def __init__(self, emit: Callable[[Step], bool]) -> None:
        self._emit = emit
        self._start = time.monotonic()
        self._times: list[float] = []

    def emit(self, step: Step) -> bool:
        if isinstance(step, Token):
            self._times.append(time.monotonic())
        return self._emit(step)

    def figures(self) -> dict[str, float]:
        if not self._times:
            return {}
        values = {"ttft_ms": round((self._times[0] - self._start) * 1000, 1)}
        seconds = self._times[-1] - self._times[0]
        if seconds > 0:
            values["tokens_per_second"] = round((len(self._times) - 1) / seconds, 1)
        return values


def _reads_llama_dir(found: generation.Generation) -> bool:
    """Signatures do not tell: the variable was dropped in the middle of G1's time."""
    if found.standalone:
        return False
    return "LLAMA_DIR" in inspect.getsource(importlib.import_module(CONFIG))


def _ttnn_version() -> str:
    try:
        return metadata.version("ttnn")
    except metadata.PackageNotFoundError:
        return ""
