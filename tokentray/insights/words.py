"""Short numbers and names in English, for sentences that are put together where no window is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tokentray.core.money import Money, MoneyKind

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥"}
SIZES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))
WINDOWS = {300: "5-hour window", 1440: "daily window", 10080: "weekly window"}


def short_name(project: str) -> str:
    """The last part of a folder; another name as it is."""
    return project.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or project


def count_text(count: int | None) -> str:
    """1.24M, 39.9M, 742k; "unknown" for None."""
    if count is None:
        return "unknown"
    for size, letter in SIZES:
        # 999.6k is 1M: what would be rounded up to a thousand is said one letter higher.
        if count >= size * 0.9995:
            digits = 2 if count < 9.995 * size else 1 if count < 99.95 * size else 0
            digits = 0 if letter == "k" else digits
            return f"{count / size:.{digits}f}{letter}"
    return str(count)


def money_text(money: Money) -> str:
    """$3.42, or ≈ $3.42 if it is estimated; "free" for exactly nothing, cents only where they can be seen."""
    about = "≈ " if money.kind is MoneyKind.ESTIMATED else ""
    if money.amount == 0:
        return "free"
    if abs(money.amount) < Decimal("0.01"):
        return f"< {amount_text(Decimal('0.01'), money.currency)}"
    return about + amount_text(money.amount, money.currency)


def moneys_text(amounts: Iterable[Money]) -> str:
    """What was billed and what is estimated beside each other, never added; "cost unknown" if nothing has a price."""
    amounts = list(amounts)
    seen = [money for money in amounts if money.amount] or amounts[:1]
    return " + ".join(map(money_text, seen)) or "cost unknown"


def amount_text(amount: Decimal | float, currency: str, cents: bool = True) -> str:
    number = f"{amount:,.2f}" if cents else f"{amount:,.0f}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"


def weekday_of(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def difference_text(percent: int, against: str) -> str:
    """18 % below your usual Saturday"""
    if percent == 0:
        return f"as much as {against}"
    return f"{abs(percent)} % {'above' if percent > 0 else 'below'} {against}"


def window_text(name: str, minutes: int | None) -> str:
    """5-hour window, weekly window; a name that says more is kept."""
    if minutes in WINDOWS and name.lower().replace("-", " ") in (
        "5h",
        "5 hours",
        "five hour",
        "week",
        "weekly",
        "day",
        "primary",
        "secondary",
    ):
        return WINDOWS[minutes]
    return {"5h": WINDOWS[300], "week": WINDOWS[10080], "day": WINDOWS[1440]}.get(name, name)
