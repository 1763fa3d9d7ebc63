"""Prompts that do not fit the context window: folded and told, or refused with both numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException

from lsp_server import protocol
from tests.lsp.asking import PARSE, at, run_params
from tests.lsp.conftest import Client

WINDOW = 700
"""The scripted engine counts four characters as a token."""
LONG_FILE = PARSE + "".join(
    f'\n\ndef helper_{i}(value):\n    total = value + {i}\n    text = f"{{total}} of {i}"\n    return text\n'
    for i in range(200)
)


async def test_a_long_file_is_folded_and_the_receipt_says_so(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "long.py", LONG_FILE)
    await extension.script(["It splits a line."], status={"context_window": WINDOW})

    result = await extension.ask(protocol.RUN, run_params(uri, "explain"))

    assert result.text == "It splits a line."
    assert any(part.dropped for part in result.receipt.parts)
    (asked,) = await extension.requests()
    characters = sum(len(text) for _, text in asked["messages"])
    assert characters / 4 + asked["max_tokens"] <= WINDOW
    assert any("To fit the context window" in e.text for e in extension.events if e.kind == "note")


async def test_too_long_a_selection_is_refused_with_both_numbers(extension: Client, workspace: Path) -> None:
    uri = extension.open(workspace / "long.py", LONG_FILE)
    await extension.script(status={"context_window": WINDOW})
    everything = at(0, 0, LONG_FILE.count("\n"), 0)

    with pytest.raises(JsonRpcException, match="too long for the model") as caught:
        await extension.ask(protocol.RUN, run_params(uri, "explain", everything))

    numbers = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", caught.value.message)]
    assert numbers[0] > len(LONG_FILE) / 4 and numbers[1] == WINDOW
    assert "contextTooLong" in str(caught.value.data)
