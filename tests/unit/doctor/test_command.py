"""The doctor on the machine the tests run on, and where nothing is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_server.doctor import bare
from lsp_server.doctor.probe import Machine, Ran

from .fake_machine import examine, laptop, workstation

ROOT = Path(__file__).parents[3]


def test_the_real_machine_never_hangs_and_never_raises(tmp_path: Path):
    machine = Machine({"PATH": "/usr/bin:/bin"})

    assert machine.run([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.2) == Ran(None)
    assert machine.run(["no-such-command-anywhere"], seconds=1) == Ran(None)
    assert machine.read("/no/such/file") is None
    assert machine.free_bytes(str(tmp_path / "not" / "yet")) is not None


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_command_works_on_this_machine(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from lsp_server.cli import main

    status = main(
        ["doctor", *arguments], {"HOME": str(tmp_path), "TT_ASSISTANT_RUNTIME_DIR": str(tmp_path / "run")}
    )

    out = capsys.readouterr().out
    assert status in (0, 1)
    assert json.loads(out)["schema"] == 1 if arguments else "python" in out


def bare_run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`-S` hides every installed package."""
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-S", "-s", "-m", "lsp_server", "doctor", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_command_works_with_nothing_installed(tmp_path: Path):
    ran = bare_run(tmp_path, "--json")

    assert ran.returncode == 1, ran.stderr
    found = {entry["name"]: entry for entry in json.loads(ran.stdout)["findings"]}
    assert found.keys() == examine(laptop(), tmp_path).keys()
    assert "attrs" in found["packages"]["what"] and "-m pip install" in found["packages"]["fix"]
    assert found["python"]["state"] == "ok" and found["processor"]["state"] != "wrong"
    assert "WRONG   packages" in bare_run(tmp_path).stdout


def test_with_nothing_installed_board_and_weights_are_examined_too():
    machine = workstation(ttnn="0.77.0")
    machine.files = {path: value for path, value in machine.files.items() if "huggingface" not in path}

    found = {finding.name: finding for finding in bare.diagnose(machine, ["attrs"])}

    assert found["tt.chips"].what == "n300s"
    assert found["metal.ttnn"].state == "wrong"
    assert "hf auth login && hf download meta-llama/Llama-3.1-8B-Instruct" in found["model"].fix


@pytest.mark.parametrize(
    ("text", "home", "backend"),
    [
        ('{"tt.home": "/opt/tt-metal", "engine.backend": "tt"}', "/opt/tt-metal", "tt"),
        ('{"ttAssistant.tt.home": "/m"}', "/m", "auto"),
        ('{"tt": {"home": "/m"}, "engine": {"backend": 3}}', "/m", "auto"),
        ("[1]", "", "auto"),
        ("{", "", "auto"),
        ("", "", "auto"),
    ],
)
def test_with_nothing_installed_the_settings_that_matter_are_read(text: str, home: str, backend: str):
    assert (bare.wanted(text).tt_home, bare.wanted(text).engine_backend) == (home, backend)
