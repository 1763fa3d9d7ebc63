from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.engine.sse import EventParser

STREAM = (
    'data: {"a": "é🎉"}\r\n\r\n: ping\n\nevent: x\ndata: one\ndata:two\n\ndata: [DONE]\n\ndata: half'.encode()
)


def test_events_are_read_and_half_an_event_is_not() -> None:
    assert EventParser().feed(STREAM) == ['{"a": "é🎉"}', "one\ntwo", "[DONE]"]


@given(st.lists(st.integers(0, len(STREAM))))
def test_where_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    parser, events = EventParser(), []
    at = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(at):
        events += parser.feed(STREAM[start:end])

    assert events == EventParser().feed(STREAM)


@given(st.binary())
def test_no_bytes_are_a_crash(received: bytes) -> None:
    EventParser().feed(received)
