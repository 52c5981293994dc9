"""What the team shared, as this machine last got it: decrypted cards, own notes on them, and published weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tokentray.store.database import History
from tokentray.store.usage_table import instant_of, milliseconds

COLUMNS = "nonce, week, category, outcome, level, tried, worked, learned, next, fetched_at"
CARDS = f"SELECT {COLUMNS} FROM feed_card ORDER BY week DESC, nonce"
CARD = f"SELECT {COLUMNS} FROM feed_card WHERE substr(nonce, 1, 16) = ?"
FORGET_CARDS = "DELETE FROM feed_card WHERE week = ?"
KEEP_CARD = f"INSERT OR REPLACE INTO feed_card ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
WEEKS = "SELECT DISTINCT week FROM feed_card"

NOTES = "SELECT id, reproduced, still_true, imported_as FROM feed_note"
NOTE_REPRODUCED = """
    INSERT INTO feed_note (id, reproduced) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET reproduced = excluded.reproduced
"""
NOTE_STILL_TRUE = """
    INSERT INTO feed_note (id, still_true) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET still_true = excluded.still_true
"""
NOTE_IMPORTED = """
    INSERT INTO feed_note (id, imported_as) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET imported_as = excluded.imported_as
"""

PUBLISHED = "SELECT week, kinds FROM published_week ORDER BY week DESC"
KEEP_PUBLISHED = "INSERT OR IGNORE INTO published_week (week, kinds, fetched_at) VALUES (?, ?, ?)"

FORGET = tuple(f"DELETE FROM {table}" for table in ("feed_card", "feed_note", "published_week"))


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A colleague's card in clear. `nonce` has 64 hex digits; `fetched_at` is aware and UTC."""

    nonce: str
    week: str
    category: str
    outcome: str
    level: str
    tried: str
    worked: str
    learned: str
    next: str
    fetched_at: datetime

    @property
    def id(self) -> str:
        """What the public list says of it."""
        return self.nonce[:16]


@dataclass(frozen=True, slots=True)
class FeedNote:
    """What the person noted on a card of the feed; `still_true` yes, no or "", `imported_as` an own card's id or ""."""

    reproduced: bool = False
    still_true: str = ""
    imported_as: str = ""


def feed_cards(history: History) -> list[KeptCard]:
    """Newest week first, within a week by nonce, which means nothing."""
    return [_card(row) for row in history.db.execute(CARDS)]


def feed_card(history: History, card_id: str) -> KeptCard | None:
    """By its id, the first 16 hex digits of its nonce."""
    row = history.db.execute(CARD, (card_id,)).fetchone()
    return None if row is None else _card(row)


def keep_week(history: History, week: str, cards: Iterable[KeptCard]) -> None:
    """In the place of all that was kept of that week: a card that was withdrawn is gone here, too."""
    history.db.execute(FORGET_CARDS, (week,))
    history.db.executemany(KEEP_CARD, [_row(card) for card in cards])


def weeks_in_feed(history: History) -> set[str]:
    """Those of which any card is kept."""
    return {week for (week,) in history.db.execute(WEEKS)}


def feed_notes(history: History) -> dict[str, FeedNote]:
    """By card id."""
    return {
        card_id: FeedNote(bool(reproduced), still_true, imported_as)
        for card_id, reproduced, still_true, imported_as in history.db.execute(NOTES)
    }


def note_reproduced(history: History, card_id: str, reproduced: bool) -> None:
    history.db.execute(NOTE_REPRODUCED, (card_id, reproduced))


def note_still_true(history: History, card_id: str, answer: str) -> None:
    """`answer` is yes, no, or "" to take it back."""
    history.db.execute(NOTE_STILL_TRUE, (card_id, answer))


def note_imported(history: History, card_id: str, own_card: str) -> None:
    """Which card of the own journal it became; "" if that one is gone again."""
    history.db.execute(NOTE_IMPORTED, (card_id, own_card))


def published_weeks(history: History) -> list[tuple[str, bytes]]:
    """Week and JSON of each that was ever got, newest first."""
    return [(week, kinds.encode()) for week, kinds in history.db.execute(PUBLISHED)]


def keep_published(history: History, week: str, kinds: bytes, now: datetime) -> None:
    """A week is published once: what is kept of it already stays as it is."""
    history.db.execute(KEEP_PUBLISHED, (week, kinds.decode(), milliseconds(now)))


def forget_feed(history: History) -> None:
    """Cards, notes and published weeks."""
    for statement in FORGET:
        history.db.execute(statement)


def _card(row: tuple[Any, ...]) -> KeptCard:
    nonce, week, category, outcome, level, tried, worked, learned, following, at = row
    return KeptCard(nonce, week, category, outcome, level, tried, worked, learned, following, instant_of(at))


def _row(card: KeptCard) -> tuple[Any, ...]:
    texts = (card.tried, card.worked, card.learned, card.next)
    return (card.nonce, card.week, card.category, card.outcome, card.level, *texts, milliseconds(card.fetched_at))
