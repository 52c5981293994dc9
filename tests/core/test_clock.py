"""The clock that a variable stops."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tokentray.core.clock import SystemClock, clock_of


@pytest.mark.parametrize("nothing", [None, ""])
def test_nobody_stops_the_machines_clock(nothing: str | None) -> None:
    assert isinstance(clock_of(nothing), SystemClock)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T09:00:00+02:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2999-12-31T23:59:59Z", datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_stopped_clock_stands_still(text: str, instant: datetime) -> None:
    assert clock_of(text).now() == instant


@pytest.mark.parametrize(
    "text",
    [
        "noon",
        "2026-11-21T09:00:00",
        "1999-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_what_is_no_instant_of_these_times_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|TOKENTRAY_NOW"):
        clock_of(text)
