"""Days of a person's own zone, as stretches of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time; both aware and UTC, `start` inclusive, `end` exclusive."""

    start: datetime
    end: datetime


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an aware instant in an IANA zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_period(first: date, last: date, zone: str) -> Period:
    """From the first moment of `first` to the last of `last`, both inclusive; 23 or 25 hours long on the nights of a clock change."""
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
