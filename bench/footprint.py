"""How much room it takes: the VSIX, what is installed on first use, and the memory of both processes.

`python -m bench footprint [--vsix FILE] [--save FILE]`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from bench import report
from bench.client import ROOT, server
from bench.host import HostWatch, default_model
from bench.report import Measure
from lsp_server.native import REQUIREMENTS


def packages() -> Measure:
    """Files of the packages that are installed on first use, the bundled model among them."""
    total = 0
    for requirement in REQUIREMENTS:
        try:
            files = distribution(re.split(r"[<>=]", requirement)[0]).files or []
        except PackageNotFoundError:
            continue
        total += sum(path.stat().st_size for file in files if (path := Path(str(file.locate()))).is_file())
    return Measure("native_packages_mb", round(total / 1e6, 1), "MB", (total / 1e6,))


def vsix(path: Path | None) -> list[Measure]:
    found = path or next(iter(sorted(ROOT.glob("**/tt-coding-assistant*.vsix"))), None)
    if found is None:
        return []
    size = found.stat().st_size / 1e6
    return [Measure("vsix_mb", round(size, 2), "MB", (size,))]


async def memory() -> list[Measure]:
    """Resident memory of the language server and of the engine host after one answer."""
    with tempfile.TemporaryDirectory(prefix="tta-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        try:
            async with server(directory) as client:
                await client.initialize(
                    {"engine": {"backend": "cpu", "model": str(default_model())}}, directory
                )
                await client.request("ttAssistant/engineControl", {"command": "start"})
                await client.until_state("ready")
                uri, text = (directory / "a.py").as_uri(), "def double(x):\n    return x + x\n"
                client.open(uri, text)
                span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 16}}
                await client.run("explain", uri, span).result
                watch = await HostWatch.of(directory / "run")
                return [
                    resident("server_rss_mb", client.process.pid),
                    resident("host_rss_mb", watch.pid),
                ]
        finally:
            await HostWatch.stop_all(directory / "run")


def resident(key: str, pid: int) -> Measure:
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", text)
    size = int(match[1]) * 1024 / 1e6 if match else 0.0
    return Measure(key, round(size, 1), "MB", (size,))


def main(argv: Sequence[str]) -> int:
    """Entry point of `python -m bench footprint`."""
    parser = argparse.ArgumentParser(prog="bench footprint", description=__doc__)
    parser.add_argument("--vsix", type=Path, help="default: the one that `npm run package` built")
    parser.add_argument("--save", type=Path, help="write the figures here")
    options = parser.parse_args(argv)
    measures = [*vsix(options.vsix), packages(), *asyncio.run(memory())]
    report.show("footprint", measures, report.machine(), options.save)
    return 0
