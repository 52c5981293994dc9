"""Takes the snapshot: reads the history and works out everything the tray, the popover and the window show."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tokentray.core.gauge import Gauge
from tokentray.core.money import MoneyKind
from tokentray.core.period import day_period, local_day
from tokentray.insights import forecast, overlap, words
from tokentray.insights.price_list import list_name
from tokentray.insights.prices import PriceBook, open_price_book, price_note
from tokentray.insights.report import unpriced_note
from tokentray.insights.snapshot import (
    AccountRow,
    AccountState,
    Comparison,
    Figure,
    GaugeRow,
    HistoryFacts,
    Level,
    Month,
    Notice,
    Series,
    Snapshot,
    SourceCard,
    Stack,
    Today,
    TrendChoice,
)
from tokentray.insights.sums import Answer, Sum, add_up, sum_of
from tokentray.insights.trends import OTHER, take_trend
from tokentray.settings.settings import Budget, Settings
from tokentray.sources import all_sources
from tokentray.store.account_table import all_accounts
from tokentray.store.cost_state_table import hidden_total
from tokentray.store.database import History, is_sample
from tokentray.store.gauge_table import newest_gauges
from tokentray.store.poll_table import Coverage, PollRow, all_polls, coverage
from tokentray.store.totals import (
    Question,
    days_between,
    first_day,
    newest_reading,
    projects_since,
    request_count,
    responses_between,
    sessions_between,
    slots_between,
    tokens_by_account,
)

if TYPE_CHECKING:
    from tokentray.sources.source import Source

YEAR = 365
SHOWN_MODELS = 7
NAMES_FOUND = 40
PROJECTS_OF_DAYS = 30
STALE_AFTER = timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=30)
WEEKS = forecast.WEEKS_LOOKED_BACK
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all parts of a snapshot start from."""

    history: History
    settings: Settings
    now: datetime
    zone: str
    today: date
    book: PriceBook
    titles: Mapping[str, str]
    slots: Mapping[str, int]


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
    Everything as it stands at `now`; reads only. `zone` is the history's own zone.

    `sources` is the catalogue (None: all there are). Takes 10 to 30 ms with a year of history, and as long again for a trend.
    """
    catalogue = all_sources() if sources is None else tuple(sources)
    scene = _scene(history, settings, now, zone, catalogue)
    year = _year(scene)
    daily = _daily(scene, overview_days)
    answer = add_up(history, Question(scene.today, scene.today, zone, ("hour", "account")), scene.book)
    today = _today(scene, answer)
    budgets = _budget_rows(scene, daily)
    gauges = _by_fullness([*_gauge_rows(scene), *budgets])
    accounts = _accounts(scene, catalogue)
    window = _window(scene, daily, overview_days)
    newest = newest_reading(history)
    month = _month(scene, daily)
    return Snapshot(
        taken_at=now,
        zone=zone,
        sample=sample or is_sample(history),
        sentence=_sentence(scene, today, year.known),
        level=_level(scene, gauges, accounts, today, year),
        today=today,
        gauges=gauges,
        figures=_figures(scene, today, month, window, year, overview_days),
        overview_days=overview_days,
        overview=_overview(scene, year, overview_days),
        year=_heat(scene, year),
        month=month,
        notices=_notices(scene, accounts, window),
        accounts=accounts,
        catalogue=tuple(map(_card, catalogue)),
        trend=take_trend(history, trend_choice, zone, scene.book) if trend_choice is not None else None,
        history=_facts(history, year),
        newest_at=newest,
        price_note=price_note(window.lists),
        names=_names(scene, year),
    )


# What all parts start from


def _scene(history: History, settings: Settings, now: datetime, zone: str, catalogue: Iterable[Source]) -> _Scene:
    names = sorted(
        {account.name for account in all_accounts(history)} | {account.name for account in settings.accounts}
    )
    source_titles = {source.name: source.title for source in catalogue}
    titles = {name: _account_title(name, source_titles) for name in names}
    slots = {name: place % 8 for place, name in enumerate(names)}
    book = open_price_book(history, settings.own_prices)
    return _Scene(history, settings, now, zone, local_day(now, zone), book, titles, slots)


def _account_title(name: str, sources: Mapping[str, str]) -> str:
    source, _, label = name.partition("/")
    title = sources.get(source) or source.replace("-", " ").capitalize()
    return title if label in ("", "default") else f"{title} · {label}"


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


def _year(scene: _Scene) -> _Year:
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


# Today


def _today(scene: _Scene, answer: Answer) -> Today:
    period = day_period(scene.today, scene.today, scene.zone)
    sessions = sessions_between(scene.history, period.start, period.end)
    headline = answer.headline
    return Today(
        day=scene.today,
        tokens=headline.tokens,
        requests=headline.requests,
        cost=headline.cost,
        sessions=len(sessions),
        comparison=_comparison(scene),
        hours=_hours(answer, period.start, period.end),
        rows=_account_rows(scene, answer),
        stretch=_stretch(scene),
        headline_note=answer.why,
    )


def _hours(answer: Answer, start: datetime, end: datetime) -> tuple[int, ...]:
    hours = [0] * ((end - start) // timedelta(hours=1))
    for (hour, _), total in answer.rows.items():
        if hour is not None:
            hours[(datetime.fromisoformat(hour) - start) // timedelta(hours=1)] += total.total or 0
    return tuple(hours)


def _account_rows(scene: _Scene, answer: Answer) -> tuple[AccountRow, ...]:
    by_account: dict[str, list[Sum]] = {}
    for (_, account), total in answer.rows.items():
        by_account.setdefault(account or "", []).append(total)
    sums = {account: sum_of(parts) for account, parts in by_account.items()}
    whole = answer.headline.total or 0
    rows = [
        AccountRow(
            account,
            scene.titles.get(account, account),
            scene.slots.get(account, 0),
            total.total,
            total.cost,
            (total.total or 0) / whole if whole else 0.0,
        )
        for account, total in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.tokens or 0), row.title)))


def _comparison(scene: _Scene) -> Comparison:
    """Today up to now against the same weekdays up to the same hour, in the one origin that says most."""
    against = f"your usual {words.weekday_of(scene.today)}"
    days = [scene.today - timedelta(weeks=weeks) for weeks in range(WEEKS + 1)]
    known = first_day(scene.history)
    local = scene.now.astimezone(ZoneInfo(scene.zone))
    sums: list[dict[str, int]] = []
    for day in days:
        start = day_period(day, day, scene.zone).start
        end = datetime.combine(day, local.time(), ZoneInfo(scene.zone)).astimezone(UTC)
        sums.append(_by_origin(scene, start, end) if known is not None and day >= known else {})
    origin = max(("logged", "billed"), key=lambda name: sum(of_day.get(name, 0) for of_day in sums))
    earlier = [
        of_day.get(origin, 0) if known is not None and day >= known else None
        for day, of_day in zip(days, sums, strict=True)
    ]
    return Comparison(forecast.deviation(earlier[0] or 0, forecast.usual(earlier[1:])), against)


def _by_origin(scene: _Scene, start: datetime, end: datetime) -> dict[str, int]:
    origins = {account.name: account.origin for account in all_accounts(scene.history)}
    sums: dict[str, int] = {}
    # Up to the last full quarter hour, then as now.
    for account, _, total in slots_between(scene.history, start, end):
        sums[origins[account]] = sums.get(origins[account], 0) + total
    return sums


def _stretch(scene: _Scene) -> str:
    """The last stretch of an agent's work without a long pause: "14:00 to 15:40, 1.20M tokens, project alpha"; empty without one today."""
    start = day_period(scene.today, scene.today, scene.zone).start
    run = _last_run(responses_between(scene.history, start, scene.now + timedelta(milliseconds=1)))
    if not run:
        return ""
    zone = ZoneInfo(scene.zone)
    begin, end = run[0][0].astimezone(zone), run[-1][0].astimezone(zone)
    by_project: dict[str, int] = {}
    for _, total, project in run:
        by_project[project] = by_project.get(project, 0) + total
    busiest = _short(max(by_project, key=lambda project: by_project[project]))
    text = f"{begin:%H:%M} to {end:%H:%M}, {words.count_text(sum(by_project.values()))} tokens"
    return f"{text}, project {busiest}" if busiest else text


def _last_run(responses: Sequence[tuple[datetime, int, str]]) -> list[tuple[datetime, int, str]]:
    run: list[tuple[datetime, int, str]] = []
    for response in reversed(responses):
        if run and run[-1][0] - response[0] > LONGEST_PAUSE:
            break
        run.append(response)
    return run[::-1]


def _short(project: str) -> str:
    """A project's folder alone."""
    return project.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or project


def _sentence(scene: _Scene, today: Today, known: date | None) -> str:
    if known is None:
        return "Nothing has been read yet"
    total = today.tokens.total
    if total is None:
        return "No tokens today so far"
    parts = [f"{words.count_text(total)} tokens today", words.moneys_text(today.cost)]
    if today.comparison.percent is not None:
        parts.append(words.difference_text(today.comparison.percent, today.comparison.against))
    return ", ".join(parts)


# Money


@dataclass(frozen=True, slots=True)
class _Daily:
    """
    Each day of the month so far, of the weeks before, and of the overview, each token in one origin.

    `amounts` are in `currency`, for drawing and comparing; `estimated`: this month's are at least in part.
    """

    sums: Mapping[date, Sum]
    amounts: Mapping[date, Decimal]
    currency: str
    estimated: bool


def _daily(scene: _Scene, overview_days: int) -> _Daily:
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
    return _Daily(sums, amounts, currency, estimated)


def _window(scene: _Scene, daily: _Daily, days: int) -> Sum:
    since = scene.today - timedelta(days=days - 1)
    return sum_of(total for day, total in daily.sums.items() if day >= since)


def _month(scene: _Scene, daily: _Daily) -> Month | None:
    if not daily.amounts:
        return None
    first = scene.today.replace(day=1)
    spent, total = [], Decimal(0)
    for number in range(scene.today.day):
        total += daily.amounts.get(first + timedelta(days=number), Decimal(0))
        spent.append(float(total))
    outlook = forecast.month_outlook({day: float(amount) for day, amount in daily.amounts.items()}, scene.today)
    budgets = [b for b in scene.settings.budgets if b.period == "month" and b.currency == daily.currency]
    budget = next(filter(None, map(_limit_of, budgets)), None)
    return Month(
        first=first,
        days=(_next_month(first) - first).days,
        spent=tuple(spent),
        forecast=outlook.likely[1:] if outlook else (),
        low=outlook.low[1:] if outlook else (),
        high=outlook.high[1:] if outlook else (),
        budget=None if budget is None else float(budget),
        currency=daily.currency,
        kind="estimated" if daily.estimated else "billed",
    )


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


# Quotas, balances, budgets


def _gauge_rows(scene: _Scene) -> list[GaugeRow]:
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
                tone=_tone(scene, gauge.used_percent),
            )
        )
    return rows


def _budget_rows(scene: _Scene, daily: _Daily) -> list[GaugeRow]:
    return [row for budget in scene.settings.budgets if (row := _budget_row(scene, daily, budget)) is not None]


def _budget_row(scene: _Scene, daily: _Daily, budget: Budget) -> GaugeRow | None:
    limit = _limit_of(budget)
    if limit is None:
        return None
    first = scene.today if budget.period == "day" else scene.today.replace(day=1)
    last = scene.today if budget.period == "day" else _next_month(first) - timedelta(days=1)
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
    return GaugeRow("", title, gauge, forecast.pace(scene.now, period.end, minutes), full, False, _tone(scene, percent))


def _limit_of(budget: Budget) -> Decimal | None:
    """None for what is no amount: the settings' file may have been edited by hand."""
    try:
        limit = Decimal(budget.amount)
    except InvalidOperation:
        return None
    return limit if limit.is_finite() and limit > 0 else None


def _by_fullness(rows: Iterable[GaugeRow]) -> tuple[GaugeRow, ...]:
    """What is fresh before what is stale, then the fullest; what has no percentage (balances) last."""
    return tuple(
        sorted(
            rows, key=lambda row: (row.stale, row.gauge.used_percent is None, -(row.gauge.used_percent or 0), row.title)
        )
    )


def _level(
    scene: _Scene, gauges: Sequence[GaugeRow], accounts: Sequence[AccountState], today: Today, year: _Year
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


def _tone(scene: _Scene, percent: Decimal | None) -> str:
    if percent is None or percent < scene.settings.amber_at:
        return "calm"
    return "red" if percent >= scene.settings.red_at else "amber"


def _today_level(scene: _Scene, today: Today, year: _Year, refused: bool) -> Level:
    days = [scene.today - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
    usual = forecast.usual([year.total(day) if year.known is not None and day >= year.known else None for day in days])
    if not usual:
        return Level(None, "", "calm", False, refused)
    part = (today.tokens.total or 0) / usual
    return Level(
        min(part, 1.0), f"{round(part * 100)} % of your usual {words.weekday_of(scene.today)}", "calm", False, refused
    )


# Overview


def _figures(
    scene: _Scene, today: Today, month: Month | None, window: Sum, year: _Year, days: int
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


def _model_figure(scene: _Scene, year: _Year, days: int) -> Figure:
    models = year.by_model(scene.today - timedelta(days=days - 1))
    whole = sum(models.values())
    if not whole:
        return Figure("Busiest model", "—", "")
    busiest = next(iter(models))
    return Figure("Busiest model", busiest or "unknown", f"{round(models[busiest] * 100 / whole)} % of tokens")


def _overview(scene: _Scene, year: _Year, days: int) -> Stack:
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


def _heat(scene: _Scene, year: _Year) -> tuple[tuple[date, int | None], ...]:
    days = (scene.today - timedelta(days=number) for number in range(YEAR - 1, -1, -1))
    return tuple((day, None if year.known is None or day < year.known else year.total(day)) for day in days)


def _names(scene: _Scene, year: _Year) -> tuple[tuple[str, str], ...]:
    models = [("model", model) for model in year.by_model(date.min) if model][:NAMES_FOUND]
    start = day_period(scene.today - timedelta(days=PROJECTS_OF_DAYS), scene.today, scene.zone).start
    projects = [("project", name) for name in projects_since(scene.history, start)[:NAMES_FOUND]]
    return (*models, *projects)


def _facts(history: History, year: _Year) -> HistoryFacts:
    files = [name for name in (history.path, history.path + "-wal") if os.path.exists(name)]
    return HistoryFacts(history.path, sum(map(os.path.getsize, files)), year.known, request_count(history), list_name())


# Accounts and what needs attention


def _accounts(scene: _Scene, catalogue: Iterable[Source]) -> tuple[AccountState, ...]:
    kinds = {source.name: source for source in catalogue}
    polls = {poll.account: poll for poll in all_polls(scene.history)}
    covered = {known.account: known for known in coverage(scene.history)}
    totals = tokens_by_account(scene.history)
    return tuple(
        _account(scene, name, kinds.get(name.partition("/")[0]), polls.get(name), covered.get(name), totals.get(name))
        for name in scene.titles
    )


def _account(
    scene: _Scene,
    name: str,
    source: Source | None,
    poll: PollRow | None,
    known: Coverage | None,
    total: tuple[int, date] | None,
) -> AccountState:
    tokens, since = total or (None, None)
    setting = scene.settings.account(name)
    kind = str(source.kind) if source is not None else "imported"
    return AccountState(
        account=name,
        source=name.partition("/")[0],
        title=scene.titles[name],
        kind=kind,
        state=_state(scene, kind, poll, tokens),
        message=poll.message if poll else "",
        paused=setting.paused if setting else False,
        tried_at=poll.tried_at if poll else None,
        succeeded_at=poll.succeeded_at if poll else None,
        complete_since=known.complete_since if known else None,
        complete_until=known.complete_until if known else None,
        gaps=known.gaps if known else (),
        tokens=tokens,
        gives=source.gives if source else "",
        cannot=source.cannot if source else "",
        notes=(*(poll.notes if poll else ()), *_hidden(scene, name)),
        first_day=since,
    )


def _hidden(scene: _Scene, account: str) -> tuple[str, ...]:
    """What Claude Code itself counted beyond its transcripts; it is part of no total."""
    if account != "claude-code/default":
        return ()
    total = hidden_total(scene.history)
    if not total:
        return ()
    return (
        f"By its own count Claude Code used {words.count_text(total)} tokens more than the transcripts show, for compaction, titles and helpers.",
    )


def _state(scene: _Scene, kind: str, poll: PollRow | None, total: int | None) -> str:
    if poll is not None and poll.tried_at is not None:
        return poll.state
    if kind == "provider":
        return "never" if scene.settings.polling_allowed else "not_allowed"
    return "never" if total is None else "ok"


def _notices(scene: _Scene, accounts: Iterable[AccountState], window: Sum) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    for account in accounts:
        if not account.paused:
            notices += _account_notices(scene, account)
    if window.unpriced:
        notices.append(Notice("unpriced", unpriced_note(list(window.unpriced)), "settings"))
    return tuple(sorted(notices, key=lambda notice: ("red", "amber", "info").index(notice.level)))


def _account_notices(scene: _Scene, account: AccountState) -> list[Notice]:
    notices = []
    if account.state == "key_rejected":
        notices.append(
            Notice("key_rejected", f"{account.title}: {account.message or 'the key was refused'}", "sources", "red")
        )
    elif account.state in ("key_missing", "vault_locked", "no_vault"):
        notices.append(
            Notice(
                account.state, f"{account.title}: {account.message or 'the key could not be read'}", "sources", "amber"
            )
        )
    elif account.kind == "provider" and account.succeeded_at is not None and _is_late(scene, account.succeeded_at):
        last = account.succeeded_at.astimezone(ZoneInfo(scene.zone))
        notices.append(
            Notice("stale", f"{account.title}: last read on {last.day} {last:%b} at {last:%H:%M}", "sources", "amber")
        )
    if account.gaps:
        start, until, why = account.gaps[-1]
        zone = ZoneInfo(scene.zone)
        since, end = start.astimezone(zone), until.astimezone(zone)
        notices.append(
            Notice(
                "gap",
                f"{account.title}: nothing known from {since.day} {since:%b} to {end.day} {end:%b} ({why})",
                "sources",
            )
        )
    return notices


def _is_late(scene: _Scene, succeeded_at: datetime) -> bool:
    return scene.now - succeeded_at > max(timedelta(hours=3), 4 * timedelta(minutes=scene.settings.poll_every_minutes))


def _card(source: Source) -> SourceCard:
    return SourceCard(
        source.name, source.title, str(source.kind), source.gives, source.cannot, source.key_kind, source.key_page
    )
