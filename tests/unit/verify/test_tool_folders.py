"""Tools keep what they build in folders that are ours: none of it arrives in the project, and none of it is shared."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_server.verify import tool_folders
from lsp_server.verify.linters import check
from lsp_server.verify.project_copy import cargo_variables, project_copy
from lsp_server.verify.tool_folders import AT_ONCE, tool_folder

OLD = "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n"


def test_a_folder_is_kept_and_used_by_one_run_at_a_time(tmp_path: Path) -> None:
    with (
        tool_folder("cargo", tmp_path) as first,
        tool_folder("cargo", tmp_path) as second,
        tool_folder("cargo", tmp_path / "x") as other,
    ):
        assert first is not None and second is not None and other is not None
        assert len({first, second, other}) == 3
        (first / "built").write_text("")

    with tool_folder("cargo", tmp_path) as again:
        assert again == first and (again / "built").exists()


def test_when_all_are_in_use_the_build_is_beside_the_copy(tmp_path: Path) -> None:
    root = tmp_path / "crate"
    root.mkdir()
    (root / "Cargo.toml").write_text("")
    copies = [project_copy(root, {}) for _ in range(AT_ONCE + 1)]

    targets = [cargo_variables(copy.__enter__())["CARGO_TARGET_DIR"] for copy in copies]

    assert len(set(targets)) == AT_ONCE + 1
    assert ["tt-assistant-run-" in target for target in targets] == [False] * AT_ONCE + [True]
    for copy in copies:
        copy.__exit__(None, None, None)


def test_a_folder_that_grew_too_large_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_folders, "MAX_BYTES", 10)
    with tool_folder("cargo", tmp_path) as folder:
        assert folder is not None
        (folder / "built").write_text("x" * 11)

    with tool_folder("cargo", tmp_path) as again:
        assert again == folder and not list(again.iterdir())


def test_what_was_not_used_for_a_month_is_emptied(tmp_path: Path) -> None:
    with tool_folder("cargo", tmp_path / "a") as old:
        assert old is not None
        (old / "built").write_text("")
    os.utime(old.with_suffix(".lock"), (0, 0))

    with tool_folder("cargo", tmp_path / "b"):
        assert not list(old.iterdir())


async def test_the_check_builds_nothing_in_the_project(tmp_path: Path, own_cache: Path) -> None:
    """The project's `target` was linked: proposals were built into it."""
    root = tmp_path / "crate"
    (root / "src").mkdir(parents=True)
    (root / "target").mkdir()
    (root / ".cargo").mkdir()
    (root / ".cargo" / "config.toml").write_text(f'[build]\ntarget-dir = "{root / "target"}"\n')
    (root / "src" / "lib.rs").write_text(OLD)
    (root / "Cargo.toml").write_text('[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n')

    (found,) = await check(root, root / "src" / "lib.rs", "rust", OLD, OLD.replace("a + b", "b + a"))

    if found.ok is None:
        pytest.skip(found.detail)
    assert not list((root / "target").iterdir())
    assert list((own_cache / "tt-assistant" / "cargo").glob("*/*/debug"))
