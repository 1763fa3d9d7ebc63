"""What an engine tells of itself."""

from __future__ import annotations

from lsp_server.engine.facts import engine_facts
from lsp_server.engine.wire import own_status

DETAILS = {
    "board": "n300",
    "chips": 2,
    "blocks_used": 10,
    "blocks_total": 520,
    "requests": 4,
    "prefix_hits": 3,
    "ttft_ms": 184.2,
    "temperature_c": 48.4,
    "power_w": 61.0,
    "note": "Prefix reuse is off: this tt-metal release cannot reuse prefixes safely.",
}


def test_a_board_is_named_with_its_state():
    status = own_status({"state": "ready", "backend": "tt", "model": "m", "details": DETAILS})

    assert status.board == "n300"
    assert status.facts == (
        "Board: n300, 2 chips, 48 °C, 61 W",
        "Memory for prompts: 10 of 520 blocks in use",
        "Requests that found their beginning in it: 3 of 4",
        "First token of the last answer: after 0.18 s",
        "Prefix reuse is off: this tt-metal release cannot reuse prefixes safely.",
    )


def test_what_a_board_does_not_tell_is_left_out():
    status = own_status({"state": "ready", "backend": "tt", "details": {"board": "n150", "chips": 1}})

    assert status.facts == ("Board: n150, 1 chip",)


def test_a_processor_has_no_board():
    status = own_status({"state": "ready", "backend": "cpu", "details": {"threads": 2}})

    assert status.board == "" and status.facts == ()


def test_the_cpu_engine_tells_whether_it_drafts_what_it_copies() -> None:
    assert engine_facts({"copying": "off: a text differed"}) == (
        "Copy-biased decoding: off: a text differed",
    )
    assert engine_facts({"copying": "not checked"}) == engine_facts({}) == ()
