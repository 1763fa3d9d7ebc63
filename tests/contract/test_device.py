"""Opening and closing the board: who holds it, deadlines, fabric, hung steps."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt import backend as backend_module
from lsp_server.host.backends.tt import device
from lsp_server.host.backends.tt.holders import Holder, holders
from lsp_server.host.backends.tt.telemetry import Telemetry
from lsp_server.host.backends.tt.watchdog import DeviceThread, Hung
from tests.contract.double.world import Faults
from tests.contract.harness import GENERATIONS, make, prompt, rig, stand_in_world


@pytest.fixture
def log_on_stdout(tmp_path, capfd):
    """As in the host: descriptor 1 is a log file."""
    with capfd.disabled():
        saved = os.dup(1)
        file = os.open(tmp_path / "host.log", os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(file, 1)
        try:
            yield tmp_path / "host.log"
        finally:
            os.dup2(saved, 1)
            os.close(saved)
            os.close(file)


def test_a_blocked_open_names_the_process_that_holds_the_chip(log_on_stdout):
    """Another container's process is not in our /proc: then only ttnn's own line tells its pid."""
    with stand_in_world("G4", faults=Faults(holder=4711)):
        phases = []

        with pytest.raises(BackendError) as refused:
            make().load(phases.append)

    assert "Process 4711 is using the board" in refused.value.message
    assert refused.value.fatal
    assert any("4711" in progress.phase for progress in phases)


def test_a_process_that_has_the_board_open_is_found(tmp_path):
    for pid, target in (
        ("101", "/dev/tenstorrent/0"),
        ("102", "/dev/null"),
        (str(os.getpid()), "/dev/tenstorrent/0"),
    ):
        fd = tmp_path / pid / "fd"
        fd.mkdir(parents=True)
        (fd / "3").symlink_to(target)
        (tmp_path / pid / "cmdline").write_bytes(b"python\0serve.py\0")

    assert [str(holder) for holder in holders(tmp_path)] == ["process 101 (python serve.py)"]


def test_we_wait_for_a_held_board_and_go_on_when_it_is_free():
    answers = [[Holder(7, "vllm")], [Holder(7, "vllm")], []]
    told = []

    device.wait_until_free(lambda: answers.pop(0), 5, told.append, pause=0)

    assert told == ["waiting for the board: process 7 (vllm) is using it"] * 2


def test_a_board_that_stays_held_is_refused_with_the_pid(monkeypatch):
    monkeypatch.setattr(backend_module, "holders", lambda: [Holder(7, "vllm serve")])
    with stand_in_world("G4") as world:
        with pytest.raises(BackendError, match=r"in use by process 7 \(vllm serve\)"):
            make().load(lambda progress: None)

        assert world.opened == 0, "the board must not be touched while another process holds it"


def test_a_hung_step_becomes_an_error_and_close_does_not_hang():
    with stand_in_world("G4") as world:
        loaded = make()
        loaded.load(lambda progress: None)
        world.faults.hang_decode = True

        start = time.monotonic()
        with pytest.raises(BackendError, match="does not answer") as hung:
            loaded.generate(prompt(30), backend_module.SamplingParams(max_tokens=4), lambda step: False)
        loaded.close()

        assert hung.value.fatal and "tt-smi -r" in hung.value.message
        assert time.monotonic() - start < 5
        with pytest.raises(BackendError, match="not ready"):
            loaded.generate(prompt(30), backend_module.SamplingParams(), lambda step: False)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_closing_twice_is_safe(generation):
    with rig(generation, board="N300") as made:
        made.backend.close()
        made.backend.close()


@pytest.mark.parametrize("board", ["N300", "T3K", "GALAXY"])
def test_a_failed_open_disables_the_fabric(board):
    with stand_in_world(
        "G2", board=board, faults=Faults(on_open="No chips detected in the cluster")
    ) as world:
        with pytest.raises(BackendError):
            make().load(lambda progress: None)

        world.assert_clean()


def test_mesh_device_chooses_a_part_of_the_machine(monkeypatch):
    with stand_in_world("G4", board="T3K") as world:
        os.environ["MESH_DEVICE"] = "N150"
        loaded = make()

        info = loaded.load(lambda progress: None)
        loaded.close()

        assert info.details["board"] == "n150" and info.details["chips"] == 1
        world.assert_clean()


def test_an_unknown_mesh_device_is_refused_with_the_known_names():
    with stand_in_world("G4"):
        os.environ["MESH_DEVICE"] = "N700"
        with pytest.raises(BackendError, match=r"N700.*n150, n300"):
            make().load(lambda progress: None)


def test_the_package_refuses_boards_it_does_not_declare():
    with stand_in_world("P2", board="P100") as world:
        with pytest.raises(BackendError, match="does not support p100"):
            make().load(lambda progress: None)

        assert world.opened == 0


def test_a_call_that_raises_a_timeout_is_not_taken_for_a_hang():
    thread = DeviceThread(hard_exit=False)

    def fail():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        thread.call("decode", 5, fail)
    assert not thread.hung
    assert thread.call("decode", 5, lambda: 3) == 3
    thread.stop()


def test_after_a_hang_nothing_is_started():
    thread = DeviceThread(hard_exit=False)
    release = threading.Event()
    with pytest.raises(Hung):
        thread.call("decode", 0.05, release.wait)

    with pytest.raises(Hung):
        thread.call("decode", 5, lambda: 3)
    release.set()


def test_telemetry_reads_the_drivers_files(tmp_path):
    for chip, (temperature, power) in enumerate(((45300, 23_000_000), (51200, 30_500_000))):
        folder = Path(tmp_path, f"tenstorrent!{chip}", "device", "hwmon", f"hwmon{chip}")
        folder.mkdir(parents=True)
        (folder / "temp1_input").write_text(f"{temperature}\n")
        (folder / "power1_input").write_text(f"{power}\n")

    assert Telemetry(tmp_path).read() == {"temperature_c": 51.2, "power_w": 53.5}


def test_telemetry_is_empty_where_nothing_offers_it(tmp_path):
    assert Telemetry(tmp_path).read() == {}
