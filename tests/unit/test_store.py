"""The answer store keeps what it was given, within its size, across restarts, and never fails its user."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

from lsp_server.store import WRITTEN_SHARE, AnswerStore, key_of


def test_entries_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "answers.db"
    store = AnswerStore(path)
    store.put(key_of("def f(): ...", "model"), "Returns 😀.")
    store.close()

    assert AnswerStore(path).get(key_of("def f(): ...", "model")) == "Returns 😀."


def test_the_file_is_private(tmp_path: Path) -> None:
    AnswerStore(tmp_path / "a.db")

    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600


def test_a_key_depends_on_every_part_and_on_their_boundaries() -> None:
    keys = {key_of("a", "b"), key_of("ab"), key_of("b", "a"), key_of("a", "b", ""), key_of("", "ab")}

    assert len(keys) == 5


def test_the_size_is_bounded_and_the_newest_stay(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "a.db", max_bytes=50_000)

    for i in range(200):
        store.put(key_of(str(i)), "x" * 900)

    assert 30 <= len(store) <= 50
    assert store.get(key_of("199")) == "x" * 900


def test_replacing_an_entry_does_not_count_twice(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "a.db", max_bytes=10_000)
    store.put(key_of("other"), "kept")

    for _ in range(100):
        store.put(key_of("same"), "y" * 1000)

    assert store.get(key_of("other")) == "kept" and len(store) == 2


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database" * 1000)

    store = AnswerStore(tmp_path / "a.db")
    store.put(key_of("k"), "v")

    assert store.get(key_of("k")) == "v"


def test_a_file_that_is_damaged_anywhere_is_begun_anew(tmp_path: Path) -> None:
    """It was opened and then read: from then on no hover was answered, and no docstring added."""
    store = AnswerStore(tmp_path / "whole.db")
    for i in range(300):
        store.put(key_of(str(i)), "x" * 400)
    store.close()
    whole = (tmp_path / "whole.db").read_bytes()

    for start in range(0, len(whole), 4096):
        path = tmp_path / f"{start}.db"
        path.write_bytes(whole[:start] + b"\xff" * 4096 + whole[start + 4096 :])
        store = AnswerStore(path)
        for i in range(300):
            store.put(key_of("new", str(i)), "v")
        store.put(key_of("k"), "v")
        store.close()

        assert AnswerStore(path).get(key_of("k")) == "v", start


def test_a_file_that_another_window_is_writing_to_is_read(tmp_path: Path) -> None:
    """It was deleted under the other window, with all that both had kept."""
    first = AnswerStore(tmp_path / "a.db")
    first.put(key_of("a"), "kept for months")
    writing = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")

    assert AnswerStore(tmp_path / "a.db").get(key_of("a")) == "kept for months"


def test_a_file_that_another_program_holds_is_left_to_it(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "a.db")
    store.put(key_of("a"), "kept for months")
    store.close()
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.executescript("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;")

    without = AnswerStore(tmp_path / "a.db")
    without.put(key_of("b"), "in memory")
    holder.close()

    assert without.get(key_of("b")) == "in memory"
    assert AnswerStore(tmp_path / "a.db").get(key_of("a")) == "kept for months"


def test_an_unusable_place_costs_only_persistence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    store = AnswerStore(tmp_path / "file" / "a.db")
    store.put(key_of("k"), "v")

    assert store.get(key_of("k")) == "v"


def test_two_windows_may_use_one_file(tmp_path: Path) -> None:
    stores = [AnswerStore(tmp_path / "a.db") for _ in range(2)]

    def fill(which: int) -> None:
        for i in range(100):
            stores[which].put(key_of(str(which), str(i)), f"{which}-{i}")

    threads = [threading.Thread(target=fill, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert stores[0].get(key_of("1", "99")) == "1-99" and stores[1].get(key_of("0", "99")) == "0-99"


def test_two_windows_share_one_bound(tmp_path: Path) -> None:
    """Each counted what it wrote itself, and together they kept twice as much."""
    bound = 200_000
    stores = [AnswerStore(tmp_path / "a.db", max_bytes=bound) for _ in range(2)]
    db = sqlite3.connect(tmp_path / "a.db")

    sizes = []
    for i in range(300):
        stores[i % 2].put(key_of(str(i)), "x" * 900)
        sizes += db.execute("SELECT SUM(size) FROM answers").fetchone()

    assert max(sizes) <= bound + 2 * bound // WRITTEN_SHARE + 1000
    assert sizes[-1] > bound * 9 // 10
    assert stores[0].get(key_of("299")) == stores[1].get(key_of("298")) == "x" * 900
