"""Runs on a real board, with tt-metal's own Python, and writes a report that can be sent:

    python -m pytest tests/device -m device

Set TT_METAL_HOME and HF_MODEL first (docs/hardware.md). The report holds versions, times and outcomes, no prompt of yours.
"""

from __future__ import annotations

import json
import os
import platform
import time
from importlib import metadata, util
from pathlib import Path

import pytest

REPORT = Path(os.environ.get("TT_DEVICE_REPORT", "tt-device-report.json"))
"""Relative to the repository's root."""
NODES = Path(os.environ.get("TT_DEVICE_NODES", "/dev/tenstorrent"))
_report: dict = {"outcomes": {}, "measurements": {}}


@pytest.fixture(scope="session")
def backend():
    if util.find_spec("ttnn") is None:
        pytest.skip("ttnn is not installed in this Python: run with tt-metal's own (docs/hardware.md)")
    if not NODES.exists():
        pytest.skip(f"no Tenstorrent board: {NODES} does not exist")
    from lsp_server.host.backends.tt import create

    directory, start, phases = Path.cwd(), time.monotonic(), []

    def report(progress):
        phases.append([round(time.monotonic() - start, 1), progress.phase])

    loaded = create({"mode": os.environ.get("TT_ASSISTANT_MODE", "performance")})
    try:
        info = loaded.load(report)
        _report.update(info=info.details, model=info.name, phases=phases)
        yield loaded
    finally:
        loaded.close()
        _report["phases"] = phases
        os.chdir(directory)


@pytest.fixture
def measure():
    """Keep a number for the report."""
    return _report["measurements"].__setitem__


def pytest_runtest_logreport(report):
    if "tests/device" in report.nodeid and (report.when == "call" or report.outcome != "passed"):
        outcome = report.outcome if report.outcome != "failed" else _reason(report)
        _report["outcomes"][report.nodeid.split("::")[-1]] = outcome


def pytest_sessionfinish(session):
    if "passed" not in _report["outcomes"].values() and "phases" not in _report:
        return
    packages = ("ttnn", "torch", "transformers", "tt-smi")
    _report["versions"] = {name: _version(name) for name in packages}
    _report["system"] = {"python": platform.python_version(), "kernel": platform.release()}
    (session.config.rootpath / REPORT).write_text(json.dumps(_report, indent=2), encoding="utf-8")


def pytest_terminal_summary(terminalreporter, config):
    if (config.rootpath / REPORT).exists() and "versions" in _report:
        terminalreporter.write_line(
            f"Report written to {config.rootpath / REPORT}: please send it with your issue."
        )


def _reason(report):
    """What failed, without the values that were compared: they may hold an answer."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return (
        f"failed: {crash.message.splitlines()[0]} ({Path(crash.path).name}:{crash.lineno})"
        if crash
        else "failed"
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
