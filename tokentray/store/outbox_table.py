"""What the team board may get: the team, its tokens, what waits to leave, and everything that left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tokentray.store.database import History
from tokentray.store.usage_table import instant_of, milliseconds

TEAM = "SELECT key, value FROM team"
SET_TEAM = "INSERT INTO team (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
KEEP_IN_BOOK = "INSERT OR REPLACE INTO token (week, kind, place, token) VALUES (?, ?, ?, ?)"
FROM_BOOK = "SELECT token FROM token WHERE week = ? AND kind = ? AND place = ?"
PLACES = "SELECT place FROM token WHERE week = ? AND kind = ? ORDER BY place"
BOOK = "SELECT week, kind, count(*) FROM token GROUP BY week, kind"

COLUMNS = "number, op, week, kind, place, body, card, planned_at, missed, state, why, done_at, seen_at"
ALL = f"SELECT {COLUMNS} FROM outbox ORDER BY week, kind, place, op DESC"
WAITING = f"SELECT {COLUMNS} FROM outbox WHERE state = 'waiting' AND planned_at <= ? ORDER BY planned_at, number"
QUEUE = """
    INSERT INTO outbox (op, week, kind, place, body, card, planned_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')
    ON CONFLICT (op, week, kind, place) DO UPDATE SET
        body = excluded.body, card = excluded.card, planned_at = excluded.planned_at, missed = 0, state = 'waiting', why = '', done_at = NULL, seen_at = NULL
"""
PLAN = "UPDATE outbox SET planned_at = ?, missed = ? WHERE number = ? AND state = 'waiting'"
SETTLE = "UPDATE outbox SET state = ?, why = ?, done_at = ? WHERE number = ?"
SEEN = "UPDATE outbox SET seen_at = ? WHERE number = ?"
# What waits in a backup may have left since, or have been taken back; of a correction, which leaves once, it counts as having left.
HOLD_BACK = "UPDATE outbox SET state = 'cancelled', why = CASE op WHEN 'put' THEN ? ELSE ? END WHERE state = 'waiting' AND op <> 'delete'"
NOTE_RESTORED = "INSERT OR REPLACE INTO team (key, value) SELECT 'restored', 'yes' WHERE EXISTS (SELECT 1 FROM team WHERE key = 'board')"
HAS_OUTBOX = "SELECT 1 FROM sqlite_schema WHERE name = 'outbox'"
HELD_BACK = "SELECT count(*) FROM outbox WHERE state = 'cancelled' AND why = ?"
NEXT = "SELECT min(planned_at) FROM outbox WHERE state = 'waiting'"

SKIP = "INSERT OR IGNORE INTO skipped_week (week) VALUES (?)"
UNSKIP = "DELETE FROM skipped_week WHERE week = ?"
SKIPPED = "SELECT week FROM skipped_week ORDER BY week"

NOTE = "INSERT INTO departure (at, method, url, words, inside, body) VALUES (?, ?, ?, ?, ?, ?)"
ANSWER = "UPDATE departure SET status = ? WHERE number = ?"
LEFT = "SELECT number, at, method, url, words, inside, body, status FROM departure ORDER BY number"

LAST_LEFT = """
    SELECT number, at, method, url, words, inside, length(body), status FROM departure ORDER BY number DESC LIMIT ?
"""
LAST_TO = "SELECT at FROM departure WHERE substr(url, 1, length(?1)) = ?1 ORDER BY number DESC LIMIT 1"
COUNT_LEFT = "SELECT count(*) FROM departure"

FORGET = tuple(f"DELETE FROM {table}" for table in ("team", "token", "outbox", "skipped_week"))
FORGET_LEFT = "DELETE FROM departure"

TRIED = "tried"
RESTORED = "it waited in a backup that was put back"

CHECK_EVERY = timedelta(days=1)
NEVER_YET = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    A fragment or a deletion on its way; `place` says which of that week's tokens of its kind is its own.

    `op` put, replace (a correction), delete; `body` are the bytes of the first two; `card` is the own card it speaks of. `state` waiting, sent,
    refused, lapsed or cancelled, with `why`. `missed`: how often its planned time went by unused. Instants aware and UTC.
    """

    number: int
    op: str
    week: str
    kind: str
    place: int
    body: bytes
    card: str | None
    planned_at: datetime
    missed: int
    state: str
    why: str
    done_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Departure:
    """One request that left for the board or its relay: `inside` is what a sealed `body` holds; `status` None: no answer came."""

    number: int
    at: datetime
    method: str
    url: str
    words: str
    inside: bytes
    body: bytes
    status: int | None


def team_of(history: History) -> dict[str, str]:
    """All that is known of the team; empty if there is none."""
    return dict(history.db.execute(TEAM))


def set_team(history: History, **values: str) -> None:
    history.db.executemany(SET_TEAM, values.items())


def keep_tokens(history: History, tokens: Iterable[tuple[str, str, int, bytes]]) -> None:
    """Week, kind, place and bytes of each."""
    history.db.executemany(KEEP_IN_BOOK, tokens)


def token_of(history: History, week: str, kind: str, place: int) -> bytes | None:
    row = history.db.execute(FROM_BOOK, (week, kind, place)).fetchone()
    return bytes(row[0]) if row else None


def places_of(history: History, week: str, kind: str) -> list[int]:
    """The places of that week's tokens of that kind, used or not."""
    return [place for (place,) in history.db.execute(PLACES, (week, kind))]


def token_counts(history: History) -> dict[tuple[str, str], int]:
    """How many tokens there are by week and kind."""
    return {(week, kind): count for week, kind, count in history.db.execute(BOOK)}


def queue_parcel(
    history: History, op: str, week: str, kind: str, place: int, body: bytes, card: str | None, planned_at: datetime
) -> None:
    """In the place of what the outbox had for that op and token."""
    history.db.execute(QUEUE, (op, week, kind, place, body, card, milliseconds(planned_at)))


def all_parcels(history: History) -> list[Parcel]:
    """By week, kind and place; a token's fragment before its deletion."""
    return [_parcel(row) for row in history.db.execute(ALL)]


def due_parcels(history: History, now: datetime) -> list[Parcel]:
    """Those whose planned time has come, earliest first."""
    return [_parcel(row) for row in history.db.execute(WAITING, (milliseconds(now),))]


def next_departure(history: History) -> datetime | None:
    """When the next one is planned; None if none waits."""
    (first,) = history.db.execute(NEXT).fetchone()
    return None if first is None else instant_of(first)


def next_errand(history: History) -> datetime | None:
    """
    When something is due: a parcel, or the daily question for the manifest, whether anything waits or not; None if there is neither.

    The question has its own rhythm: asked whenever something leaves, it would show from which address that came.
    """
    team = team_of(history)
    if "board" not in team:
        return next_departure(history)
    question = datetime.fromisoformat(team["checked_at"]) + CHECK_EVERY if "checked_at" in team else NEVER_YET
    return min(question, next_departure(history) or question)


def plan_parcel(history: History, number: int, planned_at: datetime, missed: int) -> None:
    history.db.execute(PLAN, (milliseconds(planned_at), missed, number))


def settle_parcel(history: History, number: int, state: str, why: str, at: datetime) -> None:
    history.db.execute(SETTLE, (state, why, milliseconds(at), number))


def hold_back(backup: sqlite3.Connection) -> None:
    """In a backup that is about to be put back: nothing leaves that waited when it was made, save what takes something back."""
    if backup.execute(HAS_OUTBOX).fetchone() is None:
        return
    backup.execute(HOLD_BACK, (RESTORED, TRIED))
    backup.execute(NOTE_RESTORED)


def held_back(history: History) -> int:
    """How many fragments do not leave because they waited in a backup."""
    (count,) = history.db.execute(HELD_BACK, (RESTORED,)).fetchone()
    return int(count)


def mark_seen(history: History, number: int, at: datetime) -> None:
    """The public list confirms it."""
    history.db.execute(SEEN, (milliseconds(at), number))


def skip_week(history: History, week: str, skipped: bool = True) -> None:
    history.db.execute(SKIP if skipped else UNSKIP, (week,))


def skipped_weeks(history: History) -> list[str]:
    return [week for (week,) in history.db.execute(SKIPPED)]


def note_departure(
    history: History, at: datetime, method: str, url: str, words: str, inside: bytes, body: bytes
) -> int:
    """Keeps what is about to leave; gives its number for `note_answer`."""
    number = history.db.execute(NOTE, (milliseconds(at), method, url, words, inside, body)).lastrowid
    assert number is not None  # noqa: S101  an INSERT has one
    return number


def note_answer(history: History, number: int, status: int) -> None:
    history.db.execute(ANSWER, (status, number))


def all_departures(history: History) -> list[Departure]:
    """Oldest first."""
    return [
        Departure(number, instant_of(at), method, url, words, inside, body, status)
        for number, at, method, url, words, inside, body, status in history.db.execute(LEFT)
    ]


def last_departures(history: History, most: int) -> list[tuple[Departure, int]]:
    """The newest, newest first, each without its bytes but with how many there are."""
    return [
        (Departure(number, instant_of(at), method, url, words, inside, b"", status), size)
        for number, at, method, url, words, inside, size, status in history.db.execute(LAST_LEFT, (most,))
    ]


def last_departure_to(history: History, start: str) -> datetime | None:
    """When the newest request left whose address begins so; None if none ever did."""
    row = history.db.execute(LAST_TO, (start,)).fetchone()
    return None if row is None else instant_of(row[0])


def count_departures(history: History) -> int:
    (count,) = history.db.execute(COUNT_LEFT).fetchone()
    return int(count)


def forget_team(history: History, log_too: bool) -> None:
    """Tokens, parcels and the team itself; with `log_too` also what the log of everything that left holds."""
    for statement in (*FORGET, *((FORGET_LEFT,) if log_too else ())):
        history.db.execute(statement)


def _parcel(row: tuple[Any, ...]) -> Parcel:
    number, op, week, kind, place, body, card, planned_at, missed, state, why, done_at, seen_at = row
    done = None if done_at is None else instant_of(done_at)
    seen = None if seen_at is None else instant_of(seen_at)
    return Parcel(number, op, week, kind, place, body, card, instant_of(planned_at), missed, state, why, done, seen)
