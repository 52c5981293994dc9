"""Days of a person's zone, on the nights of a clock change too."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tokentray.core.period import day_period, local_day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 10, 25), "Asia/Kolkata", 24),
    ],
)
def test_a_day_has_its_own_length(day: date, zone: str, hours: int) -> None:
    period = day_period(day, day, zone)
    assert (period.end - period.start).total_seconds() == hours * 3600


def test_both_days_are_inclusive() -> None:
    period = day_period(date(2026, 11, 1), date(2026, 11, 2), "UTC")
    assert (period.start, period.end) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))


def test_the_doubled_hour_is_of_one_day() -> None:
    for minute in (30, 90):
        assert local_day(datetime(2026, 10, 25, minute // 60, minute % 60, tzinfo=UTC), "Europe/Berlin") == date(
            2026, 10, 25
        )
