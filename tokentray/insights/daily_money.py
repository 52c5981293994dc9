"""Tokens and money of each day, and this month with its forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tokentray.core.money import MoneyKind
from tokentray.insights import forecast
from tokentray.insights.scene import Scene
from tokentray.insights.snapshot import (
    Month,
)
from tokentray.insights.sums import Sum, add_up, sum_of
from tokentray.settings.settings import Budget
from tokentray.store.question import Question

if TYPE_CHECKING:
    pass

WEEKS = forecast.WEEKS_LOOKED_BACK


@dataclass(frozen=True, slots=True)
class Daily:
    """
    Each day of the month so far, of the weeks before, and of the overview, each token in one origin.

    `amounts` are in `currency`, for drawing and comparing; `estimated`: this month's are at least in part.
    """

    sums: Mapping[date, Sum]
    amounts: Mapping[date, Decimal]
    currency: str
    estimated: bool


def take_daily(scene: Scene, overview_days: int) -> Daily:
    """Reads the days that the overview of so many days and the month need."""
    first = scene.today.replace(day=1)
    since = min(first, scene.today - timedelta(weeks=WEEKS), scene.today - timedelta(days=overview_days - 1))
    answer = add_up(scene.history, Question(since, scene.today, scene.zone, ("day",)), scene.book)
    sums = {date.fromisoformat(day): total for (day,), total in answer.rows.items() if day is not None}
    held = {money.currency for money in answer.headline.cost}
    wished = scene.settings.currency
    currency = wished if wished in held or not held else min(held, key=lambda code: (code != "USD", code))
    amounts = {day: amount for day, total in sums.items() if (amount := total.amount(currency)) is not None}
    estimated = any(
        money.kind is MoneyKind.ESTIMATED and money.amount and money.currency == currency
        for day, total in sums.items()
        if day >= first
        for money in total.cost
    )
    return Daily(sums, amounts, currency, estimated)


def window_of(scene: Scene, daily: Daily, days: int) -> Sum:
    """The sum of the last `days` days."""
    since = scene.today - timedelta(days=days - 1)
    return sum_of(total for day, total in daily.sums.items() if day >= since)


def month_of(scene: Scene, daily: Daily) -> Month | None:
    """This month's cost so far with its forecast; None if nothing of it has a price."""
    if not daily.amounts:
        return None
    first = scene.today.replace(day=1)
    spent, total = [], Decimal(0)
    for number in range(scene.today.day):
        total += daily.amounts.get(first + timedelta(days=number), Decimal(0))
        spent.append(float(total))
    outlook = forecast.month_outlook({day: float(amount) for day, amount in daily.amounts.items()}, scene.today)
    budgets = [b for b in scene.settings.budgets if b.period == "month" and b.currency == daily.currency]
    budget = next(filter(None, map(limit_of, budgets)), None)
    return Month(
        first=first,
        days=(next_month(first) - first).days,
        spent=tuple(spent),
        forecast=outlook.likely[1:] if outlook else (),
        low=outlook.low[1:] if outlook else (),
        high=outlook.high[1:] if outlook else (),
        budget=None if budget is None else float(budget),
        currency=daily.currency,
        kind="estimated" if daily.estimated else "billed",
    )


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=32)).replace(day=1)


def limit_of(budget: Budget) -> Decimal | None:
    """None for what is no amount: the settings' file may have been edited by hand."""
    try:
        limit = Decimal(budget.amount)
    except InvalidOperation:
        return None
    return limit if limit.is_finite() and limit > 0 else None
