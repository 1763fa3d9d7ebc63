"""The project's own linters judge the proposed text; what they said before is not held against it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_server.verify.linters import check

OLD = "import os\n\n\ndef add(a: int, b: int) -> int:\n    return a + b\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose virtual environment holds this test run's ruff and mypy."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "calc.py").write_text(OLD)
    return tmp_path


async def test_a_new_finding_is_named_and_an_old_one_is_not(project: Path) -> None:
    (project / "ruff.toml").write_text('lint.select = ["F"]\n')

    (clean,) = await check(project, project / "calc.py", "python", OLD, OLD.replace("a + b", "b + a"))
    (worse,) = await check(project, project / "calc.py", "python", OLD, OLD.replace("a + b", "a + c"))

    assert clean.ok is True
    assert worse.ok is False and "F821" in worse.detail and "F401" not in worse.detail


async def test_the_type_checker_sees_the_proposed_text(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")

    (worse,) = await check(project, project / "calc.py", "python", OLD, OLD.replace("a + b", "str(a + b)"))

    assert (
        worse.name == "no new mypy finding"
        and worse.ok is False
        and "Incompatible return value" in worse.detail
    )
    assert (project / "calc.py").read_text() == OLD
    assert not (project / ".mypy_cache").exists()


async def test_type_checkers_that_run_at_once_share_no_cache(project: Path) -> None:
    """They shared the project's: one in three ended with an internal error of mypy."""
    (project / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")

    checks = await asyncio.gather(
        *(check(project, project / "calc.py", "python", OLD, OLD.replace("a + b", "b + a")) for _ in range(3))
    )

    assert [(found.ok, found.detail) for (found,) in checks] == [(True, "")] * 3


async def test_a_project_without_linters_has_no_such_check(project: Path) -> None:
    assert await check(project, project / "calc.py", "python", OLD, OLD) == []


async def test_a_configured_linter_that_is_missing_is_unknown_not_ok(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "eslint.config.mjs").write_text("export default [];\n")

    (found,) = await check(tmp_path, tmp_path / "a.ts", "typescript", "let a = 1;\n", "let a = 2;\n")

    assert found.ok is None and "not installed" in found.detail


def tool(project: Path, name: str, lines: str) -> None:
    """A program of that name in the project's environment."""
    program = project / "venv" / "bin" / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!{sys.executable}\nimport json, sys\n{lines}\n")
    program.chmod(0o755)


PYRIGHT = """
text = open(sys.argv[-1]).read()
assert sys.argv[1:-1] == ["--outputjson"]
found = [{"severity": "error", "message": "no str\\n  detail"}] if "str(" in text else []
found.append({"severity": "warning", "message": str(len(text))})
print(json.dumps({"generalDiagnostics": found}))
"""
PLAIN = """
text = sys.stdin.read()
print("calc.py:1:1: F401 'os' imported but unused")
if "str(" in text:
    print("calc.py:6:12: F821 undefined name")
"""


@pytest.mark.parametrize(
    ("name", "lines", "file", "configuration", "finding"),
    [
        ("pyright", PYRIGHT, "pyrightconfig.json", "{}", "no str"),
        ("pyright", PYRIGHT, "pyproject.toml", "[tool.pyright]\n", "no str"),
        ("flake8", PLAIN, "tox.ini", "[flake8]\nmax-line-length = 100\n", "F821 undefined name"),
        ("pyflakes", PLAIN, "requirements-dev.txt", "pyflakes\n", "F821 undefined name"),
    ],
)
async def test_what_other_checkers_say_is_read(
    tmp_path: Path, name: str, lines: str, file: str, configuration: str, finding: str
) -> None:
    (tmp_path / "calc.py").write_text(OLD)
    (tmp_path / file).write_text(configuration)
    tool(tmp_path, name, lines)

    (clean,) = await check(tmp_path, tmp_path / "calc.py", "python", OLD, OLD.replace("a + b", "b + a"))
    (worse,) = await check(tmp_path, tmp_path / "calc.py", "python", OLD, OLD.replace("a + b", "str(a + b)"))

    assert clean.ok is True, clean.detail
    assert (worse.name, worse.ok, worse.detail) == (f"no new {name} finding", False, finding)
    assert (tmp_path / "calc.py").read_text() == OLD


async def test_a_rewrite_that_does_not_compile_is_known_from_the_projects_compiler(tmp_path: Path) -> None:
    """Where the tool is there; what it says is read by the same code everywhere."""
    old = "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n"
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").write_text(old)
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n')
    file = tmp_path / "src" / "lib.rs"

    (clean,) = await check(tmp_path, file, "rust", old, old.replace("a + b", "b + a"))
    (worse,) = await check(tmp_path, file, "rust", old, old.replace("a + b", "a + c"))

    if clean.ok is None:
        pytest.skip(clean.detail)
    assert clean.ok is True
    assert worse.ok is False and "cannot find value `c`" in worse.detail
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("language", "name", "configuration", "lines", "finding"),
    [
        (
            "go",
            "go",
            "go.mod",
            "assert sys.argv[1] == 'vet'; text = open(sys.argv[2] + '/calc.go').read()\n"
            "if 'wrong' in text: print('./calc.go:4:9: undefined: wrong', file=sys.stderr)",
            "undefined: wrong",
        ),
        (
            "typescript",
            "tsc",
            "tsconfig.json",
            "text = open('calc.ts').read()\n"
            "if 'wrong' in text: print(\"calc.ts(1,9): error TS2304: Cannot find name 'wrong'.\")",
            "TS2304: Cannot find name 'wrong'.",
        ),
    ],
)
async def test_what_compilers_say_is_read(
    tmp_path: Path, language: str, name: str, configuration: str, lines: str, finding: str
) -> None:
    file = tmp_path / f"calc.{'go' if language == 'go' else 'ts'}"
    file.write_text("right")
    (tmp_path / configuration).write_text("{}")
    tool(tmp_path, name, lines)

    (clean,) = await check(tmp_path, file, language, "right", "right, too")
    (worse,) = await check(tmp_path, file, language, "right", "wrong")

    assert clean.ok is True, clean.detail
    assert (worse.ok, worse.detail) == (False, finding)


@pytest.mark.parametrize(
    ("language", "name", "configuration", "lines", "why"),
    [
        (
            "rust",
            "cargo",
            "Cargo.toml",
            "print('error: no matching package named `serde` found\\nlocation', file=sys.stderr); sys.exit(101)",
            "cargo check could not be run: error: no matching package named `serde` found",
        ),
        (
            "python",
            "mypy",
            "mypy.ini",
            "print('mypy.ini: No [mypy] section', file=sys.stderr); sys.exit(2)",
            "mypy could not be run: mypy.ini: No [mypy] section",
        ),
        (
            "typescript",
            "tsc",
            "tsconfig.json",
            "print('error TS18003: No inputs were found in config file'); sys.exit(2)",
            "tsc could not be run: error TS18003: No inputs were found in config file",
        ),
        (
            "go",
            "go",
            "go.mod",
            "print('calc.go:3:8: no required module provides package x', file=sys.stderr); sys.exit(1)",
            "go vet could not be run: no required module provides package x",
        ),
        ("python", "flake8", ".flake8", "sys.exit(-9)", "flake8 could not be run: it ended with 247"),
    ],
)
async def test_a_tool_that_fails_has_not_checked(
    tmp_path: Path, language: str, name: str, configuration: str, lines: str, why: str
) -> None:
    """A cargo without its packages and a mypy with a wrong configuration found nothing, which was told as no finding."""
    file = tmp_path / "src" / "calc.any"
    file.parent.mkdir()
    file.write_text("right")
    (tmp_path / configuration).write_text("")
    tool(tmp_path, name, lines)

    (found,) = await check(tmp_path, file, language, "right", "wrong")

    assert (found.ok, found.detail) == (None, why)


async def test_a_file_that_is_not_there_yet_is_checked_by_the_type_checker(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")
    file = project / "tests" / "test_calc.py"
    text = "from calc import add\n\n\ndef test_it() -> None:\n    assert add(1, 2) == 3\n"

    (clean,) = await check(project, file, "python", None, text, tests=True)
    (worse,) = await check(project, file, "python", None, text.replace("add(1, 2)", "add('')"), tests=True)

    assert clean.ok is True, clean.detail
    assert worse.ok is False and "Missing positional argument" in worse.detail
    assert not file.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups")
async def test_a_cancelled_tool_ends_with_what_it_started(tmp_path: Path) -> None:
    """Only the tool itself was ended; what it had started went on."""
    (tmp_path / ".flake8").write_text("")
    started = tmp_path / "started"
    tool(
        tmp_path,
        "flake8",
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        f"open({str(started)!r} + str(child.pid), 'w').close()\ntime.sleep(60)",
    )
    asked = asyncio.create_task(check(tmp_path, tmp_path / "calc.py", "python", OLD, OLD + "\n"))
    await until(lambda: len(list(tmp_path.glob("started*"))) == 2)
    asked.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asked

    pids = [int(file.name.removeprefix("started")) for file in tmp_path.glob("started*")]
    await until(lambda: not any(map(runs, pids)))


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it was waited for in vain")


def runs(pid: int) -> bool:
    """Not so where it has ended and nobody has waited for it yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")
