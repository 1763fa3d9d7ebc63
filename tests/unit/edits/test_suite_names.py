"""Names of generated Python tests beside those of the test file: what is there keeps its meaning."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import TestPlan, propose_tests
from lsp_server.errors import EditRefused

CART = """class Cart:
    def __init__(self, items):
        self._items = list(items)

    def items(self):
        return list(self._items)

    def total(self):
        return sum(self._items)
"""
EXISTING = """import pytest

from cart import Cart

VALUES = [1, 2]


@pytest.fixture
def cart():
    return Cart(VALUES)


def test_total(cart):
    assert cart.total() == 3
"""
LINE = "from cart import Cart"


def added(reply: str, existing: str | None = EXISTING) -> str:
    """The test file with the reply's tests; without an existing file, all of it."""
    plan = TestPlan(Path("/p/test_cart.py"), "file:///p/test_cart.py", existing, "pytest", LINE, "")
    document = Document("file:///p/cart.py", "cart.py", "python", CART)
    target = CART.index("return list")
    new = propose_tests(document, Span(target, target), f"```python\n{reply}\n```", plan).new_text
    assert new.startswith(existing or "")
    return new.removeprefix(existing or "")


def test_a_fixture_named_like_a_method_of_the_source_is_no_copy_of_it() -> None:
    """`items` was dropped as a copy of `Cart.items`, and the test asked for a fixture that was not there."""
    reply = f"{LINE}\nimport pytest\n\n\n@pytest.fixture\ndef items():\n    return [1]\n\n\ndef test_total(items):\n    assert Cart(items).items() == [1]"

    assert "def items():" in added(reply, None)


def test_a_method_copied_without_its_class_is_left_out() -> None:
    reply = f"{LINE}\n\n\ndef items(self):\n    return list(self._items)\n\n\ndef test_items():\n    assert Cart([1]).items() == [1]"

    assert "def items" not in added(reply, None)


def test_a_fixture_whose_name_is_taken_gets_one_of_its_own() -> None:
    """The later of two fixtures held for the tests that were there: they failed, and the edit was told to be green."""
    reply = "@pytest.fixture\ndef cart():\n    return Cart([5])\n\n\ndef test_items(cart):\n    assert cart.items() == [5]"

    assert added(reply) == (
        "\n\n@pytest.fixture\ndef cart_2():\n    return Cart([5])\n\n\n"
        "def test_items(cart_2):\n    assert cart_2.items() == [5]\n"
    )


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("VALUES = [7]", "assert Cart(VALUES).items() == VALUES", "VALUES_2 = [7]"),
        ("VALUES: list = [7]", "assert Cart(items=VALUES).items() == [7]", "VALUES_2: list = [7]"),
        ("def cart(n):\n    return Cart([n])", "assert cart(1).items() == [1]", "assert cart_2(1).items()"),
        ("class VALUES(list):\n    pass", "assert Cart(VALUES()).items() == []", "Cart(VALUES_2())"),
        ("def make(values):\n    return Cart(values)", "assert make(VALUES).items() == [1, 2]", "make(VALUES)"),
        ("cart = Cart([1])", "assert dict(cart=cart)['cart'].items() == [1]", None),
        ("def cart(cart):\n    return cart", "assert cart(cart=Cart([])).items() == []", None),
        ("VALUES = [1]\n\n\nclass Mine:\n    VALUES = 2", "assert Cart(Mine.VALUES).items()", None),
    ],
)  # fmt: skip
def test_a_helper_whose_name_is_taken_gets_one_of_its_own_or_is_refused(
    head: str, body: str, expected: str | None
) -> None:
    reply = f"{head}\n\n\ndef test_items():\n    {body}"
    if expected is None:
        with pytest.raises(EditRefused, match="is something else in the test file already; use another name"):
            added(reply)
    else:
        assert expected in added(reply)


def test_a_helper_that_is_there_already_is_not_repeated() -> None:
    head = EXISTING[EXISTING.index("VALUES") : EXISTING.index("def test_total")]

    new = added(f"{head}def test_items(cart):\n    assert cart.items() == [1, 2]")

    assert new == "\n\ndef test_items(cart):\n    assert cart.items() == [1, 2]\n"


def test_an_equal_fixture_that_uses_another_value_is_another_fixture() -> None:
    head = EXISTING[EXISTING.index("VALUES") : EXISTING.index("def test_total")].replace("[1, 2]", "[4]")

    new = added(f"{head}def test_items(cart):\n    assert cart.items() == [4]")

    assert new.strip().startswith(
        "VALUES_2 = [4]\n\n\n@pytest.fixture\ndef cart_2():\n    return Cart(VALUES_2)\n"
    )
    assert "def test_items(cart_2):" in new


def test_a_fixture_of_a_conftest_that_the_file_asks_for_is_not_hidden() -> None:
    existing = "from cart import Cart\n\n\ndef test_total(cart):\n    assert cart.total() == 3\n"

    new = added(
        "import pytest\n\n\n@pytest.fixture\ndef cart():\n    return Cart([5])\n\n\n"
        "def test_items(cart):\n    assert cart.items() == [5]",
        existing.replace("from", "import pytest\n\nfrom", 1),
    )

    assert "def cart_2():" in new and "def test_items(cart_2):" in new


def test_an_import_of_a_name_that_is_something_else_there_is_refused() -> None:
    existing = EXISTING.replace("VALUES", "shop")

    with pytest.raises(EditRefused, match="`shop` is something else"):
        added("import shop\n\n\ndef test_items():\n    assert shop.Cart([1]).items() == [1]", existing)


def test_a_module_that_the_file_imports_if_it_is_there_is_not_imported_again() -> None:
    existing = EXISTING.replace("VALUES = [1, 2]", 'np = pytest.importorskip("numpy")').replace(
        "VALUES", "[1]"
    )

    new = added(
        "import numpy as np\n\n\ndef test_items():\n    assert Cart(np.ones(1)).items() == [1]", existing
    )

    assert new.startswith("\n\ndef test_items()")


def test_an_import_does_not_give_another_meaning_to_a_name_of_the_file() -> None:
    existing = EXISTING.replace("from cart import", "from shop.cart import")

    new = added(f"{LINE}\n\n\ndef test_items():\n    assert Cart([1]).items() == [1]", existing)

    assert new == "\n\ndef test_items():\n    assert Cart([1]).items() == [1]\n"
