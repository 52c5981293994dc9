"""Runs follow the rows, whatever order they came in; hand edits are kept in theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tokentray.store
from tests.store.conftest import Put
from tokentray.core.batch import BucketSet
from tokentray.core.found import Found
from tokentray.core.journal import WorkEdit
from tokentray.core.usage import Tokens
from tokentray.store.account_table import account_id
from tokentray.store.checking import remake_all_totals
from tokentray.store.database import History, open_history, transaction
from tokentray.store.log_table import record_logs
from tokentray.store.usage_table import milliseconds, replace_buckets
from tokentray.store.work_table import (
    Run,
    fresh_runs,
    record_work_edit,
    runs_between,
    runs_within,
    undo_work_edit,
    work_edits,
)

MIGRATIONS = sorted((Path(tokentray.store.__file__).parent / "migrations").glob("*.sql"))
DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE_MS = 60_000

# id, minute since FIRST, account, project
Response = tuple[int, float, str, str]


def record(history: History, responses: list[Response], model: str = "gpt-5") -> None:
    with transaction(history):
        for account in {response[2] for response in responses}:
            found = Found()
            for key, minute, of_account, project in responses:
                if of_account == account:
                    start = milliseconds(FIRST) + int(minute * MINUTE_MS)
                    found.responses.append((key, start, model, project, "s", "", 10, 5, None, None, 1, None, 0))
            record_logs(history, account_id(history, account, "logged"), found, ())


def runs(history: History, days: int = 1) -> list[Run]:
    return runs_between(history, FIRST, FIRST + days * DAY)


def brief(found: list[Run]) -> list[tuple[Any, ...]]:
    """Start and end in minutes since FIRST, project, tokens, requests."""
    return [(minute(run.start), minute(run.end), run.project, run.tokens.total, run.requests) for run in found]


def minute(ms: int) -> float:
    return (ms - milliseconds(FIRST)) / MINUTE_MS


def stale(history: History) -> list[tuple[int, int]]:
    return history.db.execute("SELECT day, account FROM stale_day ORDER BY 1, 2").fetchall()


@contextmanager
def in_memory() -> Iterator[History]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    for migration in MIGRATIONS:
        db.executescript(migration.read_text())
    history = History(db, ":memory:", False, None)
    yield history
    history.close()


def test_a_pause_over_five_minutes_ends_a_run(opened: History) -> None:
    record(
        opened, [(1, 0, "codex/d", "a"), (2, 5, "codex/d", "a"), (3, 10.001, "codex/d", "a"), (4, 15, "codex/d", "a")]
    )
    assert brief(runs(opened)) == [(0, 5, "a", 32, 2), (10.001, 15, "a", 32, 2)]


def test_projects_and_accounts_have_runs_of_their_own(opened: History) -> None:
    record(
        opened, [(1, 0, "codex/d", "a"), (2, 1, "codex/d", ""), (3, 2, "claude-code/d", "a"), (4, 3, "codex/d", "a")]
    )
    found = runs(opened)
    assert [(run.account, run.project, run.origin) for run in found] == [
        ("codex/d", "a", "logged"),
        ("codex/d", None, "logged"),
        ("claude-code/d", "a", "logged"),
    ]
    assert brief(found) == [(0, 3, "a", 32, 2), (1, 1, None, 16, 1), (2, 2, "a", 16, 1)]


def test_the_models_of_a_run_share_its_start_and_end(opened: History) -> None:
    record(opened, [(1, 0, "codex/d", "a"), (2, 8, "codex/d", "a")])
    record(opened, [(3, 4, "codex/d", "a")], model="gpt-6")
    found = runs(opened)
    assert [(run.model, run.tokens) for run in found] == [
        ("gpt-5", Tokens(input=20, cache_read=10, output=2)),
        ("gpt-6", Tokens(input=10, cache_read=5, output=1)),
    ]
    assert {brief([run])[0][:2] for run in found} == {(0, 8)}
    assert {(run.tier, run.band, run.span, run.price_day) for run in found} == {(None, 0, 0, 20777)}


def test_a_run_ends_with_its_utc_day(opened: History) -> None:
    record(opened, [(1, 1439, "codex/d", "a"), (2, 1441, "codex/d", "a")])
    assert brief(runs(opened, 2)) == [(1439, 1439, "a", 16, 1), (1441, 1441, "a", 16, 1)]
    assert len(runs(opened)) == 1


def test_hourly_buckets_are_runs_as_fine_as_they_are_and_daily_ones_none(opened: History, put: Put) -> None:
    put("2026-11-20T09:00Z", input=5)
    put("2026-11-20T10:00Z", input=7)
    put("2026-11-20T09:00Z", own_id="b", output=3)
    put("2026-11-20T23:00Z", output=2)
    put("2026-11-20T00:00Z", timedelta(days=1), own_id="day", input=100)
    found = runs(opened)
    assert brief(found) == [(540, 600, None, 8, 2), (600, 660, None, 7, 1), (1380, 1440, None, 2, 1)]
    assert {(run.span, run.origin) for run in found} == {(3600, "billed")}


def test_a_run_that_touches_the_stretch_is_given_whole(opened: History) -> None:
    record(opened, [(number, 1320 + number * 4, "codex/d", "a") for number in range(1, 16)])

    def between(first: int, end: int) -> list[tuple[Any, ...]]:
        hour = timedelta(hours=1)
        return brief(runs_between(opened, FIRST + first * hour, FIRST + end * hour))

    whole = [(1324, 1380, "a", 240, 15)]
    hours = ((22, 23), (23, 24), (20, 22), (24, 26))
    assert [between(*some) for some in hours] == [whole, whole, [], []]
    fresh_runs(opened)
    assert [between(*some) for some in hours] == [whole, whole, [], []]


def test_a_bucket_over_midnight_belongs_to_both_days(opened: History, put: Put) -> None:
    put("2026-11-20T22:00Z", timedelta(hours=4), input=5)
    assert brief(runs(opened)) == [(1320, 1560, None, 5, 1)]
    assert brief(runs_between(opened, FIRST + DAY, FIRST + 2 * DAY)) == [(1320, 1560, None, 5, 1)]


def test_a_stretch_cut_by_hand_holds_exactly_its_rows(opened: History) -> None:
    record(opened, [(number, number, "codex/d", "a") for number in range(1, 11)])
    one = timedelta(minutes=1)
    assert brief(runs_within(opened, FIRST + 3 * one, FIRST + 5 * one)) == [(3, 4, "a", 32, 2)]
    assert brief(runs_within(opened, FIRST + 5 * one, FIRST + DAY)) == [(5, 10, "a", 96, 6)]


def test_what_nobody_said_stays_unknown(opened: History, put: Put) -> None:
    put("2026-11-20T09:00Z", requests=None)
    (run,) = runs(opened)
    assert (run.tokens, run.requests) == (Tokens(), None)


def test_only_touched_days_are_made_again(opened: History) -> None:
    record(opened, [(1, 0, "codex/d", "a"), (2, 1500, "codex/d", "a")])
    assert fresh_runs(opened, date(2026, 11, 21), date(2026, 11, 21)) == 1
    assert stale(opened) == [(20777, 1)]
    assert fresh_runs(opened) == 1
    assert fresh_runs(opened) == 0
    record(opened, [(3, 1501, "codex/d", "a")])
    assert stale(opened) == [(20778, 1)]
    assert brief(runs(opened, 2)) == [(0, 0, "a", 16, 1), (1500, 1501, "a", 32, 2)]
    assert fresh_runs(opened) == 1
    assert brief(runs(opened, 2)) == [(0, 0, "a", 16, 1), (1500, 1501, "a", 32, 2)]


def test_making_them_again_begins_with_the_newest_and_can_be_stopped(opened: History) -> None:
    record(opened, [(number, number * 1440 * 40, "codex/d", "a") for number in range(3)])
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) == 2

    assert fresh_runs(opened, stop=stop) == 1
    assert stale(opened) == [(20777, 1), (20817, 1)]


def test_a_day_without_rows_loses_its_runs(opened: History, put: Put) -> None:
    put("2026-11-20T09:00Z", input=5)
    fresh_runs(opened)
    hour = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with transaction(opened):
        replace_buckets(opened, 1, BucketSet("feed a", hour, hour + timedelta(hours=1)))
    assert runs(opened) == []
    fresh_runs(opened)
    assert opened.db.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_a_response_that_moves_to_another_day_leaves_the_first(opened: History) -> None:
    record(opened, [(1, 0, "codex/d", "a")])
    fresh_runs(opened)
    record(opened, [(1, 1500, "codex/d", "a")])
    assert brief(runs(opened, 2)) == [(1500, 1500, "a", 16, 1)]


def test_a_daily_bucket_makes_nothing_stale(opened: History, put: Put) -> None:
    put("2026-11-20T00:00Z", timedelta(days=1), input=5)
    assert stale(opened) == []


def test_making_all_sums_again_makes_all_runs_stale(opened: History) -> None:
    record(opened, [(1, 0, "codex/d", "a"), (2, 1500, "codex/d", "a")])
    fresh_runs(opened)
    with transaction(opened):
        remake_all_totals(opened)
    assert fresh_runs(opened) == 2


def test_a_reader_finds_the_runs_of_stale_days_too(opened: History) -> None:
    record(opened, [(1, 0, "codex/d", "a"), (2, 1500, "claude-code/d", "a")])
    fresh_runs(opened, date(2026, 11, 20), date(2026, 11, 20))
    with open_history(opened.path, read_only=True) as reader:
        assert brief(runs(reader, 2)) == [(0, 0, "a", 16, 1), (1500, 1500, "a", 16, 1)]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_runs_are_the_same_in_whatever_order_and_pieces_use_came(data: st.DataObject) -> None:
    minutes = st.integers(0, 2 * 1440 * 4 - 1).map(lambda quarter: quarter / 4)
    near = st.integers(5700, 5900).map(lambda quarter: quarter / 4)  # about midnight, where much meets
    rows = data.draw(
        st.lists(
            st.tuples(near | minutes, st.sampled_from(["codex/d", "claude-code/d"]), st.sampled_from(["", "a", "b"])),
            max_size=40,
        )
    )
    responses = [(number, *row) for number, row in enumerate(rows, 1)]
    with in_memory() as one, in_memory() as other:
        for history in (one, other):
            account_id(history, "codex/d", "logged")
            account_id(history, "claude-code/d", "logged")
        record(one, responses)
        fresh_runs(one)
        left = data.draw(st.permutations(responses))
        while left:
            size = data.draw(st.integers(1, len(left)))
            record(other, left[:size])
            left = left[size:]
            if data.draw(st.booleans()):
                fresh_runs(other)
        found = runs(other, 2)
        assert found == runs(one, 2)
        fresh_runs(other)
        assert runs(other, 2) == found
    assert sorted(brief(found), key=str) == sorted(by_hand(rows), key=str)


def by_hand(rows: list[tuple[float, str, str]]) -> list[tuple[Any, ...]]:
    """The same, in the plainest way."""
    expected: list[tuple[Any, ...]] = []
    for key in {(minute // 1440, account, project) for minute, account, project in rows}:
        mine = sorted(row[0] for row in rows if (row[0] // 1440, *row[1:]) == key)
        parts = [[mine[0]]]
        for minute in mine[1:]:
            if minute - parts[-1][-1] <= 5:
                parts[-1].append(minute)
            else:
                parts.append([minute])
        expected += [(part[0], part[-1], key[2] or None, 16 * len(part), len(part)) for part in parts]
    return expected


def test_cuts_and_joins_are_kept_in_order_and_undone_from_the_last(opened: History) -> None:
    split = WorkEdit("split", "a", FIRST)
    join = WorkEdit("join", None, FIRST, FIRST + DAY)
    with transaction(opened):
        assert undo_work_edit(opened) is None
        for edit in (split, join, split):
            record_work_edit(opened, edit)
        assert undo_work_edit(opened) == split
        assert work_edits(opened) == [split, join]
        assert undo_work_edit(opened) == join
        assert work_edits(opened) == [split]


@pytest.mark.parametrize("times", [1, 2])
def test_a_touched_stretch_is_marked_once(opened: History, times: int) -> None:
    for _ in range(times):
        record(opened, [(1, 0, "codex/d", "a"), (2, 1439, "codex/d", "a"), (3, 4000, "codex/d", "a")])
    assert stale(opened) == [(20777, 1), (20779, 1)]
