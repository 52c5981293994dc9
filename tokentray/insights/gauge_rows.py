"""Quota windows, balances and budgets, each with its pace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tokentray.core.gauge import Gauge
from tokentray.core.period import day_period
from tokentray.insights import forecast, words
from tokentray.insights.daily_money import Daily, limit_of, next_month
from tokentray.insights.scene import Scene
from tokentray.insights.snapshot import (
    GaugeRow,
)
from tokentray.settings.settings import Budget
from tokentray.store.gauge_table import newest_gauges

if TYPE_CHECKING:
    pass

STALE_AFTER = timedelta(hours=1)


def gauge_rows(scene: Scene) -> list[GaugeRow]:
    """The newest sample of each quota window and balance."""
    rows = []
    for account, gauge in newest_gauges(scene.history):
        used = float(gauge.used_percent) / 100 if gauge.used_percent is not None else None
        void = gauge.is_void(scene.now)
        rows.append(
            GaugeRow(
                account=account,
                title=f"{scene.titles.get(account, account)} · {words.window_text(gauge.name, gauge.window_minutes)}",
                gauge=gauge,
                pace=forecast.pace(scene.now, gauge.resets_at, gauge.window_minutes),
                lasts_until=None
                if used is None or void
                else forecast.lasts_until(used, gauge.at, gauge.resets_at, gauge.window_minutes),
                stale=void or scene.now - gauge.at > STALE_AFTER,
                tone=tone_of(scene, gauge.used_percent),
            )
        )
    return rows


def budget_rows(scene: Scene, daily: Daily) -> list[GaugeRow]:
    """The budgets of the settings, filled by what was billed or estimated so far."""
    return [row for budget in scene.settings.budgets if (row := _budget_row(scene, daily, budget)) is not None]


def _budget_row(scene: Scene, daily: Daily, budget: Budget) -> GaugeRow | None:
    limit = limit_of(budget)
    if limit is None:
        return None
    first = scene.today if budget.period == "day" else scene.today.replace(day=1)
    last = scene.today if budget.period == "day" else next_month(first) - timedelta(days=1)
    period = day_period(first, last, scene.zone)
    spent = [amount for day, amount in daily.amounts.items() if day >= first]
    known = budget.currency == daily.currency
    used = sum(spent, Decimal(0)) if known else None
    percent = None if used is None else round(used * 100 / limit, 1)
    minutes = int((period.end - period.start).total_seconds()) // 60
    gauge = Gauge(
        f"budget {budget.period}",
        scene.now,
        percent,
        used,
        limit,
        None if used is None else limit - used,
        budget.currency,
        minutes,
        period.end,
    )
    title = "Daily budget" if budget.period == "day" else "Monthly budget"
    full = None if used is None else forecast.lasts_until(float(used / limit), scene.now, period.end, minutes)
    return GaugeRow(
        "", title, gauge, forecast.pace(scene.now, period.end, minutes), full, False, tone_of(scene, percent)
    )


def by_fullness(rows: Iterable[GaugeRow]) -> tuple[GaugeRow, ...]:
    """What is fresh before what is stale, then the fullest; what has no percentage (balances) last."""
    return tuple(
        sorted(
            rows, key=lambda row: (row.stale, row.gauge.used_percent is None, -(row.gauge.used_percent or 0), row.title)
        )
    )


def tone_of(scene: Scene, percent: Decimal | None) -> str:
    """calm, amber or red, by the thresholds of the settings."""
    if percent is None or percent < scene.settings.amber_at:
        return "calm"
    return "red" if percent >= scene.settings.red_at else "amber"
