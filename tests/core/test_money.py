"""Money: exact, and never of two currencies or kinds at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tokentray.core.money import Money, MoneyKind, add_up

BILLED, ESTIMATED = MoneyKind.BILLED, MoneyKind.ESTIMATED


def usd(amount: str, kind: MoneyKind = BILLED) -> Money:
    return Money(Decimal(amount), "USD", kind)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.230275", "0.230275"), ("5.00", "5"), ("1E-7", "0.0000001"), ("1E+3", "1000"), ("-0.50", "-0.5")],
)
def test_text_is_plain(amount: str, text: str) -> None:
    assert usd(amount).text == text


def test_tenths_add_up_exactly() -> None:
    assert usd("0.1") + usd("0.2") == usd("0.3")


@pytest.mark.parametrize("other", [Money(Decimal(1), "EUR", BILLED), usd("1", ESTIMATED)])
def test_other_currencies_and_kinds_are_not_added(other: Money) -> None:
    with pytest.raises(ValueError, match="one currency and one kind"):
        usd("1") + other


def test_a_mixture_has_a_sum_for_each() -> None:
    assert add_up([usd("1"), Money(Decimal(2), "EUR", BILLED), usd("3"), usd("4", ESTIMATED)]) == [
        usd("4"), Money(Decimal(2), "EUR", BILLED), usd("4", ESTIMATED),
    ]  # fmt: skip
