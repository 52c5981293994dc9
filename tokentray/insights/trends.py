"""Answers what Trends was asked: bars by any key, the period before, the cache's share, the week's pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tokentray.core.money import Money
from tokentray.core.period import day_period
from tokentray.core.usage import Tokens
from tokentray.insights.prices import PriceBook
from tokentray.insights.quantities import take_quantities
from tokentray.insights.report import PAUSE_MINUTES, notes
from tokentray.insights.snapshot import Measure, Series, Stack, Step, Trend, TrendChoice
from tokentray.insights.sums import Answer, Keys, Sum, add_up, sum_of
from tokentray.insights.work_sums import TAG, add_up_work, is_of_work
from tokentray.store.database import History
from tokentray.store.extent import first_day
from tokentray.store.question import Question
from tokentray.store.totals import hours_of_week

SHOWN = 8
OTHER = "other"
UNKNOWN = "unknown"
NOT_TAGGED = "not tagged"
CLASS = "class"
# The disjoint kinds of tokens, in the order in which they are stacked.
CLASSES = (
    ("input", "Input"),
    ("cache_read", "Cache read"),
    ("cache_write", "Cache write"),
    ("output", "Output"),
    ("unsplit", "Not split"),
)
NARROWED = ("account", "source", "model", "project", TAG)


def take_trend(
    history: History, choice: TrendChoice, zone: str, book: PriceBook, pause_minutes: int = PAUSE_MINUTES
) -> Trend:
    """
    The chosen period by step and key, each token in one origin.

    The busiest eight are told apart, the rest is "other"; a bar without any reading is None where nothing is known, 0 where it is. By tag,
    a stretch of work with several tags is in the bars of each, and all use that no card speaks of is "not tagged". Not to be called in a
    transaction; with tags it takes as long as `add_up_work`, half a second for 125,000 responses.
    """
    by = (str(choice.step), *_keys(choice))
    answer = _add_up(history, _question(choice, zone, by), book, pause_minutes)
    earlier = _period_before(choice)
    known = first_day(history)
    # A period that began before the history did is not less use, it is less known.
    before = None
    if known and known <= earlier.since:
        before = _add_up(history, _question(earlier, zone, ()), book, pause_minutes)
    starts = bar_starts(choice, zone)
    currency = _currency(answer)
    return Trend(
        choice=choice,
        stack=_stack(choice, answer, starts, currency),
        total=_measured(answer.headline, choice.measure, currency),
        before=_measured(before.headline, choice.measure, currency) if before else None,
        cache_share=answer.headline.cache_share,
        cache_saved=answer.headline.cache_saved,
        pattern=weekday_pattern(history, choice, zone),
        rows=_rows(choice, answer),
        notes=tuple(notes(answer, [key for key in by if key in (choice.step, TAG)])),
        quantities=take_quantities(history, _question(choice, zone, ())),
    )


def bar_starts(choice: TrendChoice, zone: str) -> tuple[date | datetime, ...]:
    """The first local day of each bar; for hours each hour's beginning in the zone. Weeks begin on Monday."""
    if choice.step is Step.HOUR:
        period = day_period(choice.since, choice.until, zone)
        hours = (period.end - period.start) // timedelta(hours=1)
        return tuple((period.start + timedelta(hours=n)).astimezone(ZoneInfo(zone)) for n in range(hours))
    starts: list[date] = []
    day = choice.since
    while day <= choice.until:
        start = _bar_of(day, choice.step)
        if not starts or starts[-1] != start:
            starts.append(start)
        day += timedelta(days=1)
    return tuple(starts)


def weekday_pattern(history: History, choice: TrendChoice, zone: str) -> tuple[tuple[float, ...], ...]:
    """
    Tokens by weekday (Monday first) and local hour, the mean of such an hour in the period; of the one origin that says most.

    Empty for one tag: sums by hour know nothing of it.
    """
    if TAG in dict(choice.only):
        return ()
    by_origin: dict[str, list[int]] = {}
    for origin, hour, total in hours_of_week(history, _question(choice, zone, ())):
        by_origin.setdefault(origin, [0] * 168)[hour] = total
    sums = max(by_origin.values(), key=sum, default=[0] * 168)
    weeks, rest = divmod((choice.until - choice.since).days + 1, 7)
    first = choice.since.weekday()
    counted = [weeks + ((weekday - first) % 7 < rest) for weekday in range(7)]
    return tuple(
        tuple(sums[weekday * 24 + hour] / counted[weekday] if counted[weekday] else 0.0 for hour in range(24))
        for weekday in range(7)
    )


def _add_up(history: History, question: Question, book: PriceBook, pause_minutes: int) -> Answer:
    if is_of_work(question):
        return add_up_work(history, question, book, pause_minutes)
    return add_up(history, question, book)


def _question(choice: TrendChoice, zone: str, by: tuple[str, ...]) -> Question:
    return Question(
        choice.since, choice.until, zone, by, **{key: value for key, value in choice.only if key in NARROWED}
    )


def _keys(choice: TrendChoice) -> tuple[str, ...]:
    return () if choice.by == CLASS else (choice.by,)


def _period_before(choice: TrendChoice) -> TrendChoice:
    """As many days again, just before; of a whole month the month before."""
    last = choice.since - timedelta(days=1)
    whole_month = choice.since.day == 1 and (choice.until + timedelta(days=1)).day == 1
    days = choice.until - choice.since
    return replace(choice, since=last.replace(day=1) if whole_month and days.days < 31 else last - days, until=last)


def _bar_of(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def _stack(choice: TrendChoice, answer: Answer, starts: Sequence[date | datetime], currency: str) -> Stack:
    places = {_key_of(start, choice.step): place for place, start in enumerate(starts)}
    unit = {Measure.TOKENS: "tokens", Measure.REQUESTS: "requests", Measure.COST: currency}[choice.measure]
    if choice.by == CLASS:
        series = _class_series(answer, places)
        return Stack(tuple(starts), tuple(series), "tokens")
    by_name: dict[str, dict[int, Sum]] = {}
    for (step, name), total in answer.rows.items():
        place = places.get(step or "")
        if place is not None:
            by_name.setdefault(name or _nameless(choice), {})[place] = total
    weights = {
        name: sum(_measured(total, choice.measure, currency) or 0 for total in bars.values())
        for name, bars in by_name.items()
    }
    ranked = sorted(by_name, key=lambda name: (-weights[name], name))
    shown = ranked[:SHOWN]
    series = [
        Series(name, slot, _values(len(starts), by_name[name], choice.measure, currency))
        for slot, name in enumerate(shown)
    ]
    if len(ranked) > SHOWN:
        rest = _merged(by_name[name] for name in ranked[SHOWN:])
        series.append(Series(OTHER, 8, _values(len(starts), rest, choice.measure, currency)))
    return Stack(tuple(starts), tuple(series), unit)


def _values(bars: int, sums: dict[int, Sum], measure: Measure, currency: str) -> tuple[float | None, ...]:
    # A bar nobody spoke of is 0; one of which the measure is unknown (no price, no requests) is None.
    return tuple(_measured(sums[place], measure, currency) if place in sums else 0.0 for place in range(bars))


def _class_series(answer: Answer, places: dict[str, int]) -> list[Series]:
    counts: dict[str, list[float | None]] = {name: [0.0] * len(places) for name, _ in CLASSES}
    for (step,), total in answer.rows.items():
        place = places.get(step or "")
        if place is not None:
            tokens = total.tokens
            for name, _ in CLASSES:
                counts[name][place] = float(getattr(tokens, name) or 0)
    return [Series(title, slot, tuple(counts[name])) for slot, (name, title) in enumerate(CLASSES) if any(counts[name])]


def _merged(many: Iterable[dict[int, Sum]]) -> dict[int, Sum]:
    merged: dict[int, list[Sum]] = {}
    for sums in many:
        for place, total in sums.items():
            merged.setdefault(place, []).append(total)
    return {place: sum_of(parts) for place, parts in merged.items()}


def _measured(total: Sum, measure: Measure, currency: str) -> float | None:
    if measure is Measure.COST:
        amount = total.amount(currency)
        return None if amount is None else float(amount)
    count = total.total if measure is Measure.TOKENS else total.requests
    return None if count is None else float(count)


def _currency(answer: Answer) -> str:
    held = [money.currency for money in answer.headline.cost]
    return "USD" if not held or "USD" in held else held[0]


def _rows(choice: TrendChoice, answer: Answer) -> tuple[tuple[str, Tokens, int | None, tuple[Money, ...]], ...]:
    """The table beside the chart: one row for each name (or, by token kind, for each bar), busiest first."""
    key: Callable[[Keys], str | None] = (lambda keys: keys[0]) if choice.by == CLASS else (lambda keys: keys[1])
    grouped: dict[str, list[Sum]] = {}
    for keys, total in answer.rows.items():
        grouped.setdefault(key(keys) or _nameless(choice), []).append(total)
    sums = {name: sum_of(parts) for name, parts in grouped.items()}
    ranked = sums if choice.by == CLASS else sorted(sums, key=lambda name: (-(sums[name].total or 0), name))
    return tuple((name, sums[name].tokens, sums[name].requests, sums[name].cost) for name in ranked)


def _nameless(choice: TrendChoice) -> str:
    return NOT_TAGGED if choice.by == TAG else UNKNOWN


def _key_of(start: date | datetime, step: Step) -> str:
    """How the history names the bar."""
    if isinstance(start, datetime):
        return start.isoformat(timespec="minutes")
    if step is Step.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m}" if step is Step.MONTH else start.isoformat()
