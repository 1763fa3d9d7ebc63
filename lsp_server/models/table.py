"""The model table: which model runs on which board and engine, and what is published about its speed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import attrs
import yaml
from attrs import field, frozen

HUB = "https://huggingface.co"


@frozen
class Board:
    id: str
    name: str
    chips: int
    architecture: str


@frozen
class Source:
    id: str
    title: str
    url: str
    """Empty for a measurement of our own."""


@frozen
class Speed:
    tokens_per_second: float
    """For one user."""
    ttft_ms: float
    """0: not published."""
    source: str


@frozen
class BoardRun:
    """That a model runs on a board, as its source words it; "listed" where the source knows no status."""

    board: str
    status: Literal["complete", "functional", "listed", "experimental"]
    context: int
    """0: the source does not say."""
    source: str
    speed: Speed | None = None


@frozen
class Gguf:
    """The file the CPU engine loads: bundled in a Python package, or to be downloaded from the model's own repository."""

    context: int
    bundled: str = ""
    """The package that carries it; then there is nothing to download."""
    repo: str = ""
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    speed: Speed | None = None

    @property
    def url(self) -> str:
        return f"{HUB}/{self.repo}/resolve/main/{self.file}" if self.repo else ""


@frozen
class Model:
    id: str
    name: str
    hub: str
    """Its name on the Hugging Face hub, which is also the name vLLM and tt-inference-server serve it by."""
    licence: str
    billions: float
    """Parameters."""
    about: str
    gated: bool = False
    """The licence must be accepted on the hub before the weights can be downloaded."""
    boards: tuple[BoardRun, ...] = ()
    gguf: Gguf | None = None
    not_upstream: str = ""
    """Why no board runs it; empty when one does or when nobody would want to."""
    note: str = ""
    disk_gb: int = 0
    """Weights and their converted cache; 0: not published."""
    ram_gb: int = 0

    def run_on(self, board: str) -> BoardRun | None:
        return next((run for run in self.boards if run.board == board), None)


@frozen
class Table:
    boards: tuple[Board, ...]
    sources: tuple[Source, ...]
    models: tuple[Model, ...] = field()

    def model(self, name: str) -> Model | None:
        """Find a model by id or hub name."""
        return next((m for m in self.models if name.lower() in (m.id, m.hub.lower())), None)

    def for_board(self, board: str) -> list[Model]:
        """Models that run on `board`, best supported first."""
        order = ("complete", "functional", "listed", "experimental")
        runs = [(order.index(run.status), m.name, m) for m in self.models if (run := m.run_on(board))]
        return [model for _, _, model in sorted(runs, key=lambda item: item[:2])]

    def downloads(self) -> list[Model]:
        """Models for the CPU that can be downloaded as one file, smallest first."""
        found = [m for m in self.models if m.gguf is not None and m.gguf.url]
        return sorted(found, key=lambda m: m.billions)


@cache
def load() -> Table:
    return _parse(yaml.safe_load(Path(__file__).with_name("table.yaml").read_text("utf-8")))


def _parse(data: dict[str, Any]) -> Table:
    return Table(
        boards=tuple(Board(id=key, **value) for key, value in data["boards"].items()),
        sources=tuple(Source(id=key, **value) for key, value in data["sources"].items()),
        models=tuple(_model(entry) for entry in data["models"]),
    )


def _model(entry: dict[str, Any]) -> Model:
    boards = tuple(
        BoardRun(board=key, **{**run, "speed": _speed(run.get("speed"))})
        for key, run in entry.get("boards", {}).items()
    )
    gguf = entry.get("gguf")
    file = Gguf(**{**gguf, "speed": _speed(gguf.get("speed"))}) if gguf else None
    return Model(**{**entry, "boards": boards, "gguf": file})


def _speed(figures: list[Any] | None) -> Speed | None:
    return Speed(*figures) if figures else None


def as_json(table: Table) -> str:
    return json.dumps(attrs.asdict(table), indent=2, ensure_ascii=False) + "\n"


def as_text(table: Table) -> str:
    """The table for a terminal: one line per model and engine."""
    rows = [("MODEL", "RUNS ON", "STATUS", "CONTEXT", "TOKENS/S", "FIRST TOKEN")]
    for model in table.models:
        rows += rows_of(model)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    notes = [
        f"{model.name}: not upstream yet. {model.not_upstream}"
        for model in table.models
        if model.not_upstream
    ]
    closing = [
        "",
        *notes,
        "",
        "Any model also runs as a GGUF file on the CPU (--model FILE.gguf) or behind --url. Figures of boards are published",
        "ones for one user and a short prompt, those of the CPU are for 1,500 tokens; docs/models.md names each source.",
    ]
    return "\n".join([*lines, *closing]) + "\n"


def rows_of(model: Model) -> list[tuple[str, str, str, str, str, str]]:
    """Model, where, status, context, tokens per second, time to the first token; "" where nothing is published."""
    rows = []
    if model.gguf is not None:
        status = "bundled" if model.gguf.bundled else f"download {model.gguf.bytes / 1e6:,.0f} MB"
        rows.append((model.name, "cpu", status, *_figures(model.gguf.context, model.gguf.speed)))
    rows += [(model.name, run.board, run.status, *_figures(run.context, run.speed)) for run in model.boards]
    return rows or [(model.name, "cpu, remote", "your own GGUF", "", "", "")]


def _figures(context: int, speed: Speed | None) -> tuple[str, str, str]:
    rate = f"{speed.tokens_per_second:g}" if speed else ""
    first = f"{speed.ttft_ms:,.0f} ms" if speed and speed.ttft_ms else ""
    return (f"{context:,}" if context else "", rate, first)
