"""Which host the settings ask for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from lsp_server.engine.choice import chosen_backend, plan_host
from lsp_server.errors import EngineUnavailable
from lsp_server.settings import Settings


def settings(**values: Any) -> Settings:
    return attrs.evolve(Settings(), **values)


def board(tmp_path: Path) -> Path:
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "0").touch()
    return tmp_path / "devices"


def test_a_board_is_used_where_there_is_one(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"

    assert chosen_backend(settings(), nothing) == "cpu"
    assert chosen_backend(settings(), board(tmp_path)) == "tt"
    assert chosen_backend(settings(tt_home="/opt/tt-metal"), nothing) == "tt"
    assert chosen_backend(settings(engine_backend="cpu", tt_home="/opt/tt-metal"), tmp_path) == "cpu"
    assert chosen_backend(settings(engine_backend="tt"), nothing) == "tt"


def test_the_key_is_the_same_for_the_same_host_only(tmp_path: Path) -> None:
    def key(**values: Any) -> str:
        return plan_host(settings(engine_backend="cpu", **values), tmp_path).key

    assert key() == key(engine_idle_minutes=5, prompts_preset="web")
    assert len({key(), key(engine_model="m"), key(engine_threads=1), key(engine_context_window=9)}) == 4
    assert len(key()) == 16


def test_the_data_folder_is_handed_on_and_makes_no_other_host(tmp_path: Path) -> None:
    without = plan_host(settings(engine_backend="cpu"), tmp_path)

    plan = plan_host(settings(engine_backend="cpu"), tmp_path, data_dir=tmp_path / "data")

    assert plan.key == without.key
    assert f"--data-dir {tmp_path / 'data'}" in " ".join(plan.command)
    assert "--data-dir" not in without.command


def test_a_board_runs_in_tt_metals_interpreter_and_directory(tmp_path: Path) -> None:
    python = tmp_path / "python_env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    wanted = settings(engine_backend="tt", tt_home=str(tmp_path), tt_mode="accuracy")

    plan = plan_host(wanted, tmp_path / "run", ["/usr/bin/python3", "-s", "launch.py", "host"])

    assert plan.command[:4] == (str(python), "-s", "launch.py", "host")
    assert plan.directory == tmp_path
    assert "--mode accuracy" in " ".join(plan.command)


@pytest.mark.parametrize("place", ["python_env", ".venv"])
def test_the_interpreter_is_found_in_the_checkout(tmp_path: Path, place: str) -> None:
    python = tmp_path / place / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()

    assert plan_host(settings(engine_backend="tt", tt_home=str(tmp_path)), tmp_path).command[0] == str(python)


def board_command(tmp_path: Path) -> list[str]:
    """The start of a board's host, in a Python that has no package of its own (`-S`)."""
    wanted = settings(engine_backend="tt", tt_python=sys.executable)
    command = plan_host(wanted, tmp_path).command
    return [command[0], "-S", *command[1 : command.index("--backend")]]


def test_a_boards_interpreter_gets_all_that_the_host_needs(tmp_path: Path) -> None:
    shown = subprocess.run(
        [*board_command(tmp_path), "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "--runtime-dir" in shown.stdout, shown.stderr


def test_a_boards_interpreter_gets_nothing_native_of_ours(tmp_path: Path) -> None:
    """Our packages may be of another Python, and its own are what tt-metal was tested with."""
    tried = (
        "lsp_server.host.serve",
        "starlette.applications",
        "attrs",
        "yaml",
        "psutil",
        "tree_sitter",
        "pytest",
    )
    (tmp_path / "probe.py").write_text(
        "import importlib.util\n"
        f"for name in {tried!r}:\n"
        "    try: print(name, importlib.util.find_spec(name) is not None)\n"
        "    except ModuleNotFoundError: print(name, False)\n"
    )
    command = [part.replace("'lsp_server.host'", "'probe'") for part in board_command(tmp_path)]

    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    found = dict(line.split() for line in shown.stdout.splitlines())
    assert [name for name, there in found.items() if there == "True"] == list(tried[:3])


@pytest.mark.parametrize("home", ["", "nowhere"])
def test_a_board_without_an_interpreter_is_a_sentence(tmp_path: Path, home: str) -> None:
    wanted = settings(engine_backend="tt", tt_home=str(tmp_path / home) if home else "")

    with pytest.raises(EngineUnavailable) as refused:
        plan_host(wanted, tmp_path)

    assert refused.value.button == "openSettings"


def test_the_default_command_finds_our_package_from_anywhere(tmp_path: Path) -> None:
    plan = plan_host(settings(engine_backend="cpu"), tmp_path)
    start = plan.command[: plan.command.index("--backend")]

    shown = subprocess.run([*start, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert "--runtime-dir" in shown.stdout


def test_the_types_import_nothing_heavy() -> None:
    script = "import sys, lsp_server.engine.types; print(*(m in sys.modules for m in ('httpx', 'asyncio')))"

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert shown.stdout.split() == ["False", "False"]
