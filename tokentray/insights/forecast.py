"""What is likely to come, from what was: the month's cost, the usual day, a window's pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp2

LEAST_DAYS = 7
WEEKS_LOOKED_BACK = 8
LEAST_WEEKDAYS = 3
# How far out of the middle the band's edges lie: the true sum falls inside about four times out of five.
LOW, HIGH = 0.1, 0.9
# How the band widens with the days: days that knew nothing of each other would give 0.5, days that are all alike 1.
GROWTH = 0.7


@dataclass(frozen=True, slots=True)
class Outlook:
    """Cumulative amounts at the end of each day from today to the month's last."""

    likely: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def month_outlook(by_day: Mapping[date, float], today: date) -> Outlook | None:
    """
    How this month's cost will go on: the first value is what was spent up to today, the last the month's likely sum.

    `by_day` holds the cost of whole days before today and today's so far; a day that is missing after the first one cost nothing.
    None when less than a week is known. Each day to come costs what such a weekday cost lately, half remembered after four weeks;
    the band is what stretches of that many days have strayed from such a guess.
    """
    past = _past(by_day, today)
    if len(past) < LEAST_DAYS:
        return None
    spent = sum(amount for day, amount in by_day.items() if _month(day) == _month(today) and day <= today)
    ahead = [today + timedelta(days=n) for n in range(1, _days_left(today) + 1)]
    guesses = [_usual(past, day) for day in ahead]
    # The rest of today: what is missing to such a day, if anything is.
    rest = max(_usual(past, today) - by_day.get(today, 0.0), 0.0)
    strays = _strays(past)
    likely, low, high = [spent], [spent], [spent]
    total = spent + rest
    for n, guess in enumerate(guesses, start=1):
        total += guess
        likely.append(total)
        low.append(max(low[-1], total + _quantile(strays, LOW) * n**GROWTH))
        high.append(total + _quantile(strays, HIGH) * n**GROWTH)
    return Outlook(tuple(likely), tuple(low), tuple(high))


def usual(earlier: Sequence[float | None]) -> float | None:
    """The median of the same weekday's values over the last eight weeks; None with fewer than three that are known."""
    known = [value for value in earlier[:WEEKS_LOOKED_BACK] if value is not None]
    return median(known) if len(known) >= LEAST_WEEKDAYS else None


def median(values: Sequence[float]) -> float:
    """The middle value, or halfway between the two middle ones. The statistics module takes half a megabyte for it."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def deviation(value: float, reference: float | None) -> int | None:
    """By how many percent `value` is above (or, negative, below) the reference; None without one, or if that is 0."""
    return None if not reference else round((value - reference) * 100 / reference)


def pace(now: datetime, resets_at: datetime | None, window_minutes: int | None) -> float | None:
    """The part of a window that has gone by, 0 to 1."""
    if resets_at is None or not window_minutes or now >= resets_at:
        return None
    return min(max(1 - (resets_at - now) / timedelta(minutes=window_minutes), 0.0), 1.0)


def lasts_until(used: float, at: datetime, resets_at: datetime | None, window_minutes: int | None) -> datetime | None:
    """When a window of which the part `used` (0 to 1) was used at `at` will be full at its pace so far; None: not before it resets."""
    gone = pace(at, resets_at, window_minutes)
    if not gone or used <= 0 or resets_at is None or window_minutes is None:
        return None
    if gone >= used:
        return None
    window = timedelta(minutes=window_minutes)
    return resets_at - window + window * (gone / used) if used < 1 else at


def _past(by_day: Mapping[date, float], today: date) -> dict[date, float]:
    """Eight weeks of whole days before today, none missing."""
    known = [day for day in by_day if day < today]
    if not known:
        return {}
    first = max(min(known), today - timedelta(weeks=WEEKS_LOOKED_BACK))
    return {first + timedelta(days=n): by_day.get(first + timedelta(days=n), 0.0) for n in range((today - first).days)}


def _usual(past: Mapping[date, float], day: date) -> float:
    """What such a weekday cost: nearer weeks weigh more, and one odd day is cut to twice the median of its kind."""
    alike = [(amount, (day - other).days) for other, amount in past.items() if other.weekday() == day.weekday()]
    if len(alike) < LEAST_WEEKDAYS:
        alike = [
            (amount, (day - other).days)
            for other, amount in past.items()
            if (other.weekday() < 5) == (day.weekday() < 5)
        ]
    if not alike:
        alike = [(amount, (day - other).days) for other, amount in past.items()]
    most = 2 * median([amount for amount, _ in alike]) or max(amount for amount, _ in alike)
    weights = [exp2(-abs(age) / 28) for _, age in alike]
    return sum(min(amount, most) * weight for (amount, _), weight in zip(alike, weights, strict=True)) / sum(weights)


def _strays(past: Mapping[date, float]) -> list[float]:
    """By how much each of the past days differed from what the others would have foretold, smallest first."""
    return sorted(
        amount - _usual({other: cost for other, cost in past.items() if other != day}, day)
        for day, amount in past.items()
    )


def _quantile(ordered: Sequence[float], part: float) -> float:
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _days_left(today: date) -> int:
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return (following - today).days - 1
