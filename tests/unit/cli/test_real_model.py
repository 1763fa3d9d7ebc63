"""The terminal on the bundled model: an engine of its own is started, answers, and is stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .terminal import CTRL_C, ROOT, TerminalSession, cli

pytestmark = [pytest.mark.real_model, pytest.mark.timeout(600)]
PATIENCE = 240


def test_chat_streams_stops_and_shares_its_engine(environ: dict[str, str], folder: Path):
    environ = {**environ, "PYTHONPATH": str(ROOT)}

    def engine(order: str) -> subprocess.CompletedProcess[str]:
        command = cli(["engine", order, "--backend", "cpu"])
        return subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=environ, timeout=PATIENCE
        )

    try:
        assert "Ready: SmolLM2" in engine("start").stdout
        with TerminalSession(["chat", "--backend", "cpu"], environ, folder) as chat:
            chat.expect("> ")
            chat.enter("/file shape.py")
            chat.expect("Attached")
            chat.enter("Write a very long story about circles.")
            chat.expect("reading ", PATIENCE)
            chat.type(CTRL_C)
            chat.expect("Stopped.", PATIENCE)
            chat.expect("> ")
            chat.enter("/status")
            chat.expect("SmolLM2", PATIENCE)
        assert engine("status").stdout.count("process ") == 1
    finally:
        assert "Stopped process" in engine("stop").stdout
    assert engine("status").returncode == 1
