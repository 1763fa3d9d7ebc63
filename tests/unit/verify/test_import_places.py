"""Tests in the copy load the files of the copy, also where the project is installed as editable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.verify.generated_tests import run_tests
from lsp_server.verify.import_places import import_variables
from lsp_server.verify.project_tests import compare_tests

OLD = "def half(n):\n    return n // 2 if n > 1 else 0\n"
TEST = "from shop.code import half\n\n\ndef test_four():\n    assert half(4) == 2\n"
FINDER = "import sys\nMAPPING = {{'shop': {!r}}}\nsys.modules['__editable___shop_finder'] = sys.modules[__name__]\n"


def installed(root: Path, source: str) -> str:
    """The interpreter of the project, in whose environment the folder `source` is installed as editable."""
    (root / source / "shop").mkdir(parents=True)
    (root / source / "shop" / "__init__.py").write_text("")
    (root / source / "shop" / "code.py").write_text(OLD)
    (root / "tests").mkdir()
    (root / "tests" / "test_code.py").write_text(TEST)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    site = next((root / ".venv" / "lib").glob("python*/site-packages"))
    (site / "_shop.pth").write_text(f"{root / source}\n")
    (site / "host.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return str(root / ".venv" / "bin" / "python")


@pytest.mark.skipif(sys.platform == "win32", reason="environments are laid out otherwise")
@pytest.mark.parametrize("source", ["src", "lib/python", "."])
async def test_a_broken_change_of_an_editable_install_is_noticed(tmp_path: Path, source: str) -> None:
    """The tests ran on the project's own files: a broken refactoring passed."""
    root = tmp_path / "project"
    python = installed(root, source)
    path = root / source / "shop" / "code.py"

    found = await compare_tests(root, path, "python", OLD, OLD.replace("// 2", "// 3"), "half", python=python)

    assert found.broken and not found.passed


@pytest.mark.skipif(sys.platform == "win32", reason="environments are laid out otherwise")
async def test_tests_of_an_editable_install_notice_mutants(tmp_path: Path) -> None:
    root = tmp_path / "project"
    python = installed(root, "src")
    path = root / "src" / "shop" / "code.py"

    report = await run_tests(
        Document(path.as_uri(), "src/shop/code.py", "python", OLD),
        Span(0, len(OLD)),
        root=root,
        target_path=path,
        test_path=root / "tests" / "test_new.py",
        test_text=TEST,
        own=frozenset(),
        framework="pytest",
        python=python,
        report=lambda text: None,
        most_mutants=3,
    )

    assert report.passed == ("test_four",) and report.killed and not report.weak


@pytest.mark.skipif(sys.platform == "win32", reason="environments are laid out otherwise")
async def test_what_a_finder_of_an_editable_install_names_is_mapped(tmp_path: Path) -> None:
    root, copy = tmp_path / "project", tmp_path / "copies" / "project"
    python = installed(root, "lib")
    (copy / "lib").mkdir(parents=True)
    site = next((root / ".venv" / "lib").glob("python*/site-packages"))
    (site / "_shop.pth").write_text("import __editable___shop_finder\n")
    (site / "__editable___shop_finder.py").write_text(FINDER.format(str(root / "lib" / "shop")))

    assert await import_variables(root, copy, python) == {"PYTHONPATH": str(copy / "lib")}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (["src/shop/code.py"], True),
        (["src/__init__.py", "src/code.py"], False),
        (["src/types.py"], False),
        (["lib/code.py"], False),
    ],
)
async def test_src_is_searched_where_modules_are_imported_from_it(
    tmp_path: Path, files: list[str], named: bool
) -> None:
    copy = tmp_path / "copies" / "project"
    for name in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("")

    found = await import_variables(tmp_path / "project", copy, sys.executable)

    assert found == ({"PYTHONPATH": str(copy / "src")} if named else {})
