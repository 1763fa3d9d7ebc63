"""`python -m pytest tests/prompts --update-goldens` rewrites the goldens; read the diff before committing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDENS = Path(__file__).parent / "goldens"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite the goldens of tests/prompts")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with its golden file."""

    def compare(name: str, text: str) -> None:
        path = GOLDENS / f"{name}.md"
        if request.config.getoption("--update-goldens", default=False):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n", "utf-8", newline="\n")
        assert path.exists(), f"{path.name} is missing: run with --update-goldens"
        assert text + "\n" == path.read_text("utf-8"), "the wording changed: see the module's docstring"

    return compare
