"""What the person was reminded of last, so that once is once."""

from __future__ import annotations

from tokentray.store.database import History

TOLD = "SELECT value FROM meta WHERE key = 'told_' || ?"
KEEP = "INSERT OR REPLACE INTO meta (key, value) VALUES ('told_' || ?, ?)"


def last_told(history: History, kind: str) -> str:
    """The day or the week for which it was told last; "" if never."""
    row = history.db.execute(TOLD, (kind,)).fetchone()
    return str(row[0]) if row else ""


def record_told(history: History, kind: str, key: str) -> None:
    history.db.execute(KEEP, (kind, key))
