"""Answers worth keeping between sessions (hover explanations, docstring drafts), on disk, bounded in size.

Keys are digests of everything an answer depends on (code, prompt, model), so an entry is never stale: when the code changes,
its key does. Owns one SQLite file; blocking, safe from any thread; knows no LSP.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, text TEXT NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL)
WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_use ON answers (used);
"""
ENTRY_OVERHEAD = 100
"""Bytes that an entry costs beside its text: key, index entry, page slack. An estimate."""
DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""The second comes of an error whose own words are damaged."""
WRITTEN_SHARE = 64
"""Whenever one part in this many of the room was written, it is counted anew: other windows write to the file, too."""
PASSING = ("locked", "full", "disk I/O", "unable to open")
"""What SQLite says of a file that is not damaged, and that others may be using. Its codes are told since Python 3.11."""
REFRESH_SECONDS = 3600
"""An entry's last use is written down at most this often, so that reading stays cheap."""


def key_of(*parts: str) -> bytes:
    """Digest the parts an answer depends on, in order; their boundaries count."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


class AnswerStore:
    """A bounded map from key to text that survives restarts; the least recently used entries go first.

    A store that is damaged is begun anew: losing it costs time, never correctness. One that cannot be used now is left to
    those who use it, and this session keeps its answers in memory.
    """

    def __init__(self, path: Path, *, max_bytes: int = 64 << 20) -> None:
        """`max_bytes` bounds the texts and their overhead, whatever number of windows writes them; 0 keeps nothing."""
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._size = self._written = 0
        self._db = self._open()

    def _count(self, db: sqlite3.Connection) -> None:
        (self._size,) = db.execute("SELECT COALESCE(SUM(size), 0) FROM answers").fetchone()
        self._written = 0

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except (*DAMAGE, OSError) as error:
            if _is_damage(error):
                return self._begin_anew(error)
            return self._in_memory(error)

    def _begin_anew(self, damage: Exception) -> sqlite3.Connection:
        log.warning("The answer store %s is begun anew: %s", self._path, damage)
        try:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            return self._connect()
        except (*DAMAGE, OSError) as error:
            return self._in_memory(error)

    def _in_memory(self, reason: Exception) -> sqlite3.Connection:
        log.warning("Answers are kept for this session only, not in %s: %s", self._path, reason)
        db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        db.executescript(SCHEMA)
        self._count(db)
        return db

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=1.0)
        try:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version not in (0, SCHEMA_VERSION):
                raise sqlite3.DatabaseError(f"schema version {version}")
            db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {SCHEMA}")
            if not version:  # writing it waits for who is writing
                db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            self._count(db)  # reads all of it: damage shows here
        except BaseException:
            db.close()
            raise
        return db

    def get(self, key: bytes) -> str | None:
        """The stored text, or None."""
        with self._lock, self._tolerant():
            row = self._db.execute("SELECT text, used FROM answers WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            now = int(time.time())
            if now - row[1] > REFRESH_SECONDS:
                self._db.execute("UPDATE answers SET used = ? WHERE key = ?", (now, key))
            return str(row[0])
        return None

    def put(self, key: bytes, text: str) -> None:
        """Keep `text` under `key`; make room by dropping what was used longest ago."""
        size = len(text.encode("utf-8", "surrogatepass")) + ENTRY_OVERHEAD
        if size > self._max_bytes:
            return
        with self._lock, self._tolerant():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                old = self._db.execute("SELECT size FROM answers WHERE key = ?", (key,)).fetchone()
                self._db.execute(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (key, text, size, int(time.time()))
                )
                self._size += size - (old[0] if old else 0)
                self._written += size
                if self._size > self._max_bytes or self._written > self._max_bytes // WRITTEN_SHARE:
                    self._count(self._db)
                self._make_room(key)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _make_room(self, keep: bytes) -> None:
        """Drop old entries until a hundredth of the room is free again: rare enough, and short enough for who waits."""
        if self._size <= self._max_bytes:
            return
        oldest = self._db.execute("SELECT key, size FROM answers WHERE key != ? ORDER BY used, key", (keep,))
        dropped: list[tuple[bytes]] = []
        for key, size in oldest:
            if self._size <= self._max_bytes * 99 // 100:
                break
            dropped.append((key,))
            self._size -= size
        self._db.executemany("DELETE FROM answers WHERE key = ?", dropped)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._tolerant():
            self._db.execute("DELETE FROM answers")
            self._size = 0

    def __len__(self) -> int:
        with self._lock:
            (count,) = self._db.execute("SELECT COUNT(*) FROM answers").fetchone()
            return int(count)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _tolerant(self) -> Iterator[None]:
        """A busy or damaged file makes a miss, never an error the user sees."""
        try:
            yield
        except DAMAGE as error:
            log.warning("The answer store could not be used: %s", error)
            if type(error) is sqlite3.DatabaseError:  # of its subclasses, none means damage
                self._db.close()
                self._db = self._begin_anew(error)


def _is_damage(error: Exception) -> bool:
    """Whether a file that could not be opened had better be begun anew."""
    return isinstance(error, DAMAGE) and not any(words in str(error) for words in PASSING)
