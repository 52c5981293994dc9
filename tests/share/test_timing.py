"""When a parcel leaves, by hand-made clocks; what an attacker makes of it is tried in tests/board/test_linking_by_time.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tokentray.share import timing
from tokentray.share.timing import LATE, first_time, next_time, take_turn, withdrawal_time
from tokentray.store.outbox_table import Parcel

FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)
CLOSES = datetime(2026, 11, 29, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "put", "2026-W47", "c1", 0, b"{}", None, FRIDAY, 0, "waiting", "", None, None)


@pytest.fixture(autouse=True)
def seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "CHANCE", Random(6))  # noqa: S311  a seed


def turn(*due: Parcel, now: datetime) -> tuple[list[Parcel], list[timing.Later]]:
    return take_turn(due, now, lambda _: CLOSES, UTC)


def test_first_times_are_uniform_over_the_working_hours_of_six_days() -> None:
    times = [first_time(FRIDAY, CLOSES, UTC) for _ in range(4000)]
    by_day = [sum(time.day == day for time in times) for day in range(20, 27)]
    # Three working hours are left of Friday, ten are on each of three days, seven until Thursday, 15:00: a hundred for each of forty hours.
    for count, expected in zip(by_day, (300, 0, 0, 1000, 1000, 1000, 700), strict=True):
        assert abs(count - expected) <= 5 * expected**0.5
    assert all(8 <= time.hour < 18 for time in times)


def test_two_times_say_nothing_of_each_other() -> None:
    pairs = [(first_time(FRIDAY, CLOSES, UTC), first_time(FRIDAY, CLOSES, UTC)) for _ in range(4000)]
    same_day = sum(one.day == other.day for one, other in pairs) / 4000
    assert abs(same_day - (0.075**2 + 3 * 0.25**2 + 0.175**2)) < 0.04


def test_working_hours_are_the_machines_own() -> None:
    times = [first_time(FRIDAY, CLOSES, ZoneInfo("Asia/Tokyo")) for _ in range(50)]
    assert {time.hour for time in times} <= {23, *range(9)}


def test_on_the_last_weekend_it_may_be_any_hour_before_the_week_closes() -> None:
    saturday = datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert all(saturday <= first_time(saturday, CLOSES, UTC) <= CLOSES for _ in range(50))
    assert first_time(CLOSES + HOUR, CLOSES, UTC) == CLOSES + HOUR


def test_who_missed_twice_gets_any_hour_soon() -> None:
    evening = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert all(8 <= next_time(0, evening, CLOSES, UTC).hour < 18 for _ in range(50))
    assert all(next_time(1, evening, CLOSES, UTC) <= evening + 8 * HOUR for _ in range(50))


def test_of_two_whose_time_has_come_one_leaves() -> None:
    leaving, later = turn(PARCEL, replace(PARCEL, number=2), now=FRIDAY)
    assert (len(leaving), [one.missed for one in later]) == (1, [0])
    assert later[0].planned_at > FRIDAY


def test_what_was_slept_over_leaves_at_another_time() -> None:
    late = FRIDAY + LATE + timedelta(seconds=1)
    leaving, later = turn(PARCEL, replace(PARCEL, number=2), now=late)
    assert leaving == []
    assert [one.missed for one in later] == [1, 1]
    assert turn(PARCEL, now=FRIDAY + LATE)[0] == [PARCEL]


def test_in_the_last_hour_everything_leaves() -> None:
    leaving, later = turn(PARCEL, replace(PARCEL, number=2), now=CLOSES - timedelta(minutes=59))
    assert (len(leaving), later) == (2, [])


def test_a_withdrawal_waits_for_hours_at_most_and_for_no_working_day() -> None:
    assert all(FRIDAY <= withdrawal_time(FRIDAY) <= FRIDAY + 6 * HOUR for _ in range(50))
    deletion = replace(PARCEL, op="delete")
    (one,) = turn(deletion, now=FRIDAY + 60 * HOUR)[1]
    assert one.planned_at <= FRIDAY + 66 * HOUR
