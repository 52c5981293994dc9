"""The check-ins of past weeks, and of this one."""

from __future__ import annotations

import json
from typing import Any

from tokentray.core.journal import CheckIn
from tokentray.store.database import History
from tokentray.store.usage_table import instant_of, milliseconds

ALL = "SELECT week, answers, cards, edited_at, done FROM checkin"
PUT = "INSERT OR REPLACE INTO checkin (week, answers, cards, edited_at, done) VALUES (?, ?, ?, ?, ?)"
FORGET = "DELETE FROM checkin WHERE week = ?"


def checkin_of(history: History, week: str) -> CheckIn | None:
    """None if nobody wrote one for that ISO week."""
    row = history.db.execute(ALL + " WHERE week = ?", (week,)).fetchone()
    return _checkin(row) if row else None


def all_checkins(history: History) -> list[CheckIn]:
    """Newest week first."""
    return [_checkin(row) for row in history.db.execute(ALL + " ORDER BY week DESC")]


def record_checkin(history: History, checkin: CheckIn) -> None:
    """In the place of what was there for that week."""
    edited_at = None if checkin.edited_at is None else milliseconds(checkin.edited_at)
    lists = (json.dumps(texts, ensure_ascii=False) for texts in (checkin.answers, checkin.cards))
    history.db.execute(PUT, (checkin.week, *lists, edited_at, int(checkin.done)))


def remove_checkin(history: History, week: str) -> None:
    history.db.execute(FORGET, (week,))


def _checkin(row: tuple[Any, ...]) -> CheckIn:
    week, answers, cards, edited_at, done = row
    one, two, three, four, five = json.loads(answers)
    edited = None if edited_at is None else instant_of(edited_at)
    return CheckIn(week, (one, two, three, four, five), tuple(json.loads(cards)), edited, bool(done))
