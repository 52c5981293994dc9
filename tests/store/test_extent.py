"""How far the history reaches is the earliest and the latest that anybody said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.store.conftest import Put
from tokentray.store.database import History
from tokentray.store.extent import first_day, last_day, newest_reading, request_count


def test_an_empty_history_reaches_nowhere(opened: History) -> None:
    assert (first_day(opened), last_day(opened), newest_reading(opened), request_count(opened)) == (None, None, None, 0)


def test_first_and_last_day_and_how_much(opened: History, put: Put) -> None:
    put("2026-11-01T23:30Z", timedelta(0), input=1, requests=3)
    put("2026-11-05T12:00Z", input=1, requests=4)
    assert (first_day(opened), last_day(opened), request_count(opened)) == (date(2026, 11, 2), date(2026, 11, 5), 7)


def test_the_newest_reading_of_a_log_is_its_last_response(opened: History, put: Put) -> None:
    put("2026-11-01T12:00:00.250Z", timedelta(0), input=1, account="codex/default", origin="logged")
    assert newest_reading(opened) == datetime(2026, 11, 1, 12, 0, 0, 250_000, tzinfo=UTC)
