from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The run over the whole standard library takes minutes: only on `-m stdlib_full`."""
    if "stdlib_full" in str(config.option.markexpr):
        return
    skip = pytest.mark.skip(reason="run with -m stdlib_full")
    for item in items:
        if "stdlib_full" in item.keywords:
            item.add_marker(skip)
