"""What the VSIX holds, and that its server starts on a bare interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

import pytest

from lsp_server.places import Places

ROOT = Path(__file__).parents[2]
EXPECTED = {
    "extension/package.json",
    "extension/readme.md",
    "extension/changelog.md",
    "extension/LICENSE.txt",
    "extension/extension/dist/extension.js",
    "extension/extension/launch.py",
    "extension/lsp_server/__main__.py",
    "extension/lsp_server/host/__main__.py",
    "extension/prompts/system.md",
    "extension/prompts/explain.md",
    "extension/build/libs/pygls/__init__.py",
    "extension/build/libs/pip/__main__.py",
}
ALLOWED = (
    "extension/dist/",
    "extension/media/",
    "extension/walkthrough/",
    "lsp_server/",
    "prompts/",
    "build/libs/",
)
MAX_BYTES = 10_000_000


def bare_python() -> str:
    """The interpreter behind this environment, which has none of our packages when started with -S."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "TT_ASSISTANT_DATA_DIR": str(data), "TT_ASSISTANT_RUNTIME_DIR": str(data / "run")}


def test_it_holds_what_it_must_and_nothing_else(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        names = set(archive.namelist())
    ours = {n.removeprefix("extension/") for n in names if n.startswith("extension/")}
    loose = {n for n in ours if not n.startswith(ALLOWED)}

    assert names >= EXPECTED
    assert loose == {"package.json", "readme.md", "changelog.md", "LICENSE.txt", "extension/launch.py"}


def test_it_is_portable_and_small(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        binaries = [n for n in archive.namelist() if n.endswith((".so", ".pyd", ".dylib", ".dll", ".pyc"))]

    assert binaries == []
    assert vsix.stat().st_size < MAX_BYTES


def test_it_carries_the_licences_of_what_it_bundles(installed: Path) -> None:
    libraries = list((installed / "build" / "libs").glob("*.dist-info"))
    without = [p.name for p in libraries if not any("licen" in f.name.lower() for f in p.rglob("*"))]

    assert len(libraries) > 10
    assert without == []


def test_its_server_answers_initialize_on_a_bare_interpreter(installed: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [bare_python(), "-S", "-s", str(installed / "extension" / "launch.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(tmp_path),
        cwd=tmp_path,
    )
    assert process.stdin and process.stdout
    try:
        send(
            process.stdin,
            {"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None}},
        )
        answer = receive(process.stdout)
        send(process.stdin, {"id": 2, "method": "shutdown"})
        receive(process.stdout)
        send(process.stdin, {"method": "exit"})

        assert answer["result"]["capabilities"]["codeActionProvider"]
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_its_command_line_starts_on_a_bare_interpreter(installed: Path, tmp_path: Path) -> None:
    launcher = str(installed / "extension" / "launch.py")

    shown = subprocess.run(
        [bare_python(), "-S", "-s", launcher, "--help"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )

    assert shown.returncode == 0, shown.stderr
    assert "chat" in shown.stdout


@pytest.mark.parametrize("variable", ["TT_ASSISTANT_DATA_DIR", "XDG_DATA_HOME"])
def test_launcher_and_command_line_agree_on_the_data_directory(tmp_path: Path, variable: str) -> None:
    """The wheels and models one of them fetches are there for the other."""
    environ = {
        "HOME": str(tmp_path / "home"),
        "PATH": os.environ["PATH"],
        variable: str(tmp_path / "elsewhere"),
    }
    program = "import runpy; print(runpy.run_path('extension/launch.py')['data_directory']())"

    told = subprocess.run(
        [sys.executable, "-c", program], env=environ, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert Path(told.stdout.strip()) == Places.of(environ).data


def send(stream: IO[bytes], message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any]:
    """The next response; notifications before it are passed over."""
    while True:
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server closed its output"
        message: dict[str, Any] = json.loads(stream.read(length))
        if "id" in message and "method" not in message:
            return message
