"""Checks of tt-metal: the checkout, its interpreter, and that what that interpreter imports belongs together."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lsp_server.doctor.finding import Finding, ok, unknown, wrong
from lsp_server.doctor.probe import Probe

CLONE = "git clone --recurse-submodules https://github.com/tenstorrent/tt-metal.git"
GENERATOR = "models/tt_transformers/tt/generator.py"
PYTHONS = ((3, 10), (3, 12))
"""What ttnn has wheels for."""
OPENMPI = "openmpi-v5.0.7-ulfm"
"""The build that tt-metal's installer puts into /opt."""
LOADER = 'ldd -r "$0" 2>&1'
ASK_SECONDS = 30.0
QUESTION = """
import importlib.metadata as m, importlib.util as u, json, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
def location(name):
    try: d = m.distribution(name).read_text("direct_url.json")
    except m.PackageNotFoundError: return ""
    return json.loads(d)["url"] if d else ""
def origin(name):
    try: s = u.find_spec(name)
    except Exception: return None
    return s and (s.origin or (list(s.submodule_search_locations or []) or [None])[0])
print("\\n" + json.dumps({"python": sys.version_info[:3], "ttnn": version("ttnn"), "from": location("ttnn"),
  "ttnn_path": origin("ttnn"), "models": origin("models"), "transformers_tt": origin("models.tt_transformers"),
  "package": origin("tt_transformers"),
  "llama_models": version("llama-models"), "torch": version("torch"), "transformers": version("transformers")}))
"""
"""Asked of tt-metal's interpreter; imports nothing of ttnn, which takes seconds and prints."""


@dataclass(frozen=True)
class Metal:
    """What is installed for the board."""

    home: str
    """The checkout; "" when none is known."""
    python: str
    answer: dict[str, Any] | None
    """What the interpreter said; None when it did not."""

    @property
    def package(self) -> str:
        """Where the standalone tt_transformers package is, which needs no checkout; "" with a checkout, or with neither."""
        return "" if self.home or self.answer is None else str(self.answer.get("package") or "")


def look(probe: Probe, home: str, python: str) -> Metal:
    """`home` and `python` are the settings; empty ones are found as the engine finds them."""
    home = home or probe.environ.get("TT_METAL_HOME", "")
    candidates = (
        [python]
        if python
        else [f"{home}/{place}/bin/python" for place in ("python_env", ".venv")]
        if home
        else []
    )
    python = next((path for path in candidates if probe.size(path) is not None), python)
    if not python:
        return Metal(home, "", None)
    ran = probe.run([python, "-c", QUESTION], seconds=ASK_SECONDS, folder=home or None)
    try:
        return Metal(home, python, json.loads(ran.out.strip().splitlines()[-1]))
    except (ValueError, IndexError):
        return Metal(home, python, None)


def check_metal(probe: Probe, metal: Metal) -> list[Finding]:
    return [
        check_checkout(probe, metal),
        check_interpreter(metal),
        check_ttnn(probe, metal),
        check_models_package(metal),
        check_sfpi(probe, metal),
        check_openmpi(probe, metal),
    ]


def check_checkout(probe: Probe, metal: Metal) -> Finding:
    name = "metal.checkout"
    if metal.package:
        return ok(name, f"not needed: the tt_transformers package is at {metal.package}")
    if not metal.home:
        return wrong(name, "No tt-metal checkout is known.", f"{CLONE} && export TT_METAL_HOME=$PWD/tt-metal")
    if not probe.is_dir(metal.home):
        return wrong(
            name, f"{metal.home} is not there.", "set ttAssistant.tt.home, or TT_METAL_HOME, to the checkout"
        )
    if probe.size(f"{metal.home}/{GENERATOR}") is None:
        return wrong(
            name, f"{metal.home} has no {GENERATOR}.", f"cd {metal.home} && git checkout main -- models"
        )
    version = _checkout_version(probe, metal.home)
    return ok(name, f"{metal.home}{f' at {version}' if version else ''}")


def check_interpreter(metal: Metal) -> Finding:
    name = "metal.python"
    create = f"cd {metal.home or '$TT_METAL_HOME'} && ./create_venv.sh"
    if not metal.python:
        return wrong(name, "tt-metal's interpreter is not found.", f"{create}, or set ttAssistant.tt.python")
    if metal.answer is None:
        return wrong(
            name,
            f"{metal.python} does not run, or took longer than {ASK_SECONDS:.0f} s.",
            f"{metal.python} -c 'print(1)'",
        )
    version = ".".join(map(str, metal.answer["python"]))
    if tuple(metal.answer["python"][:2]) not in PYTHONS:
        return wrong(name, f"{metal.python} is Python {version}; ttnn has wheels for 3.10 and 3.12.", create)
    missing = [package for package in ("torch", "transformers") if not metal.answer[package]]
    if missing:
        return wrong(
            name,
            f"{metal.python} lacks {' and '.join(missing)}.",
            f"{metal.python} -m pip install {' '.join(missing)}",
        )
    return ok(name, f"{metal.python}, Python {version}")


def check_ttnn(probe: Probe, metal: Metal) -> Finding:
    """The wheel and the checkout must be of one release, or symbols are missing at run time."""
    name = "metal.ttnn"
    if metal.answer is None:
        return unknown(name, "tt-metal's interpreter did not answer.", _ask(metal))
    wheel = metal.answer["ttnn"]
    if not wheel:
        return wrong(name, "ttnn is not installed there.", f"{metal.python} -m pip install ttnn")
    if metal.package:
        return ok(name, f"{wheel}, beside the tt_transformers package, which pins its release")
    installed = "/site-packages/" in (metal.answer["ttnn_path"] or "")
    linked = metal.answer["from"].endswith(metal.home) if metal.home else False
    if metal.home and (linked or not installed):
        return ok(name, f"{wheel}, built from this checkout")
    checkout = _checkout_version(probe, metal.home) if metal.home else ""
    if not checkout or not re.match(r"v\d", checkout):
        return unknown(
            name,
            f"{wheel}; the release of the checkout cannot be told.",
            f"git -C {metal.home} describe --tags",
        )
    if _release(wheel) != _release(checkout):
        return wrong(
            name,
            f"The wheel is {wheel}, the checkout {checkout}: they must be of one release.",
            f"git -C {metal.home} checkout v{wheel} && git -C {metal.home} submodule update --recursive",
        )
    return ok(name, f"{wheel}, as the checkout")


def check_models_package(metal: Metal) -> Finding:
    """PyPI's llama-models installs a package `models`, which hides tt-metal's own even when that comes first."""
    name = "metal.models"
    if metal.package:
        return ok(name, "not used: the tt_transformers package has its own")
    if not metal.home:
        return unknown(
            name, "No tt-metal checkout is known.", f"{CLONE} && export TT_METAL_HOME=$PWD/tt-metal"
        )
    if metal.answer is None:
        return unknown(name, "tt-metal's interpreter did not answer.", _ask(metal))
    origin = metal.answer["models"]
    if origin and origin.rstrip("/") != f"{metal.home.rstrip('/')}/models":
        fix = f"{metal.python} -m pip uninstall -y llama-models"
        return wrong(name, f"`models` is {origin}, which hides that of tt-metal.", fix)
    if not metal.answer["transformers_tt"]:
        return wrong(
            name,
            "models.tt_transformers cannot be imported.",
            f"cd {metal.home} && git checkout main -- models",
        )
    return ok(name, "models.tt_transformers is that of the checkout")


def check_sfpi(probe: Probe, metal: Metal) -> Finding:
    """The compiler of the chips' kernels: of the system, of the checkout, or in the wheel."""
    wheel = (metal.answer or {}).get("ttnn_path") or ""
    places = ["/opt/tenstorrent/sfpi", *([f"{metal.home}/runtime/sfpi"] if metal.home else [])]
    places += [f"{wheel.rpartition('/')[0]}/runtime/sfpi"] if wheel else []
    found = next((place for place in places if probe.is_dir(place)), None)
    if found:
        return ok("metal.sfpi", found)
    fix = f"cd {metal.home or '$TT_METAL_HOME'} && sudo ./install_dependencies.sh"
    return wrong("metal.sfpi", f"SFPI is in none of {', '.join(places)}.", fix)


def check_openmpi(probe: Probe, metal: Metal) -> Finding:
    """ttnn may link Open MPI with ULFM, whose folder is not on the loader's path by itself: asked is the loader."""
    name = "metal.openmpi"
    folder = ((metal.answer or {}).get("ttnn_path") or "").rpartition("/")[0]
    library = next((entry for entry in probe.list(folder) if re.fullmatch(r"_ttnn\..*so", entry)), "")
    asked = probe.run(["sh", "-c", LOADER, f"{folder}/{library}"], seconds=ASK_SECONDS) if library else None
    if asked is None or asked.status != 0:
        python = metal.python or "python3"
        return unknown(name, "What ttnn links cannot be read.", f"{python} -c 'import ttnn'")
    if "MPIX_Comm_revoke" in asked.out or re.search(r"libmpi\S* => not found", asked.out):
        builds = [entry for entry in probe.list("/opt") if entry.startswith("openmpi-") and "ulfm" in entry]
        install = f"cd {metal.home or '$TT_METAL_HOME'} && sudo ./install_dependencies.sh && "
        path = f"export LD_LIBRARY_PATH=/opt/{builds[-1] if builds else OPENMPI}/lib"
        what = "ttnn finds no Open MPI with ULFM (MPIX_Comm_revoke)."
        return wrong(name, what, path if builds else install + path)
    linked = re.search(r"libmpi\S* => (\S+)", asked.out)
    return ok(name, linked[1] if linked else "ttnn needs none")


def _ask(metal: Metal) -> str:
    if metal.python:
        return f"{metal.python} -c 'import ttnn, models.tt_transformers'"
    return f"cd {metal.home or '$TT_METAL_HOME'} && ./create_venv.sh"


def _checkout_version(probe: Probe, home: str) -> str:
    ran = probe.run(["git", "-C", home, "describe", "--tags", "--always"], seconds=10)
    return ran.out.strip() if ran.status == 0 else ""


def _release(version: str) -> tuple[str, ...]:
    """Major and minor of "0.81.1" or "v0.81.1-12-gabc"."""
    return tuple(re.findall(r"\d+", version)[:2])
