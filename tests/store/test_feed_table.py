"""The feed's cards follow the board, notes on them stay, and a published week never changes."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import tokentray.store
from tokentray.store.database import History, open_history, transaction
from tokentray.store.feed_table import (
    FeedNote,
    KeptCard,
    feed_card,
    feed_cards,
    feed_notes,
    forget_feed,
    keep_published,
    keep_week,
    note_imported,
    note_reproduced,
    note_still_true,
    published_weeks,
    weeks_in_feed,
)

MIGRATIONS = Path(tokentray.store.__file__).parent / "migrations"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def card(nonce: str, week: str = "2026-W47", tried: str = "a") -> KeptCard:
    return KeptCard(nonce * 32, week, "review", "worked", "team", tried, "", "b", "", NOON)


def test_a_week_is_replaced_and_the_others_stay(opened: History) -> None:
    with transaction(opened):
        keep_week(opened, "2026-W46", [card("0f", "2026-W46")])
        keep_week(opened, "2026-W47", [card("bb"), card("aa")])
        assert feed_cards(opened) == [card("aa"), card("bb"), card("0f", "2026-W46")]
        keep_week(opened, "2026-W47", [card("bb", tried="c")])
        assert feed_cards(opened) == [card("bb", tried="c"), card("0f", "2026-W46")]
        keep_week(opened, "2026-W47", [])
        assert weeks_in_feed(opened) == {"2026-W46"}


def test_a_card_is_found_by_what_the_public_list_says_of_it(opened: History) -> None:
    with transaction(opened):
        keep_week(opened, "2026-W47", [card("ab")])
        assert feed_card(opened, "ab" * 8) == card("ab")
        assert feed_card(opened, "ab" * 7) is None
        assert card("ab").id == "ab" * 8


def test_notes_stand_beside_each_other_and_outlive_the_card(opened: History) -> None:
    with transaction(opened):
        keep_week(opened, "2026-W47", [card("ab")])
        note_reproduced(opened, "ab" * 8, True)
        note_still_true(opened, "ab" * 8, "no")
        note_imported(opened, "ab" * 8, "c0ffee")
        note_still_true(opened, "cd" * 8, "yes")
        keep_week(opened, "2026-W47", [])
        assert feed_notes(opened) == {
            "ab" * 8: FeedNote(True, "no", "c0ffee"),
            "cd" * 8: FeedNote(False, "yes", ""),
        }
        note_reproduced(opened, "ab" * 8, False)
        assert feed_notes(opened)["ab" * 8] == FeedNote(False, "no", "c0ffee")


def test_a_published_week_stays_as_it_was_first_got(opened: History) -> None:
    with transaction(opened):
        keep_published(opened, "2026-W46", b"[1]", NOON)
        keep_published(opened, "2026-W47", b"[2]", NOON)
        keep_published(opened, "2026-W46", b"[3]", NOON)
        assert published_weeks(opened) == [("2026-W47", b"[2]"), ("2026-W46", b"[1]")]


def test_all_of_it_is_forgotten_together(opened: History) -> None:
    with transaction(opened):
        keep_week(opened, "2026-W47", [card("ab")])
        note_reproduced(opened, "ab" * 8, True)
        keep_published(opened, "2026-W46", b"[]", NOON)
        forget_feed(opened)
        assert (feed_cards(opened), feed_notes(opened), published_weeks(opened)) == ([], {}, [])


def test_an_outbox_from_before_the_feed_keeps_what_waits(tmp_path: Path) -> None:
    path = str(tmp_path / "history.sqlite")
    db = sqlite3.connect(path)
    for name in ("0001_usage.sql", "0002_journal.sql", "0003_outbox.sql"):
        db.executescript((MIGRATIONS / name).read_text())
    db.execute("PRAGMA user_version = 3")
    db.execute("INSERT INTO team VALUES ('board', 'https://b.example')")
    db.commit()
    db.close()
    with open_history(path) as history:
        assert feed_cards(history) == []
        assert history.db.execute("SELECT key, value FROM team").fetchall() == [("board", "https://b.example")]
    assert (tmp_path / "history.sqlite.before-4").exists()
