"""Invariant 1 of docs/architecture.md: which part of lsp_server may import which."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lsp_server"

BASE = {"errors", "document", "__init__"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "document": set(),
    "settings": {"errors"},
    "protocol": set(),
    "lines": {"document"},
    "files": {"errors", "document"},
    "places": {"settings"},
    "syntax": BASE,
    "context": BASE | {"syntax"},
    "engine": BASE | {"settings"},
    "templates": BASE | {"syntax", "engine.types"},
    "edits": BASE | {"syntax"},
    "locks": set(),
    "models": BASE | {"locks"},
    "store": set(),
    "idle": BASE | {"syntax", "edits"},
    "verify": BASE | {"syntax", "edits.types", "locks"},
    "snippets": BASE | {"verify"},
    "untrusted": set(),
    "judging": BASE | {"edits.types", "verify"},
    "estimate": BASE | {"engine.types", "models"},
    "confidence": {"engine.types"},
    "candidates": BASE | {"edits.types", "engine.types", "engine.repetition", "estimate", "judging"},
    "chat": BASE | {"context", "templates", "engine.types", "syntax"},
    "actions": BASE
    | {"context", "templates", "edits", "judging", "verify", "syntax", "engine.types", "settings"}
    | {"candidates", "confidence", "estimate", "models.paces"},
    "host": {"__init__"},
}
"""A part that is not listed (features, server, doctor …) is on top: it may import all but the host and the command line."""


def imports_of(path: Path) -> set[str]:
    """Names below `lsp_server` that a module imports anywhere, lazily too: "engine.types", "host.app"."""
    package = path.relative_to(ROOT).parent.parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {n.removeprefix("lsp_server.") for n in names if n.startswith("lsp_server.")}
    return found


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    foreign = {n for n in imports_of(path) if not within(n, part) and n != "__version__"}

    if part in MAY_IMPORT:
        wrong = {n for n in foreign if not any(within(n, allowed) for allowed in MAY_IMPORT[part])}
    else:
        wrong = {n for n in foreign if within(n, "host") or (within(n, "cli") and part != "__main__")}

    assert not wrong, f"{part} must not import {sorted(wrong)}"


def test_prompts_and_edits_read_no_clock_environment_or_network() -> None:
    """Invariant 8: the pure parts import nothing that could make a result differ between two runs."""
    banned = {
        "time",
        "datetime",
        "random",
        "socket",
        "httpx",
        "urllib",
        "subprocess",
        "asyncio",
        "pygls",
        "lsprotocol",
    }
    for path in MODULES:
        if part_of(path) in {"context", "edits", "syntax", "chat"}:
            tree = ast.parse(path.read_text("utf-8"))
            names = {
                a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
            }
            names |= {
                (n.module or "").split(".")[0]
                for n in ast.walk(tree)
                if isinstance(n, ast.ImportFrom) and not n.level
            }
            assert not names & banned, f"{path.relative_to(ROOT)} imports {sorted(names & banned)}"
