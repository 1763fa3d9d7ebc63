"""What the documents at the top promise is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    document = ROOT / name
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))

    missing = [target for target in targets if not (document.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_npm_commands_exist(name: str) -> None:
    scripts = json.loads((ROOT / "package.json").read_text("utf-8"))["scripts"]
    named = re.findall(r"npm (?:run )?(start|test|(?<=run )[\w:]+)", (ROOT / name).read_text("utf-8"))

    assert set(named) <= set(scripts)


def test_editor_commands_exist() -> None:
    """A command is named as the palette shows it: category, colon, title."""
    commands = json.loads((ROOT / "package.json").read_text("utf-8"))["contributes"]["commands"]
    titles = {f"{command['category']}: {command['title']}" for command in commands}
    text = "".join((ROOT / name).read_text("utf-8") for name in DOCUMENTS)

    named = set(re.findall(r"TT Assistant: [A-Z][^`*]*", text))

    assert named <= titles
