"""Which alerts stood at the last look, so that a restart does not raise them a second time."""

from __future__ import annotations

from collections.abc import Iterable

from tokentray.store.database import History

STANDING = "SELECT value FROM meta WHERE key = 'alerts'"
KEEP = "INSERT INTO meta (key, value) VALUES ('alerts', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


def standing_alerts(history: History) -> frozenset[str]:
    """Their names, as insights/alerts.py gives them."""
    row = history.db.execute(STANDING).fetchone()
    return frozenset(row[0].splitlines()) if row else frozenset()


def record_standing(history: History, names: Iterable[str]) -> None:
    history.db.execute(KEEP, ("\n".join(sorted(names)),))
