from decimal import Decimal

import pytest
from bookshop.prices import discount, with_tax


def test_tax_is_rounded_to_the_cent() -> None:
    assert with_tax(Decimal("9.99"), Decimal("0.07")) == Decimal("10.69")


@pytest.mark.parametrize("percent", [-1, 101])
def test_discount_refuses_a_percentage_out_of_range(percent: int) -> None:
    with pytest.raises(ValueError, match="percent"):
        discount(Decimal("10.00"), percent)
