"""How far each account has been read, and how its last turns went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tokentray.core.batch import Batch
from tokentray.store.database import History
from tokentray.store.gauge_table import record_gauges
from tokentray.store.names import set_aliases
from tokentray.store.usage_table import instant_of, milliseconds, replace_buckets

CURSORS = "SELECT feed, cursor FROM feed WHERE account = ? AND cursor IS NOT NULL ORDER BY feed"
SET_CURSOR = """
    INSERT INTO feed (account, feed, cursor) VALUES (?, ?, ?)
    ON CONFLICT (account, feed) DO UPDATE SET cursor = excluded.cursor
"""
STRETCH = (
    "SELECT complete_since, complete_until FROM feed WHERE account = ? AND feed = ? AND complete_since IS NOT NULL"
)
SET_STRETCH = """
    INSERT INTO feed (account, feed, complete_since, complete_until) VALUES (?, ?, ?, ?)
    ON CONFLICT (account, feed) DO UPDATE SET complete_since = excluded.complete_since, complete_until = excluded.complete_until
"""
GAPS = "SELECT start, until, why FROM gap WHERE account = ? AND feed = ? AND start < ? AND until > ?"
FORGET_GAP = "DELETE FROM gap WHERE account = ? AND feed = ? AND start = ?"
KEEP_GAP = "INSERT INTO gap (account, feed, start, until, why) VALUES (?, ?, ?, ?, ?)"
OUTCOME = """
    INSERT INTO poll (account, tried_at, succeeded_at, state, message, failures, not_before)
    VALUES (:account, :at, iif(:state = 'ok', :at, NULL), :state, :message, :state <> 'ok', :not_before)
    ON CONFLICT (account) DO UPDATE SET tried_at = :at, succeeded_at = iif(:state = 'ok', :at, succeeded_at), state = :state,
        message = :message, failures = iif(:state = 'ok', 0, failures + 1), not_before = :not_before
"""
NOTES = "SELECT notes FROM poll WHERE account = ?"
SET_NOTES = "INSERT INTO poll (account, notes) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET notes = excluded.notes"
POLLS = """
    SELECT name, tried_at, succeeded_at, state, message, failures, not_before, notes
    FROM poll JOIN account ON account.id = poll.account
"""
ALL_STRETCHES = """
    SELECT account.name, feed, complete_since, complete_until
    FROM feed JOIN account ON account.id = feed.account WHERE complete_since IS NOT NULL ORDER BY account.name, feed
"""
ALL_GAPS = "SELECT account.name, feed, start, until, why FROM gap JOIN account ON account.id = gap.account ORDER BY account.name, start, feed"

NOT_READ_YET = "not read yet"


@dataclass(frozen=True, slots=True)
class PollRow:
    """
    How an account's last turns went; instants aware and UTC.

    `state` "ok" or a word of ui/wording; `failures` in a row; `not_before` is when the next turn may be; `notes` are sentences about
    what the account cannot show.
    """

    account: str
    tried_at: datetime | None
    succeeded_at: datetime | None
    state: str
    message: str
    failures: int
    not_before: datetime | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    What is known of an account without gaps: [complete_since, complete_until) but for the `gaps` (start, until, why), in UTC.

    It is what all of its feeds have in common. Feeds of costs are left out if there are others: costs come a day later than tokens.
    """

    account: str
    complete_since: datetime
    complete_until: datetime
    gaps: tuple[tuple[datetime, datetime, str], ...]


def record_batch(history: History, account_id: int, batch: Batch) -> None:
    """Everything of a batch together with its cursors; to be called in one transaction. Notes are added to those already there."""
    set_aliases(history, account_id, batch.names)
    for found in batch.bucket_sets:
        replace_buckets(history, account_id, found)
    record_gauges(history, account_id, batch.gauges)
    record_cursors(history, account_id, batch.cursors)
    record_complete(history, account_id, batch.complete)
    if batch.notes:
        record_notes(history, account_id, dict.fromkeys((*_notes_of(history, account_id), *batch.notes)))


def cursors_of(history: History, account_id: int) -> dict[str, str]:
    """By feed, as the last batch left them."""
    return dict(history.db.execute(CURSORS, (account_id,)))


def record_cursors(history: History, account_id: int, cursors: Mapping[str, str]) -> None:
    history.db.executemany(SET_CURSOR, [(account_id, feed, cursor) for feed, cursor in cursors.items()])


def record_complete(history: History, account_id: int, stretches: Mapping[str, tuple[datetime, datetime]]) -> None:
    """
    Adds [since, until) to what is known of each feed, and fills gaps with it.

    If it does not adjoin what was known, what lies between becomes a gap.
    """
    for feed, (since, until) in stretches.items():
        _complete(history, account_id, feed, milliseconds(since), milliseconds(until))


def record_outcome(
    history: History, account_id: int, at: datetime, state: str, message: str = "", not_before: datetime | None = None
) -> None:
    """How a turn at `at` went: `state` "ok" or what was wrong, with a sentence for the person; `not_before` survives restarts."""
    bound = {
        "account": account_id,
        "at": milliseconds(at),
        "state": state,
        "message": message,
        "not_before": None if not_before is None else milliseconds(not_before),
    }
    history.db.execute(OUTCOME, bound)


def record_notes(history: History, account_id: int, notes: Iterable[str]) -> None:
    """What the account cannot show, in place of what was noted before."""
    history.db.execute(SET_NOTES, (account_id, "\n".join(note.replace("\n", " ") for note in notes)))


def poll_of(history: History, account: str) -> PollRow | None:
    """None if the account never had a turn."""
    row = history.db.execute(POLLS + " WHERE name = ?", (account,)).fetchone()
    return _poll_row(row) if row else None


def all_polls(history: History) -> list[PollRow]:
    """By account."""
    return [_poll_row(row) for row in history.db.execute(POLLS + " ORDER BY name")]


def coverage(history: History) -> list[Coverage]:
    """For each account of which anything is complete, by name."""
    feeds: dict[str, dict[str, tuple[int, int]]] = {}
    for account, feed, since, until in history.db.execute(ALL_STRETCHES):
        feeds.setdefault(account, {})[feed] = (since, until)
    gaps = history.db.execute(ALL_GAPS).fetchall()
    return [
        _coverage(account, stretches, [gap[1:] for gap in gaps if gap[0] == account])
        for account, stretches in feeds.items()
    ]


def _complete(history: History, account: int, feed: str, since: int, until: int) -> None:
    if since >= until:
        return
    _fill_gaps(history, account, feed, since, until)
    known = history.db.execute(STRETCH, (account, feed)).fetchone()
    if known is None:
        history.db.execute(SET_STRETCH, (account, feed, since, until))
        return
    if since > known[1]:
        history.db.execute(KEEP_GAP, (account, feed, known[1], since, NOT_READ_YET))
    if until < known[0]:
        history.db.execute(KEEP_GAP, (account, feed, until, known[0], NOT_READ_YET))
    history.db.execute(SET_STRETCH, (account, feed, min(since, known[0]), max(until, known[1])))


def _fill_gaps(history: History, account: int, feed: str, first: int, end: int) -> None:
    for start, until, why in history.db.execute(GAPS, (account, feed, end, first)).fetchall():
        history.db.execute(FORGET_GAP, (account, feed, start))
        if start < first:
            history.db.execute(KEEP_GAP, (account, feed, start, first, why))
        if until > end:
            history.db.execute(KEEP_GAP, (account, feed, end, until, why))


def _notes_of(history: History, account_id: int) -> list[str]:
    row = history.db.execute(NOTES, (account_id,)).fetchone()
    return row[0].split("\n") if row and row[0] else []


def _poll_row(row: tuple[Any, ...]) -> PollRow:
    account, tried_at, succeeded_at, state, message, failures, not_before, notes = row
    return PollRow(
        account,
        _instant(tried_at),
        _instant(succeeded_at),
        state,
        message,
        failures,
        _instant(not_before),
        tuple(notes.split("\n")) if notes else (),
    )


def _coverage(account: str, stretches: dict[str, tuple[int, int]], gaps: list[tuple[str, int, int, str]]) -> Coverage:
    counted = {feed for feed in stretches if not feed.startswith("cost")} or set(stretches)
    since, until = max(stretches[feed][0] for feed in counted), min(stretches[feed][1] for feed in counted)
    seen = {
        (instant_of(start), instant_of(end), why): None
        for feed, start, end, why in gaps
        if feed in counted and start < until and end > since
    }
    return Coverage(account, instant_of(since), instant_of(until), tuple(seen))


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else instant_of(ms)
