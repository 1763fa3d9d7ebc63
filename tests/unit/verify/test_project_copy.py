"""Nothing that is written into the copy of a project arrives in the project, whatever its folders are called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.errors import EditRefused
from lsp_server.verify.generated_tests import run_tests
from lsp_server.verify.project_copy import project_copy, write_within

NAMES = ("node_modules", ".venv", "venv", "target", "vendor")
HALF = "def half(n):\n    return n // 2 if n > 1 else 0\n"


def project_with(folder: Path) -> Path:
    """A project that is the parent of `folder`, with code and a link in that folder."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "code.py").write_text(HALF)
    (folder / "link.py").symlink_to("code.py")
    return folder.parent


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("manifest", [None, "Cargo.toml"])
def test_a_change_below_a_folder_of_that_name_stays_in_the_copy(
    tmp_path: Path, name: str, manifest: str | None
) -> None:
    """A package called vendor was linked, and the proposal was written through the link before any preview."""
    root = project_with(tmp_path / "project" / name)
    if manifest:
        (root / manifest).write_text("")

    with project_copy(root, {root / name / "code.py": "new", root / name / "more" / "x.py": "new"}) as copy:
        assert (copy / name / "code.py").read_text() == "new"
        assert (copy / name / "more" / "x.py").read_text() == "new"
        assert (copy / name / "__init__.py").exists() and (copy / name / "link.py").read_text() == "new"
        assert not (copy / name).is_symlink()

    assert (root / name / "code.py").read_text() == HALF
    assert not (root / name / "more").exists()


@pytest.mark.parametrize("name", [n for n in NAMES if n != "target"])
def test_a_later_write_through_a_linked_folder_is_refused(tmp_path: Path, name: str) -> None:
    root = project_with(tmp_path / "project" / name)

    with project_copy(root, {}) as copy:
        assert (copy / name).is_symlink()
        for place in (copy / name / "code.py", copy / name / "more" / "x.py"):
            with pytest.raises(EditRefused, match="outside"):
                write_within(copy, place, "new")

    assert (root / name / "code.py").read_text() == HALF
    assert not (root / name / "more").exists()


def test_a_write_through_a_link_or_above_the_copy_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.py").write_text("old")

    with project_copy(root, {}) as copy:
        (copy / "link.py").symlink_to(tmp_path / "outside.py")
        for place in (copy / "link.py", copy / ".." / "x.py"):
            with pytest.raises(EditRefused, match="outside"):
                write_within(copy, place, "new")

    assert (tmp_path / "outside.py").read_text() == "old"


def test_what_cargo_built_is_neither_linked_nor_copied(tmp_path: Path) -> None:
    root = project_with(tmp_path / "project" / "target")
    (root / "Cargo.toml").write_text("")

    with project_copy(root, {}) as copy:
        assert not os.path.lexists(copy / "target")


def test_a_package_called_target_is_copied(tmp_path: Path) -> None:
    root = project_with(tmp_path / "project" / "target")

    with project_copy(root, {}) as copy:
        assert (copy / "target" / "code.py").read_text() == HALF and not (copy / "target").is_symlink()


async def test_mutants_do_not_arrive_in_the_project(tmp_path: Path) -> None:
    root = project_with(tmp_path / "project" / "vendor")
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}

    report = await run_tests(
        Document("file:///x", "vendor/code.py", "python", HALF),
        Span(0, len(HALF)),
        root=root,
        target_path=root / "vendor" / "code.py",
        test_path=root / "vendor" / "test_code.py",
        test_text="from vendor.code import half\n\n\ndef test_four():\n    assert half(4) == 2\n",
        own=frozenset(),
        framework="pytest",
        python=sys.executable,
        report=lambda text: None,
        most_mutants=1,
    )

    assert report.passed == ("test_four",) and report.mutants == 1
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before
