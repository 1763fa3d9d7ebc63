"""What a customer pays."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def with_tax(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (1 + rate)).quantize(CENT, rounding=ROUND_HALF_UP)


def discount(amount: Decimal, percent: int) -> Decimal:
    if not 0 <= percent <= 100:
        raise ValueError(f"percent must be between 0 and 100, not {percent}")
    return (amount * (100 - percent) / 100).quantize(CENT, rounding=ROUND_HALF_UP)


def shipping(weight_grams: int, express: bool = False) -> Decimal:
    if weight_grams <= 0:
        cost = Decimal("0.00")
    else:
        if weight_grams <= 500:
            cost = Decimal("2.50")
        else:
            if weight_grams <= 2000:
                cost = Decimal("4.90")
            else:
                cost = Decimal("9.90")
    if express == True:
        cost = cost * 2
    return cost


def clamp(value: int, low: int, high: int) -> int:
    if value < low:
        return low
    if value > high:
        return high
    return value
