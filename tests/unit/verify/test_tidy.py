"""What is left of a test file when something of it is dropped reads as if it had never been there."""

from __future__ import annotations

import pytest

from lsp_server.verify import assertions, tidy

AVERAGE = """import pytest
from shop import average, total


def test_average():
    # of a list
    numbers = [1, 2, 3]
    expected = [2.0]
    assert average(numbers) == expected, "one"
    # of an empty list
    numbers = []
    expected = []
    assert average(numbers) == expected, "two"
"""


def test_values_and_headings_of_a_dropped_assertion_go_with_it() -> None:
    failing = [assertions.Probe("test_average_alone_2", "test_average", 9)]

    left = assertions.without(AVERAGE, failing)

    assert left == AVERAGE.replace(
        '    # of a list\n    numbers = [1, 2, 3]\n    expected = [2.0]\n    assert average(numbers) == expected, "one"\n',
        "",
    )


def test_a_heading_stays_above_what_is_left_of_its_part() -> None:
    text = "def test_f():\n    # usual\n    assert f(1) == 2\n    assert f(2) == 4\n"

    left = assertions.without(text, [assertions.Probe("test_f_alone_0", "test_f", 3)])

    assert left == "def test_f():\n    # usual\n    assert f(2) == 4\n"


@pytest.mark.parametrize(
    "body",
    [
        "    a = [1]\n    b = a\n    assert f(b)\n    assert b\n",
        "    a = make()\n    assert f(1)\n    assert f(2)\n",
        "    a = [1]\n    for n in a:\n        assert f(n)\n    assert f(2)\n    assert f(3)\n",
        "    a = 1\n    if f(1):\n        a = 2\n    assert a\n    assert f(2)\n",
    ],
)
def test_what_is_read_or_may_do_something_stays(body: str) -> None:
    text = f"def test_f():\n{body}"

    assert tidy.without_idle_values(text, frozenset({"test_f"})) == text


def test_imports_that_nothing_uses_any_more_go() -> None:
    left = tidy.without_idle_imports(AVERAGE, "")

    assert left == AVERAGE.replace("import pytest\n", "").replace("average, total", "average")


def test_imports_that_were_there_before_stay() -> None:
    base = "import pytest\n\n\ndef test_one():\n    assert True\n"

    assert tidy.without_idle_imports(base + "\n\nimport os\n", base) == base + "\n\n"


@pytest.mark.parametrize(
    "use",
    [
        "def test_f(cart):\n    assert f()\n",
        '@pytest.mark.usefixtures("cart")\ndef test_f():\n    assert f()\n',
    ],
)
def test_an_imported_fixture_that_is_only_asked_for_stays(use: str) -> None:
    """Its import went when a test was dropped, and with it every test that asks for it."""
    text = f"import pytest\nfrom shop import f\nfrom fixtures import cart\n\n\n{use}"

    assert "from fixtures import cart\n" in tidy.without_idle_imports(text, "")
