"""Amounts of money as exact decimals with their currency and their kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class MoneyKind(StrEnum):
    """`BILLED` is the provider's word; `ESTIMATED` is tokens times a price list."""

    BILLED = "billed"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Money:
    """`currency` is an upper-case ISO 4217 code. Currencies are not added, nor are kinds."""

    amount: Decimal
    currency: str
    kind: MoneyKind

    def __add__(self, other: Money) -> Money:
        if (self.currency, self.kind) != (other.currency, other.kind):
            raise ValueError("only money of one currency and one kind can be added")
        return Money(self.amount + other.amount, self.currency, self.kind)

    @property
    def text(self) -> str:
        """The amount in plain notation, without an exponent and without trailing zeros."""
        amount = format(self.amount, "f")
        return amount.rstrip("0").rstrip(".") if "." in amount else amount


@dataclass(frozen=True, slots=True)
class Cost:
    """What a provider billed for one bucket and one line item; `start` aware and UTC, end exclusive."""

    id: str
    start: datetime
    span: timedelta
    money: Money
    line_item: str | None = None
    model: str | None = None
    project: str | None = None


def add_up(amounts: list[Money]) -> list[Money]:
    """One sum for each currency and kind, in the order of their first appearance."""
    sums: dict[tuple[str, MoneyKind], Money] = {}
    for money in amounts:
        key = (money.currency, money.kind)
        sums[key] = sums[key] + money if key in sums else money
    return list(sums.values())
