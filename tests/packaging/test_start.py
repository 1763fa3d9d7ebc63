"""`npm start` with a wrong choice: one sentence, before anything is installed."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(*args: str) -> subprocess.CompletedProcess[str]:
    command = ["node", "extension/scripts/start.mjs", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = start("--port", str(port))

    assert ended.returncode == 1
    assert f"Port {port} is in use. Choose another" in ended.stderr
    assert "    at " not in ended.stderr, "a stack trace"


@pytest.mark.parametrize(
    ("args", "words"),
    [(["--port", "many"], "--port many is not a port."), (["no-such-folder"], "There is no folder")],
)
def test_a_wrong_choice_is_told_with_the_usage(args: list[str], words: str) -> None:
    ended = start(*args)

    assert ended.returncode == 1
    assert words in ended.stderr and "Usage: npm start" in ended.stderr
