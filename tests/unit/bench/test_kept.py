"""Tokens of idle work are put down to what came of them, and an answer store is read from outside."""

from __future__ import annotations

from pathlib import Path

from bench import kept
from bench.host import Total
from bench.kept import IdleTokens
from lsp_server.engine.types import Priority
from lsp_server.store import AnswerStore


def totals(idle: int, others: int = 0) -> dict[Priority, Total]:
    found = {priority: Total() for priority in Priority}
    return found | {Priority.IDLE: Total(1, 0, idle), Priority.ACTION: Total(others, 0, 0)}


def test_an_answer_has_cost_what_was_spent_since_the_one_before() -> None:
    tokens = IdleTokens()
    tokens.begin(totals(100))

    tokens.see(totals(130), [])
    tokens.see(totals(140), [b"one"])
    tokens.see(totals(145), [b"one", b"two"])

    assert tokens.spent == {b"one": 40, b"two": 5}
    assert tokens.wasted([b"one"]) == 5


def test_what_somebody_pushed_aside_is_in_vain() -> None:
    tokens = IdleTokens()

    tokens.see(totals(30), [])
    tokens.see(totals(30, others=1), [])
    tokens.see(totals(50, others=1), [b"one"])

    assert tokens.wasted([b"one"]) == 30


def test_what_no_answer_came_of_is_in_vain() -> None:
    tokens = IdleTokens()

    tokens.see(totals(30), [])

    assert tokens.wasted([]) == 30


def test_a_store_is_read_while_a_server_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"

    assert kept._read(path) == []
    store = AnswerStore(path)
    store.put(b"key", "text")

    assert kept._read(path) == [(b"key", "text")]
    store.close()
