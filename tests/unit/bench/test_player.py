"""Playing a trace: what is sent, and to what each cost is put down. The server and the engine are scripted."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import define, evolve, field

from bench.client import Event
from bench.editor import Editor
from bench.host import Total
from bench.player import Ask, Played, Player, Warmed
from bench.trace import Step, Trace
from lsp_server.engine.types import Priority

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


@define
class ScriptedEngine:
    """Stands for the host: totals that the scripted server adds to."""

    totals_now: dict[Priority, Total] = field(factory=lambda: {p: Total() for p in Priority})

    async def totals(self) -> dict[Priority, Total]:
        return dict(self.totals_now)

    async def idle(self, every: float = 0.001) -> None:
        return None

    def spend(self, priority: Priority, cached: int, prefilled: int) -> None:
        before = self.totals_now[priority]
        self.totals_now[priority] = Total(
            before.requests + 1, before.cached + cached, before.prefilled + prefilled
        )


@define
class ScriptedRun:
    took: float = 120.0

    async def first_or_prepared(self) -> tuple[float, bool]:
        return self.took, False

    async def deltas(self, count: int) -> list[Event]:
        return [Event(0.0, "delta", "x")] * count


@define
class ScriptedServer:
    """Stands for the language server's client: warms and answers as told."""

    engine: ScriptedEngine
    explanations: list[str] = field(factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(factory=list)
    stopped_runs: int = 0

    def open(self, uri: str, text: str, language: str) -> None:
        self.sent.append(("open", {"uri": uri}))

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.sent.append((method, params))
        if method == "ttAssistant/warm":
            self.engine.spend(Priority.WARMING, cached=10, prefilled=90)

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        self.sent.append((method, params))
        return {"markdown": self.explanations.pop(0)} if method == "ttAssistant/hoverExplanation" else {}

    def run(self, action: str, uri: str, span: dict[str, Any], version: int) -> ScriptedRun:
        self.sent.append((action, {"uri": uri, "range": span, "version": version}))
        self.engine.spend(Priority.ACTION, cached=95, prefilled=12)
        return ScriptedRun()

    async def stopped(self, run: ScriptedRun) -> None:
        self.stopped_runs += 1

    def params(self, method: str) -> dict[str, Any]:
        return next(params for name, params in self.sent if name == method)


def play(
    *steps: Step, explanations: tuple[str, ...] = (), hovers: bool = True
) -> tuple[Played, ScriptedServer]:
    engine = ScriptedEngine()
    server = ScriptedServer(engine, list(explanations))
    project = Trace("project", "python", {"a.py": CODE}, (Step("open", "a.py"), *steps))
    editor = Editor(server, project, "project_1", "file:///home")  # type: ignore[arg-type]
    player = Player(editor, engine, hovers=hovers)  # type: ignore[arg-type]
    return asyncio.run(player.play(project)), server


def test_warming_and_question_are_put_down_to_their_place() -> None:
    played, _ = play(Step("select", "def two"), Step("ask", "explain"))

    warmed, ask = played.steps
    assert isinstance(warmed, Warmed)
    assert isinstance(ask, Ask)
    assert warmed.place.document.slice(warmed.place.span) == "def two():\n    return 2"
    assert warmed.cost == Total(1, 10, 90)
    assert ask.cost == Total(1, 95, 12)
    assert ask.ttft_ms == 120
    assert played.prefilled[Priority.WARMING] == 90


def test_an_answer_is_stopped_and_the_document_has_the_path_that_the_server_shows() -> None:
    played, server = play(Step("select", "def one"), Step("ask", "explain"))

    assert server.stopped_runs == 1
    assert played.asks[0].place.document.path == "project_1/a.py"
    assert server.params("explain")["uri"] == "file:///home/project_1/a.py"


def test_typing_changes_the_document_word_by_word() -> None:
    played, server = play(
        Step("type", "1 + x", after="return "), Step("select", "def one"), Step("ask", "explain")
    )

    changes = [p["contentChanges"][0] for method, p in server.sent if method == "textDocument/didChange"]
    assert [change["text"] for change in changes] == ["1", " +", " x"]
    assert changes[1]["range"]["start"] == {"line": 1, "character": 12}
    assert server.params("explain")["version"] == 4
    assert "return 1 + x1" in played.asks[0].place.document.text


def test_a_hover_knows_whether_its_code_was_edited_since_the_file_was_opened() -> None:
    edit = Step("type", "0 + ", after="return ")

    played, _ = play(
        edit, Step("hover", "def one"), Step("hover", "def two"), explanations=("It returns one.", "Two.")
    )

    assert [seen.edited for seen in played.hovers] == [True, False]
    place = played.hovers[0].place
    assert place.document.slice(place.span) == "def one():\n    return 0 + 1"


def test_a_hover_without_an_explanation_is_no_hit() -> None:
    played, _ = play(Step("hover", "def two"), explanations=("",))

    assert evolve(played.hovers[0], ms=0.0).hit is False


def test_without_hovers_they_are_pauses() -> None:
    played, server = play(Step("hover", "def two"), Step("select", "def two"), hovers=False)

    assert played.hovers == []
    assert "ttAssistant/hoverExplanation" not in [method for method, _ in server.sent]
    assert "ttAssistant/warm" in [method for method, _ in server.sent]
