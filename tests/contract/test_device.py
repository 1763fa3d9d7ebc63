"""Opening and closing the board: who holds it, deadlines, fabric, hung steps."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt import backend as backend_module
from lsp_server.host.backends.tt import boards, device, environment
from lsp_server.host.backends.tt.holders import Holder, holders
from lsp_server.host.backends.tt.telemetry import Telemetry
from lsp_server.host.backends.tt.watchdog import DeviceThread, Hung
from tests.contract.double import sources
from tests.contract.double.world import Faults
from tests.contract.harness import GENERATIONS, QUICK, make, process_state, prompt, rig, stand_in_world


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
            make(deadlines=QUICK).load(phases.append)

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
            make(deadlines=QUICK).load(lambda progress: None)

        assert world.opened == 0, "the board must not be touched while another process holds it"


def test_a_hung_step_becomes_an_error_and_close_does_not_hang():
    with stand_in_world("G4") as world:
        loaded = make(deadlines=QUICK)
        loaded.load(lambda progress: None)
        world.faults.hang_decode = True

        start = time.monotonic()
        with pytest.raises(BackendError, match="does not answer") as hung:
            loaded.generate(prompt(30), backend_module.SamplingParams(max_tokens=4), lambda step: False)
        loaded.close()

        assert hung.value.fatal and "tt-smi -r" in hung.value.message
        assert time.monotonic() - start < 30
        with pytest.raises(BackendError, match="not ready"):
            loaded.generate(prompt(30), backend_module.SamplingParams(), lambda step: False)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_closing_twice_is_safe(generation):
    with rig(generation, board="N300") as made:
        made.backend.close()
        made.backend.close()


@pytest.mark.parametrize("fault", ["on_cleanup", "on_submesh"])
def test_mesh_and_fabric_are_closed_when_something_before_them_cannot_be(fault):
    """The clean-up's error once left the mesh open and the fabric on, so that the next process could not open the board."""
    with stand_in_world("P2", board="N300") as world:
        loaded = make()
        loaded.load(lambda progress: None)
        setattr(world.faults, fault, "the device does not want to")

        with pytest.raises((RuntimeError, BackendError)) as refused:
            loaded.close()

        assert "does not want to" in repr(refused.value.__cause__ or refused.value)

        world.assert_clean()


def test_a_failed_load_is_told_although_closing_fails_too():
    with stand_in_world("P2", board="N300") as world:
        world.faults.on_prefill = (
            "Out of Memory: Not enough space to allocate 8 B DRAM buffer across 12 banks"
        )
        world.faults.on_cleanup = "the device does not want to"

        with pytest.raises(BackendError, match="memory is full"):
            make().load(lambda progress: None)

        world.assert_clean()


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


def imported_with(monkeypatch, board: str, **variables: str) -> dict[str, str]:
    """The environment as ttnn finds it when it is imported."""
    found = {}
    original = backend_module.importlib.import_module

    def import_module(name):
        if name == "ttnn":
            found.update(os.environ)
        return original(name)

    with stand_in_world("G0", board=board):
        os.environ.update(variables)
        monkeypatch.setattr(backend_module.importlib, "import_module", import_module)
        loaded = make()
        loaded.load(lambda progress: None)
        loaded.close()
        monkeypatch.undo()
    return found


def test_a_named_boards_variables_are_there_before_ttnn_is(monkeypatch):
    found = imported_with(monkeypatch, "N300", MESH_DEVICE="N300")

    assert found["WH_ARCH_YAML"] == "wormhole_b0_80_arch_eth_dispatch.yaml"


def test_the_users_own_variables_are_kept(monkeypatch):
    own = {"WH_ARCH_YAML": "my_eth_dispatch.yaml", "TT_METAL_OPERATION_TIMEOUT_SECONDS": "7"}

    found = imported_with(monkeypatch, "N300", MESH_DEVICE="N300", **own)

    assert {name: found[name] for name in own} == own


def test_ttnn_is_told_to_give_up_on_an_operation_that_hangs(monkeypatch):
    assert imported_with(monkeypatch, "N150")["TT_METAL_OPERATION_TIMEOUT_SECONDS"] == "60"


def test_a_p300_gets_the_fabrics_graph_of_its_checkout(tmp_path):
    board = boards.BOARDS["p300"]
    graph = tmp_path / board.fabric_graph
    graph.parent.mkdir(parents=True)
    with process_state():
        os.environ.pop("TT_MESH_GRAPH_DESC_PATH", None)
        environment.prepare(board, tmp_path)
        before = os.environ.get("TT_MESH_GRAPH_DESC_PATH")
        graph.touch()
        environment.prepare(board, tmp_path)
        after = os.environ.get("TT_MESH_GRAPH_DESC_PATH")

    assert (before, after) == (None, str(graph))


class Ttnn:
    """As far as detection looks at it; `kind` None: a ttnn that reports no cluster type."""

    def __init__(self, kind: str | None, chips: int, architecture: str = "blackhole") -> None:
        self.get_num_devices = lambda: chips
        self.get_arch_name = lambda: architecture
        if kind is not None:
            self.cluster = SimpleNamespace(get_cluster_type=lambda: SimpleNamespace(name=kind))


KINDS = [kind for kind in sources.CONTRACT["ttnn"]["enums"]["ClusterType"] if kind != "INVALID"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cluster_type_is_its_own_board_or_is_refused(kind):
    """A P150_X2 has two chips like a p300, and was taken for one."""
    expected = {"N300_2x2": "n150x4", "TG": "galaxy", "BLACKHOLE_GALAXY": "bhglx"}.get(
        kind, kind.lower().replace("_", "")
    )
    if expected in boards.BOARDS:
        assert boards.detected(Ttnn(kind, 2)).name == expected
        return
    with pytest.raises(BackendError, match=rf"{kind}.*MESH_DEVICE"):
        boards.detected(Ttnn(kind, 2))


@pytest.mark.parametrize("kind", [None, "INVALID"])
def test_chips_are_counted_where_no_cluster_type_is_reported(kind):
    assert boards.detected(Ttnn(kind, 2)).name == "p300"
    assert boards.detected(Ttnn(kind, 8, "wormhole_b0")).name == "t3k"
    with pytest.raises(BackendError, match=r"3 chips.*MESH_DEVICE"):
        boards.detected(Ttnn(kind, 3))


def test_trace_regions_and_contexts_are_those_of_the_contracts_rows():
    rows = [
        row
        for row in sources.CONTRACT["inference_server_rows"]
        if row["model"].endswith("Llama-3.1-8B-Instruct")
    ]
    compared = set()
    for row in rows:
        board = boards.BOARDS.get(row["device"].lower())
        given = json.loads(row["vllm_args"].get("additional_config", "{}")).get("tt", {})
        if board is not None and "trace_region_size" in given:
            compared.add(board.name)
            assert (board.name, board.trace_region) == (board.name, given["trace_region_size"])
            assert (board.name, board.max_context) == (board.name, row["max_context"])

    assert compared == {"n150", "n300", "t3k", "galaxy", "p100", "p150", "p150x4", "p300", "p300x2"}


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

    assert Telemetry(tmp_path, start=at_once).read() == {"temperature_c": 51.2, "power_w": 53.5}


def at_once(work):
    work()


def test_telemetry_is_empty_where_nothing_offers_it(tmp_path):
    assert Telemetry(tmp_path, start=at_once).read() == {}


class Chip:
    """As pyluwen tells it: 16ths of a degree, watts, each in the low half of a word."""

    def __init__(self, temperature: float, power: int) -> None:
        self._telemetry = SimpleNamespace(
            asic_temperature=0x5A0000 | int(temperature * 16), tdp=0x780000 | power
        )

    def get_telemetry(self):
        return self._telemetry


def test_telemetry_asks_tt_smis_library_where_the_driver_has_none(tmp_path, monkeypatch):
    library = SimpleNamespace(detect_chips=lambda: [Chip(41.5, 20), Chip(48.25, 24)])
    monkeypatch.setitem(sys.modules, "pyluwen", library)

    assert Telemetry(tmp_path, start=at_once).read() == {"temperature_c": 48.2, "power_w": 44.0}


def test_a_chip_that_does_not_answer_its_sensors_keeps_nobody_waiting(tmp_path):
    """Status is asked for on the event loop; a reading that hangs is not waited for and not started twice."""
    hanging = []
    clock = iter(range(0, 1000, 10))
    telemetry = Telemetry(tmp_path, clock=lambda: next(clock), start=hanging.append)

    assert [telemetry.read() for _ in range(3)] == [{}, {}, {}]
    assert len(hanging) == 1


def test_a_reading_is_good_for_seconds(tmp_path):
    now, readings = [0.0], []
    telemetry = Telemetry(tmp_path, clock=lambda: now[0], start=lambda work: (readings.append(1), work()))

    for now[0] in (0.0, 1.0, 4.9, 5.0, 6.0):
        telemetry.read()

    assert len(readings) == 2


def test_the_driver_lists_the_holders_of_other_users(tmp_path):
    """Whose open files cannot be read, for example a container's."""
    for chip, pids in enumerate(("101\n101\n0\n", f"{os.getpid()}\n102\n103\n")):
        folder = tmp_path / "driver" / "tenstorrent" / str(chip)
        folder.mkdir(parents=True)
        (folder / "pids").write_text(pids)
    for pid, words in (
        ("101", b"vllm\0serve\0"),
        ("102", b"/usr/bin/python3\0/usr/local/bin/tt-smi\0"),
        ("103", b""),
    ):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cmdline").write_bytes(words)

    assert [str(holder) for holder in holders(tmp_path)] == ["process 101 (vllm serve)", "process 103"]
