"""For every generation the backend's text is the reference's: prompts, prefixes, eviction, cancel, chunk boundaries."""

from __future__ import annotations

import attrs
import pytest

from lsp_server.host.backends import SamplingParams
from tests.contract.double import model
from tests.contract.harness import GENERATIONS, GREEDY, Rig, prompt, rig

RESUMING = ("G3", "G4", "P1", "P2")


@pytest.fixture(params=GENERATIONS)
def loaded(request):
    with rig(request.param) as made:
        yield made


@pytest.mark.parametrize("length", [1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 1000, 1024, 1025, 2047, 2049, 3000])
def test_text_is_the_references(loaded: Rig, length):
    loaded.check(prompt(length))
