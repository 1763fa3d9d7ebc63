"""Every mistake in `mutants.py` fails the scenarios, and without a mistake they pass. The table is printed at the end."""

from __future__ import annotations

import pytest

from lsp_server.host.backends import SamplingParams
from tests.contract import conftest
from tests.contract.harness import GENERATIONS, Rig, prompt, rig
from tests.contract.mutants import MUTANTS, Mutant
from tests.contract.scenarios import SCENARIOS


def sampled_on_device(made: Rig) -> None:
    """Greedy sampling on the device walks into new blocks and gives the reference's text."""
    for length in (50, 61, 300):
        made.check(prompt(length, 71), 90)


def drawn_on_device(made: Rig) -> None:
    for candidates in (4, 40, 0):
        made.ask(prompt(40), SamplingParams(temperature=0.7, top_k=candidates, seed=1, max_tokens=3))
    made.check(prompt(60), 5)


def examine(mutant: Mutant) -> None:
    with rig(mutant.generation, dict(mutant.options), **mutant.world) as made:
        if mutant.options.get("device_sampling"):
            sampled_on_device(made)
            drawn_on_device(made)
        for scenario in SCENARIOS:
            scenario(made)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("options", [{}, {"device_sampling": True}], ids=["host", "device"])
def test_without_a_mistake_the_scenarios_pass(generation, options):
    examine(Mutant("none", generation, lambda monkeypatch: None, options))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.generation}: {mutant.name}")
def test_mutant_is_noticed(mutant: Mutant, monkeypatch):
    mutant.patch(monkeypatch)

    with pytest.raises(Exception) as noticed:
        examine(mutant)

    lines = str(noticed.value).splitlines() or [type(noticed.value).__name__]
    conftest.MUTANTS.append((mutant.name, mutant.generation, f"killed: {lines[0][:90]}"))
