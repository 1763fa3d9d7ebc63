"""What a person with a board runs (tests/device), run as the documentation has it, over the stand-ins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.harness import stand_ins, weights

ROOT = Path(__file__).parents[2]
COMMAND = "python -m pytest tests/device -m device"


def run(report: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TT_", "HF_", "MESH_"))
    }
    command = [sys.executable, *COMMAND.split()[1:], "-p", "no:cacheprovider"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**inherited, "TT_DEVICE_REPORT": str(report), **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_documented_command_is_this_one():
    assert f"    {COMMAND}\n" in (ROOT / "docs" / "hardware.md").read_text("utf-8")


def test_without_a_board_everything_is_skipped_with_the_reason(tmp_path):
    ran = run(tmp_path / "report.json")

    assert ran.returncode == 0, ran.stdout
    assert "ttnn is not installed in this Python" in ran.stdout
    assert not (tmp_path / "report.json").exists()


@pytest.mark.timeout(320)
def test_a_run_writes_a_report_that_can_be_sent(tmp_path):
    """All but the test that asks for sense pass; the report has times, figures and outcomes, and none of the prompts."""
    home, nodes = stand_ins("G4"), tmp_path / "nodes"
    nodes.mkdir()

    ran = run(
        tmp_path / "report.json",
        PYTHONPATH=os.pathsep.join((str(ROOT), str(home))),
        TT_METAL_HOME=str(home),
        HF_MODEL=str(weights()),
        TT_DEVICE_NODES=str(nodes),
        CONTRACT_GENERATION="G4",
    )

    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    failed = [name for name, outcome in report["outcomes"].items() if outcome != "passed"]
    assert failed == ["test_the_answer_is_about_the_code"], ran.stdout[-3000:]
    assert len(report["outcomes"]) >= 7
    assert report["info"]["board"] == "n150" and report["info"]["generation"] == "G4"
    assert report["phases"][0][1] == "finding tt-metal"
    assert any("(1 of " in phase for _, phase in report["phases"])
    for name in ("ttft_cold_s_24", "ttft_warm_s_24", "decode_tokens_per_second", "cancel_to_idle_s"):
        assert report["measurements"][name] >= 0
    assert len(report["measurements"]["programs_by_offset"]) == 5
    assert set(report["versions"]) == {"ttnn", "torch", "transformers", "tt-smi"}
    assert f"Report written to {tmp_path / 'report.json'}: please send it" in ran.stdout
    assert "def mean" not in json.dumps(report)
