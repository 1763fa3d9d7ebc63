"""Nothing that is written into the copy of a project arrives in the project, whatever its folders are called."""

from __future__ import annotations

import os
import subprocess
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


def files_in(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_ignored_source_is_copied_and_an_environment_is_not(tmp_path: Path) -> None:
    """Projects that generate a module could not be imported in the copy."""
    wanted = {"shop/_version.py", "shop/fast.cpython-311-x86_64-linux-gnu.so", "made/shop/api_pb2.py"}
    left = {
        "env/pyvenv.cfg",
        "env/lib/a.py",
        "dist/a.py",
        "made/data.csv",
        "web/node_modules/a.py",
        "made/.x/a.py",
    }
    root = files_in(tmp_path / "project", "shop/__init__.py", *wanted, *left)
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / ".gitignore").write_text("_version.py\n*.so\nmade\nenv\ndist\nnode_modules\n")

    with project_copy(root, {}) as copy:
        assert {name for name in wanted if (copy / name).is_file()} == wanted
        assert [name for name in left if (copy / name).exists()] == []


def test_ignored_source_for_which_there_is_no_room_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.verify.project_copy.MAX_FILES", 3)
    root = files_in(tmp_path / "project", "a.py", "made/b.py", "made/c.py", "made/d.py")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / ".gitignore").write_text("made\n")

    with project_copy(root, {}) as copy:
        assert (copy / "a.py").exists() and not (copy / "made").exists()


@pytest.mark.parametrize("git", [True, False])
def test_dependencies_beside_a_manifest_are_linked(tmp_path: Path, git: bool) -> None:
    root = files_in(
        tmp_path / "project", "web/package.json", "web/node_modules/x/a.js", "back/pyproject.toml", "back/.venv/a.py",
        "plain/venv/a.py", "svc/go.mod", "svc/vendor/modules.txt", "back/vendor/own.py",
    )  # fmt: skip
    if git:
        subprocess.run(["git", "init", "--quiet", root], check=True)
        (root / ".gitignore").write_text("node_modules\n/back/.venv\n")

    with project_copy(root, {}) as copy:
        assert (copy / "web" / "node_modules").is_symlink() and (copy / "back" / ".venv").is_symlink()
        assert (copy / "back" / ".venv" / "a.py").read_text() == "back/.venv/a.py"
        for copied in ("plain/venv", "svc/vendor", "back/vendor"):
            assert (copy / copied).is_dir() and not (copy / copied).is_symlink()


def test_a_change_in_dependencies_beside_a_manifest_stays_in_the_copy(tmp_path: Path) -> None:
    root = files_in(
        tmp_path / "project", "web/package.json", "web/node_modules/a.js", "web/node_modules/b.js"
    )

    with project_copy(root, {root / "web/node_modules/a.js": "new"}) as copy:
        assert (copy / "web/node_modules/a.js").read_text() == "new"
        assert (copy / "web/node_modules/b.js").read_text() == "web/node_modules/b.js"

    assert (root / "web/node_modules/a.js").read_text() == "web/node_modules/a.js"


def test_a_link_to_a_file_of_the_project_leads_to_its_copy(tmp_path: Path) -> None:
    """It was left out; as its old content it would have hidden what is changed."""
    root = files_in(tmp_path / "project", "a.py", "node_modules/b.js", ".git/config")
    (tmp_path / "outside.py").write_text("")
    for name, end in {
        "sub/a.py": "../a.py",
        "b.js": "node_modules/b.js",
        "o.py": "../outside.py",
        "c": ".git/config",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).symlink_to(end)

    with project_copy(root, {root / "a.py": "new"}) as copy:
        assert (copy / "sub" / "a.py").read_text() == "new" and (
            copy / "b.js"
        ).read_text() == "node_modules/b.js"
        assert not (copy / "o.py").exists() and not (copy / "c").exists()
        write_within(copy, copy / "sub" / "a.py", "newer")
        write_within(copy, copy / "b.js", "newer")

    assert (root / "a.py").read_text() == "a.py" and (
        root / "node_modules/b.js"
    ).read_text() == "node_modules/b.js"


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
