"""Takes the snapshot: reads the history and works out everything the tray, the popover and the window show."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tokentray.core.period import day_period
from tokentray.insights import forecast, overlap, words
from tokentray.insights.account_states import account_states, notices_of, source_card
from tokentray.insights.daily_money import month_of, take_daily, window_of
from tokentray.insights.gauge_rows import budget_rows, by_fullness, gauge_rows
from tokentray.insights.price_list import list_name
from tokentray.insights.prices import price_note
from tokentray.insights.scene import Scene, scene_of
from tokentray.insights.snapshot import (
    AccountState,
    Figure,
    GaugeRow,
    HistoryFacts,
    Level,
    Month,
    Series,
    Snapshot,
    Stack,
    Today,
    TrendChoice,
)
from tokentray.insights.sums import Sum, add_up
from tokentray.insights.today_taking import sentence_of, take_today
from tokentray.insights.trends import OTHER, take_trend
from tokentray.settings.settings import Settings
from tokentray.sources import all_sources
from tokentray.store.database import History, is_sample
from tokentray.store.extent import first_day, newest_reading, request_count
from tokentray.store.plain_rows import days_between, projects_since
from tokentray.store.question import Question

if TYPE_CHECKING:
    from tokentray.sources.source import Source

YEAR = 365
SHOWN_MODELS = 7
NAMES_FOUND = 40
PROJECTS_OF_DAYS = 30
WEEKS = forecast.WEEKS_LOOKED_BACK
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def take_snapshot(
    history: History,
    settings: Settings,
    now: datetime,
    zone: str,
    trend_choice: TrendChoice | None = None,
    overview_days: int = 90,
    sample: bool = False,
    sources: Sequence[Source] | None = None,
) -> Snapshot:
    """
    Everything as it stands at `now`; reads only, but that a writer makes stale runs again for a trend by tag. `zone` is the history's own.

    `sources` is the catalogue (None: all there are). Takes 10 to 30 ms with a year of history, and as long again for a trend, longer by tag.
    """
    catalogue = all_sources() if sources is None else tuple(sources)
    scene = scene_of(history, settings, now, zone, catalogue)
    year = _year(scene)
    daily = take_daily(scene, overview_days)
    answer = add_up(history, Question(scene.today, scene.today, zone, ("hour", "account")), scene.book)
    today = take_today(scene, answer)
    budgets = budget_rows(scene, daily)
    gauges = by_fullness([*gauge_rows(scene), *budgets])
    accounts = account_states(scene, catalogue)
    window = window_of(scene, daily, overview_days)
    newest = newest_reading(history)
    month = month_of(scene, daily)
    return Snapshot(
        taken_at=now,
        zone=zone,
        sample=sample or is_sample(history),
        sentence=sentence_of(scene, today, year.known),
        level=_level(scene, gauges, accounts, today, year),
        today=today,
        gauges=gauges,
        figures=_figures(scene, today, month, window, year, overview_days),
        overview_days=overview_days,
        overview=_overview(scene, year, overview_days),
        year=_heat(scene, year),
        month=month,
        notices=notices_of(scene, accounts, window),
        accounts=accounts,
        catalogue=tuple(map(source_card, catalogue)),
        trend=None
        if trend_choice is None
        else take_trend(history, trend_choice, zone, scene.book, settings.pause_minutes),
        history=_facts(history, year),
        newest_at=newest,
        price_note=price_note(window.lists),
        names=_names(scene, year),
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """Tokens of the last year, each counted in one origin: by day and model. `known` is the first day of which anything is known."""

    by_day: Mapping[date, Mapping[str, int]]
    known: date | None

    def total(self, day: date) -> int:
        return sum(self.by_day.get(day, {}).values())

    def by_model(self, since: date) -> dict[str, int]:
        """Of the days from `since` on, busiest first."""
        sums: dict[str, int] = {}
        for day, models in self.by_day.items():
            if day >= since:
                for model, total in models.items():
                    sums[model] = sums.get(model, 0) + total
        return dict(sorted(sums.items(), key=lambda entry: (-entry[1], entry[0])))


def _year(scene: Scene) -> _Year:
    rows = days_between(scene.history, scene.today - timedelta(days=YEAR), scene.today)
    families = {model: overlap.family(model) for model in {row[3] for row in rows}}
    mixed = len({origin for _, _, origin, _, _ in rows}) > 1
    taken = (
        overlap.taken_origins(((day, families[model]), origin, total) for day, _, origin, model, total in rows)
        if mixed
        else {}
    )
    by_number: dict[int, dict[str, int]] = {}
    for day, _, origin, model, total in rows:
        if not mixed or taken[day, families[model]] == origin:
            models = by_number.setdefault(day, {})
            models[model] = models.get(model, 0) + total
    by_day = {date.fromordinal(day + EPOCH_ORDINAL): models for day, models in by_number.items()}
    return _Year(by_day, first_day(scene.history))


def _level(
    scene: Scene, gauges: Sequence[GaugeRow], accounts: Sequence[AccountState], today: Today, year: _Year
) -> Level:
    refused = any(account.state == "key_rejected" and not account.paused for account in accounts)
    shows = scene.settings.icon_shows
    if shows == "today":
        return _today_level(scene, today, year, refused)
    rows = [
        row
        for row in gauges
        if row.gauge.name.startswith("budget") == (shows == "budget") and row.gauge.used_percent is not None
    ]
    current = [row for row in rows if not row.gauge.is_void(scene.now)]
    if not current:
        return Level(None, "", "calm", False, refused)
    row = max(current, key=lambda row: row.gauge.used_percent or 0)
    percent = row.gauge.used_percent or Decimal(0)
    return Level(min(float(percent) / 100, 1.0), f"{row.title}: {percent:.0f} %", row.tone, row.stale, refused)


def _today_level(scene: Scene, today: Today, year: _Year, refused: bool) -> Level:
    days = [scene.today - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
    usual = forecast.usual([year.total(day) if year.known is not None and day >= year.known else None for day in days])
    if not usual:
        return Level(None, "", "calm", False, refused)
    part = (today.tokens.total or 0) / usual
    return Level(
        min(part, 1.0), f"{round(part * 100)} % of your usual {words.weekday_of(scene.today)}", "calm", False, refused
    )


def _figures(
    scene: Scene, today: Today, month: Month | None, window: Sum, year: _Year, days: int
) -> tuple[Figure, ...]:
    sessions = "1 session" if today.sessions == 1 else f"{today.sessions} sessions"
    total = today.tokens.total
    cost = words.moneys_text(today.cost) if total is not None else ""
    return (
        Figure(
            "Today", words.count_text(total) if total is not None else "0", " · ".join(filter(None, (cost, sessions)))
        ),
        _month_figure(month),
        _cache_figure(window, days),
        _model_figure(scene, year, days),
    )


def _month_figure(month: Month | None) -> Figure:
    if month is None:
        return Figure("This month", "—", "no known price")
    about = "≈ " if month.kind == "estimated" else ""
    detail, tone = "", "plain"
    if month.forecast:
        detail = f"forecast {words.amount_text(month.forecast[-1], month.currency, cents=False)}"
    if month.budget is not None:
        budget = words.amount_text(month.budget, month.currency, cents=False)
        detail = f"{detail} of {budget}" if detail else f"of {budget}"
        tone = (
            "red"
            if month.spent[-1] > month.budget
            else "amber"
            if month.forecast and month.forecast[-1] > month.budget
            else "plain"
        )
    return Figure("This month", about + words.amount_text(month.spent[-1], month.currency), detail, tone)


def _cache_figure(window: Sum, days: int) -> Figure:
    share, saved = window.cache_share, window.cache_saved
    value = "—" if share is None else f"{round(share * 100)} %"
    stretch = "a year" if days == YEAR else f"{days} days"
    detail = (
        f"saved ≈ {words.amount_text(saved.amount, saved.currency, cents=saved.amount < 10)} in {stretch}"
        if saved
        else ""
    )
    return Figure("Cache hit rate", value, detail)


def _model_figure(scene: Scene, year: _Year, days: int) -> Figure:
    models = year.by_model(scene.today - timedelta(days=days - 1))
    whole = sum(models.values())
    if not whole:
        return Figure("Busiest model", "—", "")
    busiest = next(iter(models))
    return Figure("Busiest model", busiest or "unknown", f"{round(models[busiest] * 100 / whole)} % of tokens")


def _overview(scene: Scene, year: _Year, days: int) -> Stack:
    first = scene.today - timedelta(days=days - 1)
    starts = tuple(first + timedelta(days=number) for number in range(days))
    models = list(year.by_model(first))
    shown, rest = models[:SHOWN_MODELS], models[SHOWN_MODELS:]
    if len(rest) == 1:
        shown, rest = models, []
    series = [
        Series(model or "unknown", slot, tuple(_value(year, day, (model,)) for day in starts))
        for slot, model in enumerate(shown)
    ]
    if rest:
        series.append(Series(OTHER, 8, tuple(_value(year, day, rest) for day in starts)))
    return Stack(starts, tuple(series))


def _value(year: _Year, day: date, models: Iterable[str]) -> float | None:
    if year.known is None or day < year.known:
        return None
    of_day = year.by_day.get(day, {})
    return float(sum(of_day.get(model, 0) for model in models))


def _heat(scene: Scene, year: _Year) -> tuple[tuple[date, int | None], ...]:
    days = (scene.today - timedelta(days=number) for number in range(YEAR - 1, -1, -1))
    return tuple((day, None if year.known is None or day < year.known else year.total(day)) for day in days)


def _names(scene: Scene, year: _Year) -> tuple[tuple[str, str], ...]:
    models = [("model", model) for model in year.by_model(date.min) if model][:NAMES_FOUND]
    start = day_period(scene.today - timedelta(days=PROJECTS_OF_DAYS), scene.today, scene.zone).start
    projects = [("project", name) for name in projects_since(scene.history, start)[:NAMES_FOUND]]
    return (*models, *projects)


def _facts(history: History, year: _Year) -> HistoryFacts:
    files = [name for name in (history.path, history.path + "-wal") if os.path.exists(name)]
    return HistoryFacts(history.path, sum(map(os.path.getsize, files)), year.known, request_count(history), list_name())
