"""Orders and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from bookshop.prices import discount, shipping, with_tax


@dataclass
class Line:
    title: str
    price: Decimal
    quantity: int = 1
    weight_grams: int = 300


@dataclass
class Order:
    customer: str
    lines: list[Line] = field(default_factory=list)
    voucher_percent: int = 0

    def add(self, line: Line) -> None:
        for existing in self.lines:
            if existing.title == line.title and existing.price == line.price:
                existing.quantity += line.quantity
                return
        self.lines.append(line)

    def total(self, tax_rate: Decimal = Decimal("0.07")) -> Decimal:
        goods = sum((line.price * line.quantity for line in self.lines), Decimal(0))
        weight = sum(line.weight_grams * line.quantity for line in self.lines)
        return with_tax(discount(goods, self.voucher_percent), tax_rate) + shipping(weight)


def bestsellers(orders: Iterable[Order], count: int = 3) -> list[str]:
    sold: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            sold[line.title] += line.quantity
    return [title for title, _ in sold.most_common(count)]
