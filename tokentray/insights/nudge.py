"""What a person who wishes so is reminded of: a long stretch of work without a card, and the week's check-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tokentray.core.journal import WorkSession
from tokentray.core.period import local_day
from tokentray.insights.checkin import week_of
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.checkin_table import checkin_of
from tokentray.store.database import History
from tokentray.store.told_table import last_told

LONG = timedelta(hours=1)
FRESH = timedelta(hours=2)
"""A stretch that ended longer ago is not asked about: the moment has passed."""

FRIDAY = 4
AFTERNOON = 15

CARD, CHECKIN = "card", "checkin"


@dataclass(frozen=True, slots=True)
class Nudge:
    """`kind` is card or checkin; `key` is the local day or the ISO week it is told for, once each. `session` is the long stretch."""

    kind: str
    key: str
    session: WorkSession | None = None


def due_nudges(history: History, settings: Settings, now: datetime, zone: str) -> list[Nudge]:
    """What is to be told at this moment, and was not told before. Not to be called in a transaction."""
    wished = ((settings.nudge, _card), (settings.checkin_reminder, _checkin))
    return [nudge for is_on, find in wished if is_on and (nudge := find(history, settings, now, zone)) is not None]


def _card(history: History, settings: Settings, now: datetime, zone: str) -> Nudge | None:
    """The longest stretch that has just ended, on a day on which nothing was asked yet."""
    today = local_day(now, zone).isoformat()
    if last_told(history, CARD) == today:
        return None
    pause = timedelta(minutes=settings.pause_minutes)
    sessions = take_sessions(
        history, now - pause - FRESH, now, settings.pause_minutes, open_price_book(history, settings.own_prices)
    )
    ended = [
        session
        for session in sessions
        if session.grain == "response"
        and not session.cards
        and session.end - session.start >= LONG
        and pause < now - session.end <= pause + FRESH
    ]
    longest = max(ended, key=lambda session: session.end - session.start, default=None)
    return Nudge(CARD, today, longest) if longest is not None else None


def _checkin(history: History, _settings: Settings, now: datetime, zone: str) -> Nudge | None:
    """From Friday afternoon on, once a week, unless it is done."""
    local = now.astimezone(ZoneInfo(zone))
    week = week_of(local.date())
    if local.weekday() < FRIDAY or (local.weekday() == FRIDAY and local.hour < AFTERNOON):
        return None
    checkin = checkin_of(history, week)
    if last_told(history, CHECKIN) == week or (checkin is not None and checkin.done):
        return None
    return Nudge(CHECKIN, week)
