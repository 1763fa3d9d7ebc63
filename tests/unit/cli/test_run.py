"""`tt-assistant run` on a scripted engine: answers on stdout, edits as diffs, files written only when asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .scripted_server import ScriptedServer
from .terminal import ROOT, cli

DOCSTRING = "Return the area of a circle with radius `r`."


@pytest.fixture
def run(server: ScriptedServer, environ: dict[str, str], folder: Path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            cli(["run", *arguments, "--url", server.url]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=folder,
            env={**environ, "PYTHONPATH": str(ROOT)},
            timeout=180,
        )

    return run


def test_an_explanation_is_printed(run, server: ScriptedServer):
    server.answers = ["It computes the area."]

    done = run("explain", "shape.py:4")

    assert (done.returncode, done.stdout) == (0, "It computes the area.\n")
    assert "def area" in server.questions()[0]


def test_an_explanation_that_goes_round_in_circles_is_stopped_and_told(run, server: ScriptedServer):
    server.answers = ["It computes the area, and then it computes the area again. " * 200]

    done = run("explain", "shape.py:4")

    assert done.returncode == 0 and len(done.stdout) < 5000
    assert "(stopped, because it repeated itself)" in done.stderr


def test_a_docstring_is_a_diff_and_the_file_is_untouched(run, server: ScriptedServer, folder: Path):
    server.answers = [DOCSTRING]
    before = (folder / "shape.py").read_bytes()

    done = run("docstring", "shape.py:4")

    assert done.returncode == 0, done.stderr
    added = [line for line in done.stdout.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert len(added) == 1 and DOCSTRING in added[0]
    assert (folder / "shape.py").read_bytes() == before


def test_the_diff_is_one_that_patch_takes(run, server: ScriptedServer, folder: Path):
    server.answers = [DOCSTRING]
    diff = run("docstring", "shape.py:4").stdout

    subprocess.run(["patch", "-p1"], input=diff, text=True, cwd=folder, check=True, capture_output=True)

    assert DOCSTRING in (folder / "shape.py").read_text("utf-8")


def test_apply_writes_the_edit_and_keeps_line_ends(run, server: ScriptedServer, folder: Path):
    server.answers = [DOCSTRING]
    file = folder / "shape.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    done = run("docstring", "shape.py:4", "--apply")

    assert done.returncode == 0, done.stderr
    assert DOCSTRING.encode() in file.read_bytes()
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")


def test_an_answer_without_an_edit_is_refused(run, server: ScriptedServer, folder: Path):
    server.answers = ["```python\ndef broken(:\n```"] * 2
    before = (folder / "shape.py").read_bytes()

    done = run("refactor", "shape.py:4-5", "--apply")

    assert done.returncode == 1
    assert done.stderr.startswith("tt-assistant: ") or "tt-assistant: " in done.stderr
    assert (folder / "shape.py").read_bytes() == before


TESTS = """```python
from shape import area


def test_unit_circle():
    assert area(1) == 3.14


def test_wrong():
    assert area(2) == 4
```"""


@pytest.mark.parametrize("consent", [["--run-tests"], ["--set", "tests.run=always"]])
def test_generated_tests_are_run_with_consent(run, server: ScriptedServer, consent: list[str]):
    server.answers = [TESTS] * 3

    done = run("tests", "shape.py:4", "--set", f"tests.python={sys.executable}", *consent)

    assert done.returncode == 0, done.stderr
    assert "def test_unit_circle" in done.stdout and "test_wrong" not in done.stdout
    assert "ok: tests run (1 pass, 1 dropped" in done.stderr
    assert len(server.questions()) == 3, "a second candidate, then the repair round"


def test_generated_tests_are_not_run_without_consent(run, server: ScriptedServer):
    server.answers = [TESTS]

    done = run("tests", "shape.py:4")

    assert done.returncode == 0, done.stderr
    assert "test_wrong" in done.stdout
    assert "unknown: tests run (not run: running code was not allowed)" in done.stderr


def test_list_names_the_actions_and_unknown_ones_are_said(run):
    assert "docstring" in run("list").stdout
    done = run("nonsense", "shape.py:4")
    assert done.returncode == 1 and "nonsense" in done.stderr
    assert run("explain").returncode == 1


def test_a_line_beyond_the_file_is_said(run):
    assert "has 5 lines" in run("explain", "shape.py:90").stderr


def test_the_checkout_of_the_environment_is_tried(environ: dict[str, str], folder: Path):
    done = subprocess.run(
        cli(["run", "explain", "shape.py:4"]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT), "TT_METAL_HOME": "/nowhere/tt-metal"},
        timeout=180,
    )

    assert done.returncode == 1 and "/nowhere/tt-metal does not exist" in done.stderr
