"""What waits to leave is kept, and so is everything that left; a history from before sharing loses nothing."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tokentray.store
from tokentray.store.database import History, open_history, transaction
from tokentray.store.outbox_table import (
    Departure,
    Parcel,
    all_departures,
    all_parcels,
    due_parcels,
    forget_team,
    keep_tokens,
    mark_seen,
    next_departure,
    next_errand,
    note_answer,
    note_departure,
    places_of,
    plan_parcel,
    queue_parcel,
    set_team,
    settle_parcel,
    skip_week,
    skipped_weeks,
    team_of,
    token_counts,
    token_of,
)

MIGRATIONS = Path(tokentray.store.__file__).parent / "migrations"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_days_question_comes_whether_anything_waits_or_not(opened: History) -> None:
    assert next_errand(opened) is None
    with transaction(opened):
        set_team(opened, board="https://board.example", checked_at=NOON.isoformat())
    assert next_errand(opened) == NOON + 24 * HOUR
    with transaction(opened):
        queue_parcel(opened, "put", "2026-W47", "c1", 0, b"{}", None, NOON + 2 * HOUR)
    assert next_errand(opened) == NOON + 2 * HOUR


def test_a_parcel_waits_is_planned_anew_and_settled(opened: History) -> None:
    with transaction(opened):
        queue_parcel(opened, "put", "2026-W47", "card", 1, b"{}", "c0ffee", NOON)
        assert next_departure(opened) == NOON
        assert due_parcels(opened, NOON - HOUR) == []
        (parcel,) = due_parcels(opened, NOON)
        assert parcel == Parcel(1, "put", "2026-W47", "card", 1, b"{}", "c0ffee", NOON, 0, "waiting", "", None, None)
        plan_parcel(opened, 1, NOON + HOUR, 1)
        assert due_parcels(opened, NOON) == []
        settle_parcel(opened, 1, "sent", "", NOON + HOUR)
        mark_seen(opened, 1, NOON + 2 * HOUR)
        assert next_departure(opened) is None
        (parcel,) = all_parcels(opened)
        assert (parcel.state, parcel.missed, parcel.done_at, parcel.seen_at) == (
            "sent",
            1,
            NOON + HOUR,
            NOON + 2 * HOUR,
        )


def test_queueing_again_takes_the_place_of_what_was_there(opened: History) -> None:
    with transaction(opened):
        queue_parcel(opened, "put", "2026-W47", "c1", 0, b"one", None, NOON)
        queue_parcel(opened, "put", "2026-W47", "c1", 0, b"two", None, NOON + HOUR)
        queue_parcel(opened, "delete", "2026-W47", "c1", 0, b"", None, NOON + HOUR)
        assert [(parcel.op, parcel.body, parcel.planned_at) for parcel in all_parcels(opened)] == [
            ("put", b"two", NOON + HOUR),
            ("delete", b"", NOON + HOUR),
        ]


def test_what_left_is_told_with_its_answer(opened: History) -> None:
    with transaction(opened):
        note_departure(opened, NOON, "POST", "https://b.example/v1/sealed", "a card", b"in", b"out")
        note_answer(opened, note_departure(opened, NOON, "GET", "https://b.example/v1/manifest", "", b"", b""), 200)
        assert all_departures(opened) == [
            Departure(1, NOON, "POST", "https://b.example/v1/sealed", "a card", b"in", b"out", None),
            Departure(2, NOON, "GET", "https://b.example/v1/manifest", "", b"", b"", 200),
        ]


def test_leaving_the_team_forgets_it_and_the_log_only_if_wished(opened: History) -> None:
    with transaction(opened):
        set_team(opened, url="https://b.example", root="00")
        set_team(opened, root="11")
        assert team_of(opened) == {"url": "https://b.example", "root": "11"}
        keep_tokens(opened, [("2026-W47", "card", 0, b"a"), ("2026-W47", "card", 1, b"b"), ("2026-W48", "c1", 0, b"c")])
        assert token_of(opened, "2026-W47", "card", 1) == b"b"
        assert token_of(opened, "2026-W47", "card", 2) is None
        assert places_of(opened, "2026-W47", "card") == [0, 1]
        assert token_counts(opened) == {("2026-W47", "card"): 2, ("2026-W48", "c1"): 1}
        skip_week(opened, "2026-W46")
        skip_week(opened, "2026-W47")
        skip_week(opened, "2026-W46", skipped=False)
        assert skipped_weeks(opened) == ["2026-W47"]
        note_departure(opened, NOON, "GET", "u", "", b"", b"")
        forget_team(opened, log_too=False)
        assert (team_of(opened), token_counts(opened), skipped_weeks(opened)) == ({}, {}, [])
        assert len(all_departures(opened)) == 1
        forget_team(opened, log_too=True)
        assert all_departures(opened) == []


def test_a_history_from_before_sharing_gets_an_outbox_and_a_copy(tmp_path: Path) -> None:
    path = str(tmp_path / "history.sqlite")
    db = sqlite3.connect(path)
    for name in ("0001_usage.sql", "0002_journal.sql"):
        db.executescript((MIGRATIONS / name).read_text())
    db.execute("PRAGMA user_version = 2")
    db.execute('INSERT INTO checkin VALUES (\'2026-W46\', \'["","","","",""]\', \'[]\', NULL, 1)')
    db.commit()
    db.close()
    with open_history(path) as history:
        assert all_parcels(history) == []
        assert history.db.execute("SELECT week FROM checkin").fetchall() == [("2026-W46",)]
    assert sorted(os.listdir(tmp_path)) == ["history.sqlite", "history.sqlite.before-3"]
