"""The doctor on an interpreter without any package: all that can be examined without reading YAML, templates or settings.

`__main__` comes here when the assistant's own packages are missing, which is then the first finding.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lsp_server.doctor import machine, report
from lsp_server.doctor.examination import examine
from lsp_server.doctor.finding import Finding, unknown, wrong
from lsp_server.doctor.probe import Machine, Probe

PACKAGES = {"attrs": "attrs", "yaml": "PyYAML", "jinja2": "Jinja2", "pygls": "pygls", "httpx": "httpx"}
"""What the assistant's own half is made of, by module."""
NEEDS_THEM = "Needs the assistant's packages."
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wanted:
    """The terminal's settings, as far as the examination depends on them."""

    engine_backend: str = "auto"
    engine_model: str = ""
    engine_url: str = ""
    tt_home: str = ""
    tt_python: str = ""


def missing() -> list[str]:
    """The packages this interpreter lacks."""
    return [package for module, package in PACKAGES.items() if find_spec(module) is None]


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """`tt-assistant doctor`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="tt-assistant doctor")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    arguments, _ = parser.parse_known_args(argv)
    findings = diagnose(Machine(environ), missing())
    sys.stdout.write(report.as_json(findings) if arguments.json else report.as_text(findings))
    return report.exit_status(findings)


def diagnose(probe: Probe, lacking: Sequence[str]) -> list[Finding]:
    home = Path(probe.environ.get("HOME") or Path.home())
    config = Path(probe.environ.get("XDG_CONFIG_HOME") or home / ".config") / "tt-assistant"
    data = Path(
        probe.environ.get("TT_ASSISTANT_DATA_DIR")
        or Path(probe.environ.get("XDG_DATA_HOME") or home / ".local/share") / "tt-assistant"
    )
    packages = wrong(
        "packages",
        f"Not installed for this interpreter: {', '.join(lacking)}.",
        f"{sys.executable} -m pip install '{CHECKOUT}[cpu]'",
    )
    found = [machine.check_python(probe), packages]
    found += examine(probe, wanted(probe.read(str(config / "settings.json")) or ""), None, data)
    return found + [unknown(name, NEEDS_THEM) for name in ("engine", "settings", "prompts")]


def wanted(text: str) -> Wanted:
    """Read the settings file, nested or dotted; what makes no sense is left to the full examination."""
    try:
        flat = _flat(json.loads(text))
    except ValueError:
        return Wanted()
    known = {"engine.backend", "engine.model", "engine.url", "tt.home", "tt.python"}
    found = {key.removeprefix("ttAssistant."): value for key, value in flat.items()}
    return Wanted(
        **{
            key.replace(".", "_"): value
            for key, value in found.items()
            if key in known and isinstance(value, str)
        }
    )


def _flat(section: object, above: str = "") -> dict[str, object]:
    if not isinstance(section, dict):
        return {above.removesuffix("."): section}
    flat: dict[str, object] = {}
    for key, value in section.items():
        flat.update(_flat(value, f"{above}{key}."))
    return flat
