"""A history from before the journal gets one, loses nothing, and is copied before."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tokentray.store
from tokentray.core.errors import HistoryError
from tokentray.core.journal import Card
from tokentray.store.checking import verify
from tokentray.store.database import open_history, transaction
from tokentray.store.journal_table import all_cards, save_card
from tokentray.store.work_table import fresh_runs, runs_between

FIRST = Path(tokentray.store.__file__).parent / "migrations" / "0001_usage.sql"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT_MS = 20777 * 86_400_000

# id, account, start, span, project, input: a response, a bucket of twelve hours that begins the day before its middle, a whole day
ROWS = (
    (1, 1, MIDNIGHT_MS + 61_000, 0, 1, 5),
    (2, 1, MIDNIGHT_MS + 120_000, 0, 1, 7),
    (3, 2, MIDNIGHT_MS - 3_600_000, 43_200, 0, 11),
    (4, 2, MIDNIGHT_MS, 86_400, 0, 13),
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A history as the first version wrote it."""
    path = str(tmp_path / "data" / "history.sqlite")
    os.makedirs(os.path.dirname(path))
    db = sqlite3.connect(path)
    db.executescript(FIRST.read_text() + "PRAGMA user_version = 1;")
    db.execute("INSERT INTO meta VALUES ('zone', 'UTC')")
    db.execute("INSERT INTO name (id, text) VALUES (1, 'shop')")
    db.execute("INSERT INTO account VALUES (1, 'codex/default', 'logged'), (2, 'openai/work', 'billed')")
    db.executemany("INSERT INTO usage (id, account, start, span, project, input) VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    db.execute("""
        INSERT INTO slot_total (account, slot, span, model, project, session, tier, band, input)
        SELECT account, (start + span * 500) / 900000, span, 0, project, 0, 0, 0, sum(input) FROM usage GROUP BY 1, 2, 3, 5
    """)
    db.execute("""
        INSERT INTO day_total (day, account, model, tier, band, input)
        SELECT slot / 96, account, 0, 0, 0, sum(input) FROM slot_total GROUP BY 1, 2
    """)
    db.commit()
    db.close()
    return path


def test_its_use_is_found_as_runs(path: str) -> None:
    with open_history(path) as history:
        assert verify(history) == []
        runs = runs_between(history, datetime(2026, 11, 19, tzinfo=UTC), NOON)
        assert [(run.account, run.project, run.span, run.tokens.input) for run in runs] == [
            ("openai/work", None, 43200, 11),
            ("codex/default", "shop", 0, 12),
        ]
        assert fresh_runs(history) == 2
        assert runs_between(history, datetime(2026, 11, 19, tzinfo=UTC), NOON) == runs


def test_cards_can_be_written_at_once(path: str) -> None:
    with open_history(path) as history, transaction(history):
        save_card(history, Card("a", NOON, NOON), NOON)
        assert all_cards(history) == [Card("a", NOON, NOON)]


def test_the_one_before_is_kept_as_it_was(path: str) -> None:
    open_history(path).close()
    assert sorted(os.listdir(os.path.dirname(path))) == ["history.sqlite", "history.sqlite.before-2"]
    db = sqlite3.connect(path + ".before-2")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT id, account, start, span, project, input FROM usage ORDER BY id").fetchall() == [*ROWS]
    db.close()


def test_a_reader_asks_for_the_writer_first(path: str) -> None:
    with pytest.raises(HistoryError, match="older TokenTray"):
        open_history(path, read_only=True)
