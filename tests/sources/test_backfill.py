"""Which days are asked for next: whatever was read before, no day is left out and none is asked for twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentray.core.period import Period
from tokentray.sources.backfill import (
    DAY,
    Progress,
    covered,
    cursor_text,
    missing,
    open_days,
    read_cursor,
    settle,
)

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
OPEN = datetime(2026, 11, 18, tzinfo=UTC)


def days(first, last):
    """From so many days before the open ones to so many."""
    return Period(OPEN - first * DAY, OPEN - last * DAY)


def test_three_utc_days_are_open():
    assert open_days(NOW) == Period(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


def test_the_past_is_asked_for_newest_first_in_windows():
    assert missing(Progress(), OPEN - 70 * DAY, NOW, 28 * DAY) == [days(28, 0), days(56, 28), days(70, 56)]


def test_only_what_lies_between_is_asked_for():
    progress = Progress((days(50, 40), days(20, 10)))

    assert missing(progress, OPEN - 60 * DAY, NOW, 28 * DAY) == [days(10, 0), days(40, 20), days(60, 50)]


def test_a_day_counts_as_settled_only_when_it_was_read_after_its_third():
    """Read on the 20th, the 18th to 20th are open; a week later they are asked for once more."""
    progress = settle(Progress(), days(300, 0))

    assert missing(progress, OPEN - 300 * DAY, NOW + 7 * DAY, 28 * DAY) == [Period(OPEN, OPEN + 7 * DAY)]


def test_stretches_that_touch_become_one():
    progress = settle(settle(Progress((days(30, 20),)), days(10, 0)), days(20, 10))

    assert progress.settled == (days(30, 0),)


def test_a_cursor_is_read_as_it_was_written():
    progress = Progress((days(50, 40), days(20, 10)), NOW, NOW - DAY)

    assert read_cursor(cursor_text(progress)) == progress


@pytest.mark.parametrize(
    "text",
    [None, "", "[]", "null", "{", '{"settled": 5}', '{"settled": [["2026-11-01", "2026-11-02"]]}', '{"read_at": "x"}'],
)
def test_a_cursor_of_another_kind_begins_anew(text):
    assert read_cursor(text) == Progress()


def test_buckets_cover_what_they_cover():
    hour = timedelta(hours=1)

    assert covered([TODAY + hour, TODAY], hour, open_days(NOW)) == Period(TODAY, TODAY + 2 * hour)
    assert covered([], hour, open_days(NOW)) is None


@given(
    stretches=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=12),
    back=st.integers(0, 500),
    longest=st.integers(1, 60),
)
def test_whatever_is_settled_the_rest_is_asked_for_exactly_once(stretches, back, longest):
    progress = Progress()
    for last, length in stretches:
        progress = settle(progress, days(last + length, last))
    settled = {OPEN - number * DAY for last, length in stretches for number in range(last + 1, last + length + 1)}

    windows = missing(progress, OPEN - back * DAY, NOW, longest * DAY)

    asked = [window.start + n * DAY for window in windows for n in range((window.end - window.start) // DAY)]
    wanted = {OPEN - number * DAY for number in range(1, back + 1)} - settled
    assert len(asked) == len(set(asked))
    assert set(asked) == wanted
    assert all(window.end - window.start <= longest * DAY for window in windows)
    assert [window.end for window in windows] == sorted((window.end for window in windows), reverse=True)
