from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.stop_strings import StopStrings


def show(stops: list[str], deltas: list[str]) -> tuple[str, bool]:
    stopper, shown = StopStrings(stops), ""
    for delta in deltas:
        shown += stopper.push(delta)
        if stopper.met:
            return shown, True
    return shown + stopper.flush(), False


@pytest.mark.parametrize(
    ("stops", "deltas", "shown", "met"),
    [
        ([], ["a", "b"], "ab", False),
        (["END"], ["a", "E", "N", "D", "b"], "a", True),
        (["END"], ["aE", "NX"], "aENX", False),
        (["END"], ["a", "EN"], "aEN", False),
        (["END"], ["xENDy"], "x", True),
        (["\n\n", "```"], ["a\n", "\nb"], "a", True),
        (["ab", "b"], ["xa", "b"], "x", True),
        (["aab"], ["a", "a", "a", "b"], "a", True),
        ([""], ["a"], "a", False),
    ],
)
def test_text_ends_before_the_first_stop_string(
    stops: list[str], deltas: list[str], shown: str, met: bool
) -> None:
    assert show(stops, deltas) == (shown, met)


def test_text_is_held_back_whole_or_not_at_all() -> None:
    """A resumed answer begins after the last text shown, so nothing of a token may be shown early."""
    stopper = StopStrings(["END"])

    assert stopper.push("abcE") == ""
    assert stopper.push("x") == "abcEx"


@given(st.lists(st.text("ab", max_size=3)), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_cutting_into_deltas_changes_nothing(deltas: list[str], stops: list[str]) -> None:
    text = "".join(deltas)
    shown, met = show(stops, deltas)

    assert met == any(stop in text for stop in stops)
    if not met:
        assert shown == text
    else:
        assert text.startswith(shown)
        assert not any(stop in shown for stop in stops)
