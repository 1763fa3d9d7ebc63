"""The run directory: who may use it, who holds the lock, what a dead host leaves."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lsp_server.host.files import AlreadyRunning, HostFiles, RunDirectoryError


def claimed(directory: Path, key: str = "key") -> HostFiles:
    files = HostFiles(directory, key)
    files.claim()
    return files


def test_the_directory_and_its_files_are_private(tmp_path: Path) -> None:
    files = claimed(tmp_path / "run")
    listener = files.bind()
    files.publish({"pid": 1})
    listener.close()

    modes = [stat.S_IMODE(p.stat().st_mode) for p in (files.directory, files.record, files.socket_path)]
    assert modes == [0o700, 0o600, 0o600]


def test_an_open_directory_of_ours_is_closed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o777)

    files = claimed(tmp_path / "run")

    assert stat.S_IMODE(files.directory.stat().st_mode) == 0o700


def test_a_second_host_with_the_same_key_is_told(tmp_path: Path) -> None:
    first = claimed(tmp_path)

    with pytest.raises(AlreadyRunning):
        claimed(tmp_path)
    claimed(tmp_path, "another key")
    first.release()
    claimed(tmp_path)


def test_what_a_dead_host_left_is_removed(tmp_path: Path) -> None:
    dead = claimed(tmp_path)
    dead.bind().close()
    dead.publish({"pid": 1})
    dead.release()

    alive = claimed(tmp_path)

    assert not alive.record.exists()
    alive.bind().close()


def test_a_path_too_long_for_a_socket_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="TT_ASSISTANT_RUNTIME_DIR"):
        claimed(tmp_path / ("x" * 120))


def test_a_file_in_the_place_of_the_directory_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")

    with pytest.raises(RunDirectoryError):
        claimed(tmp_path / "run")


def test_a_link_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "real")

    with pytest.raises(RunDirectoryError, match="not a directory"):
        claimed(tmp_path / "run")


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root to give a directory away"
)
def test_another_users_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", 12345, 12345)

    with pytest.raises(RunDirectoryError, match="another user"):
        claimed(tmp_path / "run")


def test_the_record_is_written_in_one_step(tmp_path: Path) -> None:
    files = claimed(tmp_path)
    files.publish({"pid": 1})

    files.publish({"pid": 2})

    assert files.record.read_text() == '{"pid": 2}'
    assert not list(tmp_path.glob("*.new"))
