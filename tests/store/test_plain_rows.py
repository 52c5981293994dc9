"""Quarter hours and sessions of a stretch of time, its end left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.store.conftest import Put
from tokentray.store.database import History
from tokentray.store.plain_rows import sessions_between, slots_between


def test_quarter_hours_of_a_stretch(opened: History, put: Put) -> None:
    put("2026-11-01T12:05Z", timedelta(0), input=1)
    put("2026-11-01T12:14Z", timedelta(0), input=2)
    put("2026-11-01T12:15Z", timedelta(0), input=4)
    start = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert slots_between(opened, start, start + timedelta(minutes=15)) == [("openai/work", start, 3)]


def test_sessions_of_a_stretch(opened: History, put: Put) -> None:
    put("2026-11-01T12:05Z", timedelta(0), input=1, account="codex/default", origin="logged", project="/p")
    put("2026-11-01T12:50Z", timedelta(0), input=2, account="codex/default", origin="logged", project="/p")
    opened.db.execute("INSERT INTO name VALUES (99, 'session one')")
    opened.db.execute("UPDATE usage SET session = 99")
    start = datetime(2026, 11, 1, 12, tzinfo=UTC)
    (one,) = sessions_between(opened, start, start + timedelta(hours=1))
    assert (one.account, one.session, one.project, one.total) == ("codex/default", "session one", "/p", 3)
    assert (one.first_at.minute, one.last_at.minute) == (5, 50)
    assert sessions_between(opened, start + timedelta(hours=1), start + timedelta(hours=2)) == []
