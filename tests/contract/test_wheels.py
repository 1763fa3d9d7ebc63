"""The backend against real ttnn wheels with mock devices: its names exist, each board is detected, the host runs in there.

The wheels are installed once into the user's cache. Skipped only where Python 3.10 or 3.12 is missing.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from lsp_server.engine.choice import plan_host
from lsp_server.host.backends import tt
from lsp_server.host.backends.tt import boards, failures
from lsp_server.settings import Settings
from tests.contract import descriptors
from tests.contract.double import sources
from tests.contract.harness import weights

WHEELS = [("3.12", "0.81.1"), ("3.12", "0.66.0"), ("3.10", "0.81.1"), ("3.10", "0.66.0")]
ROOT = Path(__file__).parents[2]
SOURCES = Path(tt.__file__).parent
pytestmark = pytest.mark.wheels


def interpreter(version: str) -> str | None:
    """A Python of that version: on PATH, or one of pyenv's."""
    found = [
        shutil.which(f"python{version}"),
        *sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python")),
    ]
    for candidate in filter(None, found):
        probe = "import sys; print('%d.%d' % sys.version_info[:2])"
        said = subprocess.run([str(candidate), "-c", probe], capture_output=True, text=True)
        if said.stdout.strip() == version:
            return str(candidate)
    return None


@pytest.fixture(scope="module", params=WHEELS, ids=lambda wheel: f"py{wheel[0]}-ttnn{wheel[1]}")
def wheel(request) -> tuple[Path, str]:
    version, ttnn = request.param
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed; tt-metal's wheels need it")
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "tt-assistant-tests"
    folder = cache / f"ttnn-{ttnn}-py{version}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True)
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", folder / "bin" / "python"]
        subprocess.run([*uv, f"ttnn=={ttnn}", "attrs"], check=True, timeout=600)
        (folder / "complete").touch()
    return folder / "bin" / "python", ttnn


def run(python: Path, board: str, code: str, folder: Path) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "TT_METAL_MOCK_CLUSTER_DESC_PATH": str(descriptors.write(board, folder)),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("MESH_DEVICE", None)
    return subprocess.run(
        [str(python), "-c", code], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )


def answer(done: subprocess.CompletedProcess) -> object:
    """ttnn logs to stdout too, so the answer is marked."""
    found = re.search(r"^ANSWER (.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(found[1])


def names_used(ttnn: str) -> list[str]:
    """Every dotted name behind `ttnn` in the backend's sources, and the fabrics of the board table.

    The fabric of a Blackhole Galaxy came by 0.70 (contract.json).
    """
    names = {f"FabricConfig.{board.fabric}" for board in boards.BOARDS.values() if board.fabric}
    if ttnn == "0.66.0":
        names.discard("FabricConfig.FABRIC_2D_TORUS_XY")
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            dotted = _dotted(node) if isinstance(node, ast.Attribute) else None
            if dotted:
                names.add(dotted)
    return sorted(names)


def _dotted(node: ast.AST) -> str | None:
    """`a.b` of `ttnn.a.b` or `self._ttnn.a.b`."""
    parts = []
    while isinstance(node, ast.Attribute):
        if node.attr == "_ttnn":
            return ".".join(reversed(parts)) or None
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed(parts)) if isinstance(node, ast.Name) and node.id == "ttnn" else None


@pytest.mark.timeout(900)
def test_every_name_the_backend_uses_exists(wheel, tmp_path):
    python, ttnn = wheel
    names = [*names_used(ttnn), "cluster.get_cluster_type", "MeshDevice.get_submeshes"]
    assert {"open_mesh_device", "close_mesh_device", "set_fabric_config", "MeshShape", "bfloat8_b"} <= set(
        names
    )

    code = (
        "import json, operator, ttnn\n"
        f"missing = []\nfor name in {names!r}:\n"
        "    try: operator.attrgetter(name)(ttnn)\n"
        "    except AttributeError: missing.append(name)\n"
        "print('ANSWER', json.dumps(missing))"
    )

    assert answer(run(python, "n150", code, tmp_path)) == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("board", sorted(descriptors.MACHINES))
def test_the_board_is_detected(wheel, board, tmp_path):
    python, _ = wheel
    code = (
        "import json, ttnn\n"
        "from lsp_server.host.backends.tt import boards\n"
        "found = boards.detected(ttnn)\n"
        "print('\\nANSWER', json.dumps([found.name, found.chips, ttnn.get_num_devices()]))"
    )

    name, chips, devices = answer(run(python, board, code, tmp_path))

    assert name == board
    assert chips == devices


@pytest.mark.timeout(900)
def test_the_host_runs_in_the_wheels_interpreter(wheel, tmp_path):
    """As the editor starts it, up to the first thing these environments lack: SFPI for 0.81.1, PyTorch for 0.66.0.

    On the way it imports ttnn, tells the generation, checks the weights, finds the board, opens and closes it.
    """
    python, ttnn = wheel
    home = checkout(tmp_path / "tt-metal")
    settings = Settings(
        engine_backend="tt", engine_model=str(weights()), tt_home=str(home), tt_python=str(python)
    )
    plan = plan_host(settings, tmp_path / "run")
    environment = {
        **os.environ,
        "TT_METAL_MOCK_CLUSTER_DESC_PATH": str(descriptors.write("n150", tmp_path)),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("MESH_DEVICE", None)
    log = tmp_path / "host.log"
    with log.open("w") as output:
        host = subprocess.Popen(plan.command, env=environment, cwd=home, stdout=output, stderr=output)
    try:
        status = failed(tmp_path / "run" / f"{plan.key}.json", host)
    finally:
        host.terminate()
        host.wait(60)

    text = log.read_text()
    assert "opening n150" in text, text[-3000:]
    if "sfpi not found" in text:
        assert ttnn == "0.81.1" and "SFPI compiler is missing" in status["detail"]
    else:
        assert "loading the weights" in text
        assert "No module named 'torch'" in status["detail"], text[-3000:]


def checkout(folder: Path) -> Path:
    """A tt-metal checkout of G1b's signatures, without a stand-in for ttnn."""
    sources.write("G1b", folder)
    shutil.rmtree(folder / "ttnn")
    return folder


def failed(record: Path, host: subprocess.Popen) -> dict:
    """The host's status once it has failed to load."""
    end = time.monotonic() + 300
    while time.monotonic() < end and host.poll() is None:
        if record.exists() and (text := record.read_text()):
            transport = httpx.HTTPTransport(uds=json.loads(text)["socket"])
            with (
                httpx.Client(transport=transport, base_url="http://host", timeout=300) as client,
                client.stream("GET", "/status") as response,
            ):
                for line in response.iter_lines():
                    status = json.loads(line.removeprefix("data: ")) if line else {}
                    if status.get("state") == "failed":
                        return status
        time.sleep(0.1)
    raise AssertionError("the host ended, or never failed")


OPEN = (
    "import json, ttnn\n"
    "from lsp_server.host.backends.tt import boards, device\n"
    "board = boards.detected(ttnn)\n"
    "try:\n"
    "    mesh = device.open_mesh(ttnn, board)\n"
    "    opened = mesh.get_num_devices()\n"
    "    device.close_mesh(ttnn, mesh, board)\n"
    "except RuntimeError as error:\n"
    "    opened = str(error)\n"
    "print('\\nANSWER', json.dumps(opened))"
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("board", ["n150", "p150"])
def test_a_mock_board_opens_and_closes_the_way_we_do_it(wheel, board, tmp_path):
    """0.81 compiles firmware even for a mock: without SFPI it fails, with the text our table explains."""
    python, ttnn = wheel

    opened = answer(run(python, board, OPEN, tmp_path))

    if ttnn == "0.66.0" or opened == 1:
        assert opened == 1
    else:
        found = failures.find(str(opened))
        assert found is not None and found[0].id == "sfpi", opened
