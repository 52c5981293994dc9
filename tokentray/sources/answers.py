"""What every billing API's answer is checked for, and the ids of what was read from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from tokentray.core.errors import Unreadable
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Meter, Usage

# Far more than anybody uses in an hour, and small enough that a history of them can be added up in 63 bits.
LARGEST_COUNT = 10**15
Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_COUNT)]
Text = Annotated[str, msgspec.Meta(max_length=1000)]
LARGEST_AMOUNT = Decimal(10**12)
FINEST_AMOUNT = -40

T = TypeVar("T")


def needed(value: T | None, name: str) -> T:
    """
    A field that the provider's documentation promises.

    Raises:
        Unreadable: it is missing.
    """
    if value is None:
        raise Unreadable(f"The provider left out {name}.")
    return value


def billed(amount: Decimal, currency: str) -> Money:
    """
    An amount in whole units of its currency, as the provider billed it.

    Raises:
        Unreadable: not a number, negative, absurdly large or fine, or in no currency.
    """
    return money(amount, currency, MoneyKind.BILLED)


def money(amount: Decimal, currency: str, kind: MoneyKind) -> Money:
    """As `billed`, of either kind."""
    if not plausible(amount) or amount < 0:
        raise Unreadable("The provider names an amount of money that makes no sense.")
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise Unreadable("The provider names a currency that does not exist.")
    return Money(amount, currency.upper(), kind)


def in_whole_units(cents: Decimal) -> Decimal:
    """Hundredths as whole units, to the last digit; what is not a number stays that."""
    sign, digits, exponent = cents.as_tuple()
    return Decimal((sign, digits, exponent - 2)) if isinstance(exponent, int) else cents


def plausible(amount: Decimal) -> bool:
    """Whether it is a number that can be written down: 1E-999999999 would fill the memory."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= FINEST_AMOUNT and abs(amount) <= LARGEST_AMOUNT


def item_id(start: datetime, *dimensions: object) -> str:
    """One text for a bucket and a combination of dimensions, whatever letters they hold."""
    return msgspec.json.encode((start.strftime("%Y-%m-%dT%H"), *dimensions)).decode()


def merged_usages(usages: Iterable[Usage]) -> tuple[Usage, ...]:
    """With the counts of those that share an id added up."""
    found: dict[str, Usage] = {}
    for usage in usages:
        known = found.get(usage.id)
        if known is not None:
            usage = replace(usage, tokens=known.tokens + usage.tokens, requests=_plus(known.requests, usage.requests))
        found[usage.id] = usage
    return tuple(found.values())


def merged_costs(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """With the money of those that share an id added up; an id holds the currency."""
    found: dict[str, Cost] = {}
    for cost in costs:
        known = found.get(cost.id)
        found[cost.id] = cost if known is None else replace(cost, money=known.money + cost.money)
    return tuple(found.values())


def merged_meters(meters: Iterable[Meter]) -> tuple[Meter, ...]:
    """With the quantities of those that share an id added up, and without zeros."""
    found: dict[str, Meter] = {}
    for meter in meters:
        known = found.get(meter.id)
        found[meter.id] = meter if known is None else replace(meter, quantity=known.quantity + meter.quantity)
    return tuple(meter for meter in found.values() if meter.quantity)


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
